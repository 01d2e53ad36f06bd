"""Matching and its variance: what must stay the same, and how often the interval holds the truth."""

import math
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.evaluate.effect import OUTCOMES, Comparison, Effect, Side, compare, effects

_FIGURES = ("n_matched", "n_students", "n_comparable", "mean_after", "mean_after_comparable", "difference")


def _planted(seed: int, *, gain: float = 0.0, drift: float = 0.0, n: int = 120) -> tuple[Side, Side]:
    """Told and comparable students of twelve cells: the worse a cell, the more of it are told.

    Args:
        seed: of all that is drawn.
        gain: what being told of adds to the outcome after.
        drift: how far the told began ahead within their cell.
        n: students.
    """
    rng = np.random.default_rng(seed)
    cell = rng.integers(0, 12, n)
    is_told = rng.random(n) < 0.2 + 0.05 * cell
    before = 20.0 - cell + rng.normal(0.0, 1.0, n) + drift * is_told
    after = before + rng.normal(0.0, 2.0, n) + gain * is_told
    rows = Side(np.arange(n), cell, before, after)
    return rows.at(is_told), rows.at(~is_told)


def _found(told: Side, comparable: Side) -> Comparison:
    found = compare(told, comparable)
    assert found is not None
    return found


def _same(one: Comparison, other: Comparison) -> None:
    for name in (*_FIGURES, "standard_error", "difference_before"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9, abs=1e-9), name


@given(seed=st.integers(0, 1_000))
def test_order_and_names_do_not_matter(seed: int) -> None:
    """Rows in another order, students and cells under other numbers: the figures are the same."""
    told, comparable = _planted(seed)
    rng = np.random.default_rng(seed)
    students, cells = rng.permutation(500), rng.permutation(12)

    def renamed(side: Side) -> Side:
        order = rng.permutation(len(side))
        student, cell = students[side.student], cells[side.cell]
        return Side(student[order], cell[order], side.before[order], side.after[order])

    _same(_found(told, comparable), _found(renamed(told), renamed(comparable)))


@given(seed=st.integers(0, 1_000), gain=st.floats(-50.0, 50.0))
def test_what_is_added_to_the_told_is_added_to_the_difference(seed: int, gain: float) -> None:
    """So much more for each of the told after is so much more difference, and the standard error stays."""
    told, comparable = _planted(seed)
    plain = _found(told, comparable)
    helped = _found(Side(told.student, told.cell, told.before, told.after + gain), comparable)
    assert helped.difference == pytest.approx(plain.difference + gain, abs=1e-9)
    assert helped.standard_error == pytest.approx(plain.standard_error, rel=1e-9)


@given(seed=st.integers(0, 1_000), unit=st.floats(0.001, 1_000.0), shift=st.floats(-100.0, 100.0))
def test_another_unit_is_another_unit_of_the_figures(seed: int, unit: float, shift: float) -> None:
    """The outcome told in another unit, from another zero: difference and error follow, and nothing else."""
    told, comparable = _planted(seed)

    def measured(side: Side) -> Side:
        return Side(side.student, side.cell, side.before * unit + shift, side.after * unit + shift)

    plain, other = _found(told, comparable), _found(measured(told), measured(comparable))
    assert other.difference == pytest.approx(plain.difference * unit, rel=1e-6, abs=1e-6 * unit)
    assert other.standard_error == pytest.approx(plain.standard_error * unit, rel=1e-6)
    assert other.mean_after == pytest.approx(plain.mean_after * unit + shift, rel=1e-6)


@given(seed=st.integers(0, 1_000))
def test_cells_without_a_match_do_not_matter(seed: int) -> None:
    """Told students without two comparable ones, and comparable ones without a told, change no mean."""
    told, comparable = _planted(seed)
    alone = Side(np.array([900, 901]), np.array([50, 51]), np.array([5.0, 5.0]), np.array([1e6, 1e6]))
    single = Side(np.array([902]), np.array([50]), np.array([5.0]), np.array([1.0]))
    apart = Side(np.array([903, 904]), np.array([60, 60]), np.array([5.0, 5.0]), np.array([7.0, 9.0]))
    _same(_found(told, comparable), _found(_both(told, alone), _both(_both(comparable, single), apart)))


def _both(one: Side, other: Side) -> Side:
    return Side(
        *(
            np.concatenate([getattr(one, name), getattr(other, name)])
            for name in ("student", "cell", "before", "after")
        )
    )


def test_a_head_start_within_the_cell_is_taken_out() -> None:
    """Where the told began ahead and everybody goes on as before, the difference is near 0 and the start is told."""
    found = _found(*_planted(3, drift=3.0, n=4_000))
    assert found.difference_before == pytest.approx(3.0, abs=0.2)
    assert abs(found.difference) < 0.4


def test_the_interval_holds_no_effect_as_often_as_promised() -> None:
    """In planted classes without an effect four of five intervals of 80 % hold 0, and the error is what it says."""
    found = [_found(*_planted(seed)) for seed in range(400)]
    held = [abs(each.difference) < 1.2816 * each.standard_error for each in found]
    assert 0.74 < sum(held) / len(held) < 0.86
    spread = float(np.std([each.difference for each in found], ddof=1))
    assert spread / 1.15 < float(np.mean([each.standard_error for each in found])) < spread * 1.15


