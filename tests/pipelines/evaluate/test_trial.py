"""What is withheld by lot: how often the interval holds the truth, and what must not matter."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.effect import OUTCOMES
from learnloom.pipelines.evaluate.trial import Trial, TrialDifference, compare, draws_needed, trials

_Planted = tuple[NDArray[Any], ...]


def _planted(seed: int, *, gain: float = 0.0, n: int = 120) -> _Planted:
    """Draws of students, three of each; a share that changes half-way; some of whom nothing is known before."""
    rng = np.random.default_rng(seed)
    student = np.repeat(np.arange(n // 3), 3)
    share = np.where(np.arange(n) % 3 < 2, 0.3, 0.5)
    is_said = rng.random(n) >= share
    usual = np.repeat(rng.normal(10.0, 3.0, n // 3), 3)
    before = np.where(rng.random(n) < 0.1, np.nan, usual + rng.normal(0.0, 1.0, n))
    after = usual + rng.normal(0.0, 2.0, n) + gain * is_said + (share > 0.4)
    return is_said, share, student, before, after


def _same(one: TrialDifference, other: TrialDifference) -> None:
    assert one == pytest.approx(other, rel=1e-6, abs=1e-8)


@given(seed=st.integers(0, 1_000))
def test_order_and_names_do_not_matter(seed: int) -> None:
    """Draws in another order, students under other numbers: the figures are the same."""
    planted = _planted(seed)
    rng = np.random.default_rng(seed)
    order, names = rng.permutation(len(planted[0])), rng.permutation(500)
    is_said, share, student, before, after = (column[order] for column in planted)
    _same(compare(*planted), compare(is_said, share, names[student], before, after))


@given(seed=st.integers(0, 1_000), gain=st.floats(-50.0, 50.0))
def test_what_is_added_to_the_said_is_added_to_the_difference(seed: int, gain: float) -> None:
    """So much more for each draw by which it was said is so much more difference, and the error stays."""
    is_said, share, student, before, after = _planted(seed)
    plain = compare(is_said, share, student, before, after)
    helped = compare(is_said, share, student, before, after + gain * is_said)
    assert helped.difference == pytest.approx(plain.difference + gain, abs=1e-6)
    assert helped.standard_error == pytest.approx(plain.standard_error, rel=1e-5)


@pytest.mark.parametrize("gain", [0.0, 1.5])
def test_the_interval_holds_the_truth_as_often_as_promised(gain: float) -> None:
    """With an effect and without, four of five intervals of 80 % hold it, and the error is what it says."""
    found = [compare(*_planted(seed, gain=gain)) for seed in range(400)]
    held = [abs(each.difference - gain) < 1.2816 * each.standard_error for each in found]
    assert 0.74 < sum(held) / len(held) < 0.86
    spread = float(np.std([each.difference for each in found], ddof=1))
    assert spread / 1.15 < float(np.mean([each.standard_error for each in found])) < spread * 1.15


def test_a_share_that_changed_is_no_effect() -> None:
    """Where more is withheld in a better time, the difference is not that of the times."""
    found = [compare(*_planted(seed, n=300)).difference for seed in range(100)]
    assert abs(float(np.mean(found))) < 0.06


def test_who_was_drawn_often_counts_as_one() -> None:
    """The same draws twice leave difference and error as they were."""
    planted = _planted(4)
    twice = [np.concatenate([column, column]) for column in planted]
    _same(compare(*planted), compare(*twice))


def test_by_hand() -> None:
    """Two sides of two students each that began alike: means, difference and error of a calculation on paper."""
    found = compare(
        np.array([True, True, False, False]),
        np.full(4, 0.5),
        np.arange(4),
        np.full(4, 3.0),
        np.array([10.0, 8.0, 7.0, 5.0]),
    )
    # Each lies 1 off the mean of its two: (4 · 0.5²) · 4/3.
    assert found == pytest.approx((9.0, 6.0, 3.0, (4 / 3) ** 0.5))


def test_draws_needed() -> None:
    """Twice the difference needs a quarter of the draws, one of 2.8 errors no more; for none no number is enough."""
    assert draws_needed(2.0, 1.0, 100) == 197
    assert draws_needed(4.0, 1.0, 100) == 50
    assert draws_needed(2.8016, 1.0, 1_000) == 1_000
    assert draws_needed(0.0, 1.0, 100) is None


def _rows(n_withheld: int) -> pa.Table:
    """Fifteen draws by which it was said, so many by which it was not; nobody answered."""
    numbers: dict[str, list[float | None]] = {
        f"{outcome}_{when}": [None] * (15 + n_withheld)
        for outcome in OUTCOMES
        for when in ("before", "after")
    }
    numbers["n_answers_after"] = [float(number % 3) for number in range(15 + n_withheld)]
    is_withheld = [False] * 15 + [True] * n_withheld
    named: dict[str, list[Any]] = {
        "signal_kind": ["pace"] * len(is_withheld),
        "student_key": [f"student {number}" for number in range(len(is_withheld))],
        "share": [0.4] * len(is_withheld),
        "is_withheld": is_withheld,
    }
    schema = pa.schema([(name, pa.float64()) for name in numbers])
    table = pa.table(numbers, schema=schema)
    for name, values in named.items():
        table = table.append_column(name, pa.array(values))
    return table


def test_few_students_have_no_figures() -> None:
    """Figures are told from ten students a side on, and only of outcomes that are known."""
    for n, is_told in ((9, False), (10, True)):
        found = {each.outcome: each for each in trials(_rows(n))}
        assert list(found) == list(OUTCOMES)
        assert found["n_answers"][2:6] == (15, n, 15, n)
        assert (found["n_answers"].difference is not None) == is_told
        assert found["share_right"] == Trial._make(("pace", "share_right", 0, 0, 0, 0, *[None] * 8))
