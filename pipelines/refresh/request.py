"""What a refresh is asked for."""

import datetime as dt
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from learnloom.pipelines.refresh.errors import BackfillError


@dataclass(frozen=True)
class RefreshRequest:
    """What a refresh is asked for; all moments are aware."""

    as_of: dt.datetime
    """The moment for which everything is told, in the school's time zone. Statements after it do not count yet."""
    full: bool = False
    """Build everything anew even where only some students changed."""
    refit: bool = False
    """Fit a new model version first; implies `full`."""
    since: dt.datetime | None = None
    """Compute every student anew of whom something has landed from this moment on, changed or not, and prove that what
    landed since then is staged as it would be now. Where it is not, where nothing had landed before, or where anything
    else asks for it, everything is built. None: only students who changed."""
    recounts: bool = False
    """Compute what statements mention, and what is told of activities, courses and skills, from all that stands: after
    students were erased, whose rows are gone already."""

    @classmethod
    def of_days(
        cls,
        day: dt.date | None,
        *,
        now: dt.datetime,
        time_zone: str,
        full: bool = False,
        refit: bool = False,
        since: dt.date | None = None,
    ) -> Self:
        """Ask in days of the school.

        Args:
            day: as of the end of this day; None: today.
            now: the present moment.
            time_zone: the school's.
            full: as the field.
            refit: as the field.
            since: from the start of this day on; not together with `full` or `refit`, which compute everybody.

        Raises:
            BackfillError: `since` is yet to come, or goes with `full` or `refit`.
        """
        today = now.astimezone(ZoneInfo(time_zone)).date()
        if since is not None and (full or refit):
            raise BackfillError(
                f"what landed since {since} and everything cannot both be asked for: leave one of them out"
            )
        if since is not None and since > today:
            raise BackfillError(
                f"nothing can have landed since {since}: it is {today} in {time_zone}; name a day up to today"
            )
        return cls(
            as_of=end_of_day(day or today, time_zone),
            full=full,
            refit=refit,
            since=start_of_day(since, time_zone) if since else None,
        )


def end_of_day(day: dt.date, time_zone: str) -> dt.datetime:
    """The last instant of a day in the school's time zone: the usual as_of, so that its date is today.

    Where clocks are put back at midnight, as in Santiago, the last hour comes twice, and the second one counts.
    """
    return dt.datetime.combine(day, dt.time.max.replace(fold=1), ZoneInfo(time_zone))


def start_of_day(day: dt.date, time_zone: str) -> dt.datetime:
    """The first instant of a day in the school's time zone."""
    return dt.datetime.combine(day, dt.time.min, ZoneInfo(time_zone))
