"""Figures of the warehouse for whoever watches it: counts, ages, sizes. Read in some milliseconds, at each scrape."""

import datetime as dt
from typing import Final, NamedTuple

from pipelines.warehouse.connection import LAKE, Warehouse
from pipelines.warehouse.maintain import spare_files
from pipelines.warehouse.staging import standing
from pipelines.warehouse.watched import dead_share

_DAY: Final = dt.timedelta(days=1)


class Gauge(NamedTuple):
    """One figure. Names follow Prometheus: the unit stands last."""

    name: str
    help: str
    value: float


def gauges(warehouse: Warehouse, *, now: dt.datetime) -> list[Gauge]:
    """Read all figures that can be told; what is unknown so far is left out."""
    warehouse.use(LAKE)
    known = standing(warehouse)
    found: list[Gauge] = []

    def tell(name: str, told: str, sql: str, *needs: str) -> None:
        if set(needs) <= known:
            value = warehouse.one(sql, {"now": now} if "$now" in sql else None)[0]
            if value is not None:
                found.append(Gauge(f"learnloom_{name}", told, float(value)))

    landed = "landing.statement"
    tell("statements_landed", "Statements in the warehouse.", f"SELECT count(*) FROM {landed}", landed)
    tell(
        "landing_age_seconds",
        "Time since a statement landed.",
        f"SELECT epoch($now::TIMESTAMPTZ - max(landed_at)) FROM {landed}",
        landed,
    )
    tell(
        "dead_letters_waiting",
        "Refused records that nothing has taken the place of.",
        "SELECT count(*) FROM landing.dead_letter WHERE replayed_at IS NULL",
        "landing.dead_letter",
    )
    tell(
        "refresh_age_seconds",
        "Time since the last refresh.",
        "SELECT epoch($now::TIMESTAMPTZ - max(refreshed_at)) FROM estimates.refresh_state",
        "estimates.refresh_state",
    )
    tell(
        "statements_not_refreshed",
        "Statements that have landed since the last refresh.",
        f"SELECT (SELECT count(*) FROM {landed}) - (SELECT count(*) FROM staging.stg_statement)",
        landed,
        "staging.stg_statement",
    )
    for relation, what in (
        ("dimensional.dim_student", "students"),
        ("dimensional.fact_attempt", "answers"),
        ("feedback.signal", "signals"),
    ):
        tell(what, f"Rows of {relation}.", f"SELECT count(*) FROM {relation}", relation)
    share = dead_share(warehouse, since=now - _DAY) if landed in known else None
    if share is not None:
        refused, came = share
        found.append(
            Gauge(
                "learnloom_dead_letter_share",
                "Share of the last day's records that were refused.",
                refused / came,
            )
        )
    found.append(
        Gauge(
            "learnloom_spare_files",
            "Files that merging could save, of the table with most.",
            spare_files(warehouse),
        )
    )
    return found
