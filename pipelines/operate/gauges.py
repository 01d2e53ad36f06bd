"""Figures of the warehouse for whoever watches it: counts, ages, sizes. Read in some milliseconds, at each scrape."""

import datetime as dt
from collections.abc import Collection
from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.maintain import spare_files
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.operate.watched import dead_share, receivers_away

_DAY: Final = dt.timedelta(days=1)


class Gauge(NamedTuple):
    """One figure. Names follow Prometheus: the unit stands last."""

    name: str
    help: str
    value: float


class _Asked(NamedTuple):
    name: str
    help: str
    select: str
    reads: frozenset[str]


def _asked(name: str, told: str, select: str, *reads: str) -> _Asked:
    return _Asked(f"learnloom_{name}", told, select, frozenset(reads))


_LANDED: Final = "landing.statement"
_STATE: Final = "run.refresh_state"
_STAGED: Final = "staging.stg_statement"
_POSITIONS: Final = "feedback.delivery_position"
_ASKED: Final = (
    _asked("statements_landed", "Statements in the warehouse.", f"SELECT count(*) FROM {_LANDED}", _LANDED),
    _asked(
        "landing_age_seconds",
        "Time since a statement landed.",
        f"SELECT epoch($now::TIMESTAMPTZ - max(landed_at)) FROM {_LANDED}",
        _LANDED,
    ),
    _asked(
        "dead_letters_waiting",
        "Refused records that nothing has taken the place of.",
        "SELECT count(*) FROM landing.dead_letter WHERE replayed_at IS NULL",
        "landing.dead_letter",
    ),
    _asked(
        "refresh_age_seconds",
        "Time since the last refresh.",
        f"SELECT epoch($now::TIMESTAMPTZ - max(refreshed_at)) FROM {_STATE}",
        _STATE,
    ),
    _asked(
        "statements_not_refreshed",
        "Statements that have landed since the last refresh.",
        f"SELECT (SELECT count(*) FROM {_LANDED}) - (SELECT count(*) FROM {_STAGED})",
        _LANDED,
        _STAGED,
    ),
    _asked(
        "deliveries_waiting",
        "Events that a subscriber did not take and that are sent again.",
        "SELECT count(*) FROM feedback.delivery WHERE status = 'waiting'",
        "feedback.delivery",
    ),
    _asked(
        "deliveries_dead",
        "Events that were given up, by any subscription.",
        "SELECT count(*) FROM feedback.delivery WHERE status = 'dead'",
        "feedback.delivery",
    ),
    *(
        _asked(name, f"Rows of {relation}.", f"SELECT count(*) FROM {relation}", relation)
        for name, relation in (
            ("students", "dimensional.dim_student"),
            ("answers", "dimensional.fact_attempt"),
            ("signals", "feedback.signal"),
        )
    ),
)


def gauges(warehouse: Warehouse, *, now: dt.datetime, subscriptions: Collection[str] = ()) -> list[Gauge]:
    """Read all figures that can be told, of these subscriptions; what is unknown so far is left out."""
    warehouse.use(LAKE)
    known = existing_tables(warehouse)
    found = [
        Gauge(asked.name, asked.help, float(value))
        for asked in _ASKED
        if asked.reads <= known
        and (value := warehouse.one(asked.select, {"now": now} if "$now" in asked.select else None)[0])
        is not None
    ]
    share = dead_share(warehouse, since=now - _DAY) if _LANDED in known else None
    if share is not None:
        refused, came = share
        told = "Share of the last day's records that were refused."
        found.append(Gauge("learnloom_dead_letter_share", told, refused / came))
    if _POSITIONS in known:
        away = receivers_away(warehouse, subscriptions, now=now)
        told = "Subscriptions that are paused or held, because their receiver takes nothing."
        found.append(Gauge("learnloom_receivers_away", told, float(away)))
    told = "Files that merging could save, of the table with most."
    found.append(Gauge("learnloom_spare_files", told, float(spare_files(warehouse))))
    return found
