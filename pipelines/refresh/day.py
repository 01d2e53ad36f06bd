"""Bringing everything up to what has landed, and fitting the model anew."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

from learnloom.pipelines.lake.open import open_to_read, open_to_write

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.maintain import tidy_if_needed
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.refresh.errors import BackfillError
from learnloom.pipelines.refresh.feedback import Spread
from learnloom.pipelines.refresh.refresh import RefreshSummary, end_of_day, refresh, start_of_day
from learnloom.pipelines.refresh.train import TrainSummary, train_version

Clock = Callable[[], dt.datetime]


def refresh_day(
    settings: Settings,
    *,
    clock: Clock,
    day: dt.date | None = None,
    full: bool = False,
    refit: bool = False,
    since: dt.date | None = None,
    run: Run | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
    spread: Spread = map,
) -> RefreshSummary:
    """Refresh as of the end of a day in the school's time zone, and keep the warehouse small.

    Args:
        settings: a school's choices.
        clock: gives the present moment.
        day: the day; None: today.
        full: build everything anew.
        refit: fit a new model version first.
        since: compute every student anew of whom something has landed since the start of this day, in the school's
            time zone; not together with `full` or `refit`, which compute everybody.
        run: who does it.
        on_progress: is told what is being computed.
        spread: does the work on buckets of students, in their order.

    Raises:
        BackfillError: `since` is yet to come, or goes with `full` or `refit`.
        WarehouseMissingError: nothing has landed yet.
        WarehouseBusyError: other processes kept writing.
    """
    today = clock().astimezone(ZoneInfo(settings.time_zone)).date()
    if since is not None and (full or refit):
        raise BackfillError(
            f"what landed since {since} and everything cannot both be asked for: leave one of them out"
        )
    if since is not None and since > today:
        raise BackfillError(
            f"nothing can have landed since {since}: it is {today} in {settings.time_zone}; name a day up to today"
        )
    with open_to_write(settings, must_exist=True, run=run) as warehouse:
        summary = refresh(
            warehouse,
            settings,
            as_of=end_of_day(day or today, settings.time_zone),
            clock=clock,
            full=full,
            refit=refit,
            landed_since=start_of_day(since, settings.time_zone) if since else None,
            on_progress=on_progress,
            spread=spread,
        )
        tidy_if_needed(warehouse, now=clock(), wait_seconds=settings.lock_wait_seconds)
    return summary


def changes_told(settings: Settings) -> dict[str, int]:
    """How many signals the last refresh that computed anybody raised, and how many it ended."""
    with open_to_read(settings) as warehouse:
        counts = dict(
            warehouse.rows(
                "SELECT change, count(*) FROM feedback.outbox "
                "WHERE created_at = (SELECT refreshed_at FROM estimates.refresh_state) GROUP BY change"
            )
        )
    return {change: int(counts.get(change, 0)) for change in ("raised", "ended")}


def train(
    settings: Settings,
    *,
    clock: Clock,
    force: bool = False,
    run: Run | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> TrainSummary:
    """Fit a new model version and use it where it is not worse; see `train_version`."""
    with open_to_write(settings, must_exist=True, run=run) as warehouse:
        return train_version(warehouse, settings, clock=clock, force=force, on_progress=on_progress)
