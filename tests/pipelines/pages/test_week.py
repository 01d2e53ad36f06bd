"""This week: one card a student, with all that calls there; who waits is counted, and shown when asked for."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.week import Week
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.pages.keeper import ReadModelKeeper
from learnloom.pipelines.roster.reader import Role
from tests.once import made_once
from tests.pipelines.pages.conftest import Browser, pages_of
from tests.pipelines.refresh.school import LAST_DAY, land_going_on, refreshed

pytestmark = pytest.mark.slow

_DAY = LAST_DAY + dt.timedelta(days=29)
"""Nobody has done anything for four weeks."""


@pytest.fixture
def teacher(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, str]]:
    """A teacher with room for one of three students who call, and the address of the week."""
    shutil.copytree(made_once(tmp_path_factory, "going-on", land_going_on), tmp_path, dirs_exist_ok=True)
    settings = Settings(warehouse=tmp_path / "warehouse", lock_wait_seconds=20, week=Week(students=1))
    with Warehouse(settings.warehouse) as warehouse:
        refreshed(warehouse, day=_DAY, settings=settings)
    noon = dt.datetime.combine(_DAY, dt.time(12), dt.UTC)
    keeper = ReadModelKeeper(settings, clock=lambda: noon)
    keeper.look()
    pages = pages_of(settings, keeper, noon)
    reader = pages.as_reader(pages.readers[Role.TEACHER])
    yield reader, reader.get("/").headers["location"]
    keeper.close()


def test_a_student_has_one_card_and_the_others_wait(teacher: tuple[Browser, str]) -> None:
    """One of three is shown, with all that calls there and how often such are right; two wait, shown on demand."""
    reader, week = teacher
    page = reader.get(week).text
    assert page.count('<article class="card"') == 1
    assert "Also:" in page
    assert "In simulated classes such hints were right" in page
    assert "2 more students can wait for another week" in page
    everybody = reader.get(f"{week}?all=1").text
    assert everybody.count('<article class="card"') == 3