def test_who_is_told_of_often_counts_as_one() -> None:
    """The same students told of in a second cell just alike leave the error as wide as it was."""
    told, comparable = _planted(8)
    again = [Side(side.student, side.cell + 12, side.before, side.after) for side in (told, comparable)]
    once, twice = _found(told, comparable), _found(_both(told, again[0]), _both(comparable, again[1]))
    assert twice.n_matched == 2 * once.n_matched
    assert (twice.n_students, twice.n_comparable) == (once.n_students, once.n_comparable)
    assert twice.standard_error == pytest.approx(once.standard_error)


def test_by_hand() -> None:
    """Two cells of two comparable students each: the figures are those of a calculation on paper."""
    told = Side(np.array([1, 2]), np.array([0, 1]), np.array([2.0, 5.0]), np.array([10.0, 8.0]))
    comparable = Side(
        np.array([3, 4, 5, 6]),
        np.array([0, 0, 1, 1]),
        np.array([1.0, 3.0, 4.0, 6.0]),
        np.array([5.0, 9.0, 6.0, 8.0]),
    )
    found = _found(told, comparable)
    # Nobody began ahead, so 10 is held against 7 and 8 against 7; the slope is 6 / 4.
    assert (found.difference, found.difference_before) == (2.0, 0.0)
    # Told: ±1 / 2. Comparable, from the line: -0.5, 0.5, 0.5, -0.5, each by √2 / 2 / 2.
    expected = math.sqrt((2 * 0.5**2 + 4 * (0.5 * math.sqrt(2) / 4) ** 2) * 6 / 5)
    assert found.standard_error == pytest.approx(expected)


def test_nobody_comparable_is_no_comparison() -> None:
    """Without two comparable students in any cell of the told there is nothing to say."""
    told = Side(np.array([1]), np.array([0]), np.array([1.0]), np.array([1.0]))
    single = Side(np.array([2, 3]), np.array([0, 1]), np.array([1.0, 1.0]), np.array([1.0, 1.0]))
    assert compare(told, single) is None
    assert compare(told, single.at(np.array([False, False]))) is None


def _rows(*rows: dict[str, object]) -> pa.Table:
    """Rows of feedback.signal_outcome; a column left out is NULL."""
    text = ("signal_kind", "audience", "skill_id", "raised_on", "student_key", "class_name", "stratum")
    numbers = [f"{outcome}_{when}" for outcome in OUTCOMES for when in ("before", "after")]
    booleans = ("is_acknowledged", "is_followed", "is_dismissed")
    types = {
        **dict.fromkeys(text, pa.string()),
        **dict.fromkeys(numbers, pa.float64()),
        **dict.fromkeys(booleans, pa.bool_()),
    }
    said = {"signal_kind": "streak", "raised_on": "2026-10-10", "stratum": "one"}
    return pa.Table.from_pylist([said | row for row in rows], schema=pa.schema(list(types.items())))


def test_without_two_comparable_students_in_the_stratum_all_is_unknown() -> None:
    """Other strata and other classes do not count, and who was told is counted all the same."""
    answers = {"is_acknowledged": True, "is_followed": True, "is_dismissed": False}
    found = effects(
        _rows(
            {"student_key": "ann", "audience": "student", "active_days_after": 3, **answers},
            {"student_key": "ben", "active_days_after": 5},
            {"student_key": "cem", "active_days_after": 5, "stratum": "two"},
            {"student_key": "dan", "active_days_after": 5, "class_name": "other"},
        )
    )
    nothing = (0, 0, 0, *[None] * 7, 1, 1, 0)
    assert found == [Effect._make(("streak", "student", name, 1, *nothing)) for name in OUTCOMES]


def test_each_kind_and_audience_has_its_own_comparison() -> None:
    """Kinds do not mix; audiences are held against the same comparable students, in order of names."""
    told = [
        {
            "signal_kind": kind,
            "audience": audience,
            "student_key": f"{audience} {n}",
            "n_answers_after": after,
        }
        for kind, audience, after in (
            ("streak", "teacher", 7),
            ("streak", "student", 9),
            ("mastery", "student", 1),
        )
        for n in range(10)
    ]
    beside = [
        {"signal_kind": kind, "student_key": f"beside {n}", "n_answers_after": after}
        for kind, after in (("streak", 5), ("mastery", 4))
        for n in range(10)
    ]
    found = effects(_rows(*told, *beside))
    names = [(each.signal_kind, each.audience, each.outcome) for each in found]
    assert all(one < other for one, other in pairwise(names))
    differences = {each[:2]: each.difference for each in found if each.outcome == "n_answers"}
    assert differences == {("mastery", "student"): -3, ("streak", "student"): 4, ("streak", "teacher"): 2}
    assert {each.difference for each in found if each.outcome != "n_answers"} == {None}
    assert {each.difference_before for each in found} == {None}
