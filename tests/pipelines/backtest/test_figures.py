"""Figures of signals that were held against what came."""

import pytest

from learnloom.pipelines.backtest.cases import Case
from learnloom.pipelines.backtest.figures import kind_figures
from learnloom.schemas.signal import SignalKind


def _case(number: int, *, said: bool, is_true: bool | None, by_rule: bool = False) -> Case:
    return Case(
        SignalKind.WHEEL_SPINNING,
        f"student {number}",
        "skill",
        day=700_000,
        said=("wheel_spinning.teacher",) if said else (),
        is_true=is_true,
        days=5.0,
        by_rule=by_rule,
    )


def test_precision_and_recall_are_counted_over_what_is_decided() -> None:
    """Undecided cases count as said, and for no share."""
    cases = [
        *(_case(n, said=True, is_true=True) for n in range(30)),
        *(_case(n, said=True, is_true=False) for n in range(30, 40)),
        *(_case(n, said=False, is_true=True, by_rule=True) for n in range(40, 60)),
        *(_case(n, said=False, is_true=False, by_rule=True) for n in range(60, 100)),
        *(_case(n, said=True, is_true=None) for n in range(100, 105)),
    ]
    (found,) = kind_figures(cases, n_resamples=100)
    assert (found.n_said, found.n_said_known, found.n_right, found.n_true) == (45, 40, 30, 50)
    assert found.precision.value == pytest.approx(0.75)
    assert found.recall.value == pytest.approx(0.6)
    assert found.by_chance.value == pytest.approx(0.5)
    assert found.lift == pytest.approx(1.5)
    assert found.rule_precision.value == pytest.approx(1 / 3)
    assert found.lead_days.value == pytest.approx(5.0)
    assert found.precision.low is not None
    assert found.precision.low < 0.75
    # Given is what is right of the other folds' signals.
    assert found.calibration_error.value is not None
    assert found.calibration_error.value < 0.1


def test_too_few_students_give_no_figure_but_the_reason() -> None:
    """Signals about three students say nothing of how good they are."""
    cases = [_case(n % 3, said=True, is_true=True) for n in range(60)]
    (found,) = kind_figures(cases, n_resamples=100)
    assert found.precision.value is None
    assert found.precision.unknown is not None
    assert "students" in found.precision.unknown
    assert found.lift is None


def test_the_interval_of_the_lead_is_over_students() -> None:
    """Students of whom ten skills each say the same tell no more than one skill of each would."""
    one = [_case(n, said=True, is_true=True)._replace(days=float(n)) for n in range(40)]
    ten = [case._replace(subject=f"skill {number}") for case in one for number in range(10)]
    (by_one,), (by_ten,) = (kind_figures(cases, n_resamples=200) for cases in (one, ten))
    assert (by_ten.lead_days.low, by_ten.lead_days.high) == (by_one.lead_days.low, by_one.lead_days.high)
