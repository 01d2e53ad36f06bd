"""The pages of the warehouse that the settings name, put together."""

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from starlette.applications import Starlette

from learnloom.pipelines.audit.noting import note_look
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.held import ReadingPool
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.login.opening import open_login
from learnloom.pipelines.pages.answering import TakesAnswers
from learnloom.pipelines.pages.app import make_pages
from learnloom.pipelines.pages.demo import DemoLogin
from learnloom.pipelines.pages.guard import SessionForms, SignedForms
from learnloom.pipelines.pages.keeper import ReadModelKeeper
from learnloom.pipelines.pages.matching import TakesMatches
from learnloom.pipelines.pages.page import Names
from learnloom.pipelines.pages.place import PagesContext

_CONNECTIONS = 1
_WAIT_SECONDS = 10.0


@contextmanager
def open_pages(
    settings: Settings, *, clock: Callable[[], dt.datetime], run: Run | None = None
) -> Iterator[Starlette]:
    """Give the application with the login that the settings name, and land what is answered while the block lasts.

    Args:
        settings: a school's choices.
        clock: gives the present moment.
        run: who lands.

    Raises:
        LoginSettingsError: the settings do not say where browsers reach the pages.
    """
    pool = _held(settings)
    with (
        open_login(settings, now=clock) as login,
        ReadModelKeeper(settings, clock=clock, run=run, on_roster=login.look_up_again) as keeper,
        pool,
    ):
        yield make_pages(
            _place(settings, keeper, pool, clock=clock, said_at=clock, run=run, names=login.names),
            login.reader_of,
            forms=SessionForms(login),
            login=login.routes,
            login_address=login.login_address,
            ancestors=login.origins,
            account="/me",
        )


@contextmanager
def open_demo(
    settings: Settings, *, clock: Callable[[], dt.datetime], run: Run | None = None
) -> Iterator[Starlette]:
    """Give the application with the demo's login; the caller has made sure that it is one (`must_be_demo`).

    The class is computed as of a day of its course: answers are given on that day, or no refresh would count them.
    """
    secret = secrets.token_bytes(32)
    login = DemoLogin(secret)
    pool = _held(settings)
    with ReadModelKeeper(settings, clock=clock, run=run) as keeper, pool:

        def said_at() -> dt.datetime:
            about = keeper.model().one("SELECT as_of FROM about") or {}
            day: dt.datetime = about["as_of"]
            return dt.datetime.combine(day.astimezone(dt.UTC).date(), clock().time(), dt.UTC)

        yield make_pages(
            _place(settings, keeper, pool, clock=clock, said_at=said_at, run=run),
            lambda request: login.reader_of(request, keeper.model()),
            forms=SignedForms(secret),
            login=login.routes(),
        )


def _held(settings: Settings) -> ReadingPool:
    """For the few pages that read the warehouse itself: to open it takes ten times what their questions take."""
    return ReadingPool(partial(open_to_read, settings), size=_CONNECTIONS, wait_seconds=_WAIT_SECONDS)


def _place(
    settings: Settings,
    keeper: ReadModelKeeper,
    pool: ReadingPool,
    *,
    clock: Callable[[], dt.datetime],
    said_at: Callable[[], dt.datetime],
    run: Run | None,
    names: Names = lambda _: {},
) -> PagesContext:
    """What pages read and write; looks are noted by `clock`, answers are given at `said_at`."""
    return PagesContext(
        keeper.model,
        keeper.log.waiting,
        TakesAnswers(keeper.log, said_at).take,
        TakesMatches(settings, clock, run, keeper.look).take,
        pool.lent,
        settings.thresholds,
        names,
        None if settings.vault.audit_file is None else partial(_note, settings, clock),
    )


def _note(
    settings: Settings, clock: Callable[[], dt.datetime], who: str, page: str, students: Iterable[str]
) -> None:
    note_look(settings, clock(), who=who, through="page", what=page, students=students)
