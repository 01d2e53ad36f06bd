"""A class whose read model is written, with pages that somebody reads."""

import asyncio
import datetime as dt
import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from starlette.applications import Starlette

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.pages.answering import TakesAnswers
from learnloom.pipelines.pages.app import make_pages
from learnloom.pipelines.pages.guard import SignedForms
from learnloom.pipelines.pages.keeper import ReadModelKeeper
from learnloom.pipelines.pages.matching import TakesMatches
from learnloom.pipelines.pages.place import PagesContext
from learnloom.pipelines.refresh.refresh import refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.roster.reader import Reader, Role
from tests.conftest import _NOW, SmallClass

COURSE = "https://campus.example/2/course-1"
SECRET = b"of these tests alone"


_minutes = itertools.count(1)


def refresh_again(settings: Settings, day: dt.date) -> None:
    """Refresh as of the end of a day, some time after the last refresh."""
    now = _NOW + dt.timedelta(minutes=next(_minutes))
    with Warehouse(settings.warehouse) as warehouse:
        refresh(warehouse, settings, RefreshRequest(end_of_day(day, settings.time_zone)), clock=lambda: now)


class Browser:
    """A browser without scripts, which follows nothing."""

    def __init__(self, app: Starlette) -> None:
        """Read an application."""
        self._app = app

    def get(self, path: str) -> httpx.Response:
        """Ask for a page."""
        return asyncio.run(self._send("GET", path))

    def post(
        self, path: str, data: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send a form."""
        return asyncio.run(self._send("POST", path, data=dict(data), headers=dict(headers or {})))

    async def _send(self, method: str, path: str, **given: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **given)


class Pages(NamedTuple):
    """Pages of a class; `as_reader` gives a browser without scripts."""

    keeper: ReadModelKeeper
    as_reader: Callable[[Reader | None], "Browser"]
    readers: dict[Role, Reader]
    other: str
    """Key of a student who is not the one who reads."""


def pages_of(settings: Settings, keeper: ReadModelKeeper, said_at: dt.datetime) -> Pages:
    """Make the pages of a warehouse whose keeper is at hand."""
    place = PagesContext(
        keeper.model,
        keeper.log.waiting,
        TakesAnswers(keeper.log, lambda: said_at).take,
        TakesMatches(settings, lambda: said_at, None, keeper.look).take,
        lambda: open_to_read(settings),
        settings.thresholds,
    )

    def as_reader(reader: Reader | None) -> Browser:
        return Browser(make_pages(place, lambda _: reader, forms=SignedForms(SECRET)))

    model = keeper.model()
    courses = frozenset(row["course_id"] for row in model.rows("SELECT course_id FROM course"))
    keys = [
        row["student_key"]
        for row in model.rows(
            "SELECT student_key FROM signal WHERE audience = 'student' GROUP BY ALL "
            "ORDER BY max(signal_kind = 'practise_next') DESC, student_key"
        )
    ]
    teacher = Reader("https://idp.example#t", "Ada", Role.TEACHER, None, courses, "en")
    readers = {
        Role.TEACHER: teacher,
        Role.STUDENT: replace(teacher, role=Role.STUDENT, student_key=keys[0], courses=frozenset()),
        Role.LEAD: replace(teacher, role=Role.LEAD, courses=frozenset()),
        Role.OPERATOR: replace(teacher, role=Role.OPERATOR, courses=frozenset()),
    }
    return Pages(keeper, as_reader, readers, keys[1])


@pytest.fixture(scope="module")
def settings(small_class: SmallClass, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the small class: pages keep their own beside it."""
    folder: Path = tmp_path_factory.mktemp("pages") / "warehouse"
    shutil.copytree(small_class.folder, folder)
    return Settings(warehouse=folder, lock_wait_seconds=20)


@pytest.fixture(scope="module")
def pages(small_class: SmallClass, settings: Settings) -> Iterator[Pages]:
    """The pages of the small class; answers are given at noon of its last day, and land when a test says so."""
    noon = dt.datetime.combine(small_class.day, dt.time(12), dt.UTC)
    keeper = ReadModelKeeper(settings, clock=lambda: noon)
    keeper.look()
    yield pages_of(settings, keeper, noon)
    keeper.close()
