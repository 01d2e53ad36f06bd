"""A backtest's shares are kept, and the next refresh says them with its signals."""

from pathlib import Path

import pytest

from learnloom.pipelines.backtest.cases import Case
from learnloom.pipelines.backtest.past import past_days
from learnloom.pipelines.backtest.record import record_of
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.record import keep_record
from learnloom.schemas.signal import RightShare, RightSource, SignalKind
from tests.pipelines.refresh.school import LAST_DAY, NOW, SETTINGS, land, lines_of, refreshed

_STRONG = ("strength.student", "strength.teacher")


def _cases(n: int, n_right: int, kind: SignalKind, message: str) -> list[Case]:
    return [
        Case(kind, f"student {number}", "skill", 1, (message,), is_true=number < n_right, days=1.0)
        for number in range(n)
    ]


def test_only_what_enough_is_decided_of_is_a_record() -> None:
    """Nineteen students are too few, and what promises a probability of its own keeps to that."""
    cases = [
        *_cases(40, 30, SignalKind.WHEEL_SPINNING, "wheel_spinning.teacher"),
        *_cases(19, 19, SignalKind.WEAKNESS, "weakness.teacher"),
        *(case._replace(promised=0.8) for case in _cases(40, 30, SignalKind.MASTERY, "mastery.near.teacher")),
    ]
    ((message, (n_right, told)),) = record_of(cases, RightSource.SCHOOL, n_resamples=100).items()
    assert (message, n_right, told.n, told.p) == ("wheel_spinning.teacher", 30, 40, 0.75)
    assert told.p_low < 0.75 < told.p_high


def test_one_that_stands_for_weeks_is_one() -> None:
    """Four days looked at forty signals: forty were looked at, not a hundred and sixty."""
    cases = [
        case._replace(day=day)
        for case in _cases(40, 30, SignalKind.WHEEL_SPINNING, "wheel_spinning.teacher")
        for day in range(4)
    ]
    ((n_right, told),) = record_of(cases, RightSource.SCHOOL, n_resamples=100).values()
    assert (n_right, told.n) == (30, 40)


@pytest.mark.long
@pytest.mark.slow
def test_kept_shares_go_with_signals_silence_them_and_are_not_seen_by_a_backtest(tmp_path: Path) -> None:
    """After --keep the next refresh tells everything anew; below the bar nothing stands; a day gone by has it still."""
    limits = SETTINGS.thresholds.model_copy(update={"least_right": {SignalKind.STRENGTH: 0.5}})
    settings = SETTINGS.model_copy(update={"thresholds": limits})
    standing = (
        "SELECT DISTINCT message_id, signal -> 'p_right' ->> 'n' FROM lake.feedback.signal ORDER BY ALL"
    )
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "lines.jsonl", lines_of(tmp_path / "class"))
        refreshed(warehouse, settings=settings)
        before = dict(warehouse.rows(standing))
        assert set(_STRONG) <= before.keys()
        share = RightShare(p=0.25, p_low=0.1, p_high=0.4, n=80, source=RightSource.SCHOOL)
        good = share.model_copy(update={"p": 0.75})
        shares = {_STRONG[0]: (20, share), _STRONG[1]: (60, good)}
        keep_record(warehouse, shares, known_until=NOW, at=NOW, wait_seconds=20)
        assert refreshed(warehouse, settings=settings).full_because is not None
        after = dict(warehouse.rows(standing))
        assert (after.get(_STRONG[0]), after[_STRONG[1]]) == (None, "80")
        assert refreshed(warehouse, settings=settings).full_because is None
        (day,) = past_days(warehouse, settings, [LAST_DAY])
    assert _STRONG[0] in day.signals.column("message_id").to_pylist()
