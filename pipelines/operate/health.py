"""Health checks: the data, their freshness, consumer lag, dead letters, and the drift of the model.

A check has passed, has failed, or is unknown while there is no data for it.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.sources.errors import IngestError
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.operate.finding import HealthFinding
from learnloom.pipelines.operate.lag import lag_of
from learnloom.pipelines.operate.summary import read_status
from learnloom.pipelines.operate.watched import Drift, dead_share, drift
from learnloom.pipelines.refresh.checks import run_checks

_DAY: Final = dt.timedelta(days=1)
# Answers since the fit from which drift is judged.
_ENOUGH_ANSWERS: Final = 500


def examine(settings: Settings, *, now: dt.datetime) -> list[HealthFinding]:
    """Run all health checks; nothing is written.

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


def _data(warehouse: Warehouse) -> Iterator[HealthFinding]:
    for result in run_checks(warehouse):
        message = (
            result.why_unknown
            if result.n_offending is None
            else f"{result.n_offending:,} rows break it: {result.description}"
        )
        yield HealthFinding(result.name, result.is_passed, message, result.sample)


def _fresh(warehouse: Warehouse, settings: Settings, now: dt.datetime) -> Iterator[HealthFinding]:
    status = read_status(warehouse)
    yield _age(
        "landed_lately",
        "the last statement landed",
        _since(status.newest_statement_landed_at, now),
        limit_hours=settings.flows.silent_hours,
        advice="check that the senders send, and that `learnloom consume` or the flow `land` is running",
    )
    yield _age(
        "refreshed_lately",
        "the last refresh ran",
        _since(status.refreshed_at, now),
        limit_hours=settings.flows.stale_hours,
        advice="find out why the flow `refresh` failed",
    )


def _since(at: dt.datetime | None, now: dt.datetime) -> dt.timedelta | None:
    return None if at is None else now - at


def _age(name: str, what: str, age: dt.timedelta | None, *, limit_hours: float, advice: str) -> HealthFinding:
    if age is None:
        return HealthFinding(name, None, f"never: {what}")
    hours = age / dt.timedelta(hours=1)
    is_passed = hours <= limit_hours
    message = f"{what} {hours:.1f} hours ago (limit {limit_hours:g})"
    return HealthFinding(name, is_passed, message if is_passed else f"{message}: {advice}")


def _kept_up(warehouse: Warehouse, settings: Settings, now: dt.datetime) -> HealthFinding:
    name, limit_seconds = "topics_kept_up", settings.flows.max_lag_seconds
    try:
        lags = lag_of(warehouse, settings)
    except IngestError as error:
        return HealthFinding(name, False, f"{error}")
    if not lags:
        return HealthFinding(name, None, "no topic of the flows was read yet")
    waiting, is_passed = [], True
    for lag in lags:
        seconds = lag.seconds(now)
        since = f", the oldest for {seconds:,.0f} s" if lag.oldest_at is not None else ""
        waiting.append(f"{lag.topic}: {lag.records:,} records wait{since}")
        is_passed = is_passed and seconds <= limit_seconds
    found = f"{'; '.join(waiting)} (limit {limit_seconds:,.0f} s)"
    return HealthFinding(
        name, is_passed, found if is_passed else f"{found}: check that the flow `land` is running"
    )


def _refused(warehouse: Warehouse, settings: Settings, now: dt.datetime) -> HealthFinding:
    name, counted = "dead_letter_share", dead_share(warehouse, since=now - _DAY)
    if counted is None:
        return HealthFinding(name, None, "no records arrived in the last day")
    refused, came = counted
    limit = settings.dead_letter_max_share
    is_passed = refused <= limit * came
    message = f"{refused:,} of {came:,} records of the last day were refused (limit {limit:.0%})"
    return HealthFinding(
        name, is_passed, message if is_passed else f"{message}: see the reasons with `learnloom dead`"
    )


def _drifted(found: Drift | None, settings: Settings) -> HealthFinding:
    name = "model_drift"
    if found is None or found.n_answers < _ENOUGH_ANSWERS:
        n = found.n_answers if found else 0
        return HealthFinding(
            name, None, f"{n:,} answers came since the model was fitted; {_ENOUGH_ANSWERS:,} are needed"
        )
    is_passed = found.log_loss - found.log_loss_at_fit <= settings.flows.max_drift
    message = (
        f"log-loss {found.log_loss:.3f} on {found.n_answers:,} answers since version {found.model_version} was "
        f"fitted, {found.log_loss_at_fit:.3f} at its fit (limit {settings.flows.max_drift:g} more)"
    )
    return HealthFinding(name, is_passed, message if is_passed else f"{message}: run `learnloom train`")
