"""Whether all is well: the data, how fresh they are, what waits in topics or was refused, and the model's predictions.

A finding is passed, failed, or unknown where there is nothing yet to say it from.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from learnloom.pipelines.lake.open import open_to_read

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.sources.errors import IngestError
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.operate.lag import lag_of
from learnloom.pipelines.operate.summary import read_status
from learnloom.pipelines.operate.watched import Drift, dead_share, drift
from learnloom.pipelines.refresh.checks import run_checks

_DAY: Final = dt.timedelta(days=1)
_ENOUGH_ANSWERS: Final = 500
"""Answers since the fit from which drift is judged."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    is_passed: bool | None
    """None: unknown so far."""
    told: str
    """What was found, with its numbers, and what to do where it failed."""
    rows: Sequence[dict[str, Any]] = ()
    """The first of the offending rows, by column."""


def examine(settings: Settings, *, now: dt.datetime) -> list[Finding]:
    """Look at everything; nothing is written.

    Raises:
        WarehouseMissingError: nothing has landed yet.
    """
    with open_to_read(settings) as warehouse:
        return [
            *_fresh(warehouse, settings, now),
            _kept_up(warehouse, settings, now),
            _refused(warehouse, settings, now),
            _drifted(drift(warehouse), settings),
            *_data(warehouse),
        ]


def _data(warehouse: Warehouse) -> Iterator[Finding]:
    for result in run_checks(warehouse):
        told = (
            "the table does not stand yet"
            if result.n_offending is None
            else f"{result.n_offending:,} rows break it: {result.description}"
        )
        yield Finding(result.name, result.is_passed, told, result.sample)


def _fresh(warehouse: Warehouse, settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    status = read_status(warehouse)
    yield _age(
        "landed_lately",
        "the newest statement landed",
        _since(status.newest_statement_landed_at, now),
        limit_hours=settings.flows.silent_hours,
        advice="see whether the senders send and `learnloom consume` or the flow `land` runs",
    )
    yield _age(
        "refreshed_lately",
        "the last refresh ran",
        _since(status.refreshed_at, now),
        limit_hours=settings.flows.stale_hours,
        advice="see why the flow `refresh` did not end well",
    )


def _since(at: dt.datetime | None, now: dt.datetime) -> dt.timedelta | None:
    return None if at is None else now - at


def _age(name: str, what: str, age: dt.timedelta | None, *, limit_hours: float, advice: str) -> Finding:
    if age is None:
        return Finding(name, None, f"never so far: {what}")
    hours = age / dt.timedelta(hours=1)
    is_passed = hours <= limit_hours
    told = f"{what} {hours:.1f} hours ago (limit {limit_hours:g})"
    return Finding(name, is_passed, told if is_passed else f"{told}: {advice}")


def _kept_up(warehouse: Warehouse, settings: Settings, now: dt.datetime) -> Finding:
    name, limit_seconds = "topics_kept_up", settings.flows.max_lag_seconds
    try:
        lags = lag_of(warehouse, settings)
    except IngestError as error:
        return Finding(name, False, f"{error}")
    if not lags:
        return Finding(name, None, "nothing of a topic of the flows was read so far")
    told, is_passed = [], True
    for lag in lags:
        seconds = lag.seconds(now)
        since = f", the oldest for {seconds:,.0f} s" if lag.oldest_at is not None else ""
        told.append(f"{lag.topic}: {lag.records:,} records wait{since}")
        is_passed = is_passed and seconds <= limit_seconds
    found = f"{'; '.join(told)} (limit {limit_seconds:,.0f} s)"
    return Finding(name, is_passed, found if is_passed else f"{found}: see whether the flow `land` runs")


def _refused(warehouse: Warehouse, settings: Settings, now: dt.datetime) -> Finding:
    name, counted = "dead_letter_share", dead_share(warehouse, since=now - _DAY)
    if counted is None:
        return Finding(name, None, "nothing came in the last day")
    refused, came = counted
    is_passed = refused <= settings.dead_letter_max_share * came
    told = f"{refused:,} of {came:,} records of the last day were refused (limit {settings.dead_letter_max_share:.0%})"
    return Finding(name, is_passed, told if is_passed else f"{told}: `learnloom dead` says why")


def _drifted(found: Drift | None, settings: Settings) -> Finding:
    name = "model_drift"
    if found is None or found.n_answers < _ENOUGH_ANSWERS:
        n = found.n_answers if found else 0
        return Finding(
            name, None, f"{n:,} answers since the model was fitted, {_ENOUGH_ANSWERS:,} are needed"
        )
    is_passed = found.log_loss - found.log_loss_at_fit <= settings.flows.max_drift
    told = (
        f"log-loss {found.log_loss:.3f} on {found.n_answers:,} answers since version {found.model_version} was "
        f"fitted, {found.log_loss_at_fit:.3f} at its fit (limit {settings.flows.max_drift:g} more)"
    )
    return Finding(name, is_passed, told if is_passed else f"{told}: run `learnloom train`")
