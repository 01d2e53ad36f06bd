"""Signals of days gone by, computed again from what was known then."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.backtest.past import past_days
from learnloom.pipelines.backtest.run import BacktestOptions, NoDayError, backtest
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.feedback.track_record import TrackRecord
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.vault.opening import open_vault
from learnloom.schemas.signal import SignalKind
from tests.conftest import SmallClass

_COLUMNS = "signal_id, message_id, subject, value"
_NO_CHECK_IN = "signal_kind <> 'check_in'"
_LIMITS = Settings().thresholds


def _is_heard(row: dict[str, Any]) -> bool:
    """Whether a refresh says it: what was right too seldom in simulated classes is computed by a backtest alone.

    A check-in may begin with such a one: none is looked at.
    """
    kind = SignalKind(row["signal_kind"])
    return kind is not SignalKind.CHECK_IN and TrackRecord().is_heard(kind, row["message_id"], _LIMITS)


def _may_wait(row: dict[str, Any]) -> bool:
    """Whether it calls a teacher, who is told of so many students a week."""
    return SIGNAL_KINDS[SignalKind(row["signal_kind"])].cause is not None and row["message_id"].endswith(
        ".teacher"
    )


@pytest.mark.slow
def test_a_day_gone_by_is_told_as_it_was_told_then(small_class: SmallClass) -> None:
    """As of the day of the refresh before the last, the same version says the same, though more has landed since."""
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        (day,) = past_days(warehouse, Settings(), [small_class.day])
        said = warehouse.rows(
            f"SELECT {_COLUMNS} FROM lake.feedback.signal WHERE {_NO_CHECK_IN} ORDER BY signal_id"
        )
        found = [
            (row["signal_id"], row["message_id"], row["subject"], row["value"])
            for row in day.signals.to_pylist()
            if _is_heard(row)
        ]
        assert [row[:3] for row in found] == [row[:3] for row in said]
        assert [row[3] for row in found] == [pytest.approx(row[3]) for row in said]
        # Told then, and kept by the log of what was raised.
        (earlier,) = past_days(warehouse, Settings(), [small_class.earlier_day])
        raised = warehouse.rows(
            f"SELECT DISTINCT signal_id FROM lake.feedback.outbox WHERE change = 'raised' AND {_NO_CHECK_IN} AND "
            "json_extract_string(event, '$.data.created_at')::TIMESTAMPTZ < $day::DATE + INTERVAL 1 DAY",
            {"day": small_class.earlier_day},
        )
        heard = [row for row in earlier.signals.to_pylist() if _is_heard(row)]
        at_once = {row["signal_id"] for row in heard if not _may_wait(row)}
        assert at_once <= {row[0] for row in raised} <= {row["signal_id"] for row in heard}


@pytest.mark.long
@pytest.mark.slow
def test_a_backtest_fits_a_version_where_none_is_so_old_and_ranges_of_students_change_nothing(
    small_class: SmallClass,
) -> None:
    """Before the first fit a version is fitted on what was known then; the bound on memory is no change of results."""
    day = small_class.earlier_day - dt.timedelta(days=7)
    options = BacktestOptions(first=day, last=day, n_resamples=100)
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        whole, cases = backtest(warehouse, Settings(), options)
        bounds = Settings().refresh.model_copy(update={"bucket_statements": 1_500})
        _, again = backtest(warehouse, Settings(refresh=bounds), options)
    assert whole.days == [day]
    assert {case.kind for case in cases} >= {"mastery", "practise_next", "wheel_spinning"}
    assert any(case.said and case.is_true is not None for case in cases)
    assert sorted(map(repr, again)) == sorted(map(repr, cases))


@pytest.mark.slow
def test_who_refused_evaluation_is_in_no_figure(small_class: SmallClass, tmp_path: Path) -> None:
    """One student less is counted, and no case is about them."""
    vault = VaultBounds(file=tmp_path / "vault.sqlite")
    options = BacktestOptions(first=small_class.earlier_day, last=small_class.earlier_day, n_resamples=100)
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        identifier, key = warehouse.one(
            "SELECT identifier, student_key FROM staging.stg_identifier "
            "SEMI JOIN dimensional.fact_attempt USING (student_key) ORDER BY ALL LIMIT 1"
        )
        with open_vault(Settings(vault=vault), creates=True) as opened:
            opened.tell_consent(
                [identifier],
                "evaluation",
                is_given=False,
                told_by="t",
                now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
            )
        everybody, of_all = backtest(warehouse, Settings(), options)
        found, cases = backtest(warehouse, Settings(vault=vault), options)
    assert key in {case.student for case in of_all}
    assert {case.student for case in cases} == {case.student for case in of_all} - {key}
    assert found.n_students == everybody.n_students - 1


def test_days_that_are_none_are_named(small_class: SmallClass) -> None:
    """Whoever asks for days after the last gets told what there is."""
    with (
        Warehouse(small_class.folder, read_only=True) as warehouse,
        pytest.raises(NoDayError, match="there is no day"),
    ):
        backtest(warehouse, Settings(), BacktestOptions(first=dt.date(2030, 1, 1)))
