"""Warnings of not passing: how many are right, how early they come, and the rule to beat."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.evaluate.figures import MIN_STUDENTS, figures
from learnloom.pipelines.evaluate.measures import Predictions
from learnloom.pipelines.evaluate.risk import lead_time, quiet_rule, warned, warned_at
from tests.pipelines.evaluate.make import some

_DAY = np.timedelta64(1, "D")
_START = np.datetime64("2026-09-07T00:00:00", "us")


def _days(*days: float | None) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    never = np.datetime64("NaT", "us")
    return np.array(
        [never if day is None else _START + np.timedelta64(round(day * 86_400), "s") for day in days],
        dtype="datetime64[us]",
    )


def test_precision_and_recall_by_hand() -> None:
    """Of 100 students 40 did not pass; 50 are warned of, among them 30 of these."""
    label = np.arange(100) < 40
    flagged = (np.arange(100) >= 10) & (np.arange(100) < 60)
    found = warned(label, flagged, n_resamples=50)
    assert (found.n, found.n_flagged) == (100, 50)
    assert (found.precision.value, found.recall.value) == (0.6, 0.75)
    assert found.flag_rate.value == 0.5
    assert found.false_positive_rate.value == pytest.approx(20 / 60)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_lower_threshold_misses_no_more(first: float, second: float) -> None:
    """Recall does not fall, nor the number of warnings, where the threshold does."""
    found = some(200, n_clusters=200)
    strict, lenient = (
        warned_at(found, limit, n_resamples=5) for limit in (max(first, second), min(first, second))
    )
    assert strict.n_flagged <= lenient.n_flagged
    assert (strict.recall.value or 0.0) <= (lenient.recall.value or 0.0)


def test_precision_of_few_warnings_is_unknown() -> None:
    """Of nineteen warnings it cannot be said how many are right."""
    label = np.arange(100) < 40
    found = warned(label, np.arange(100) < 19, n_resamples=10)
    assert found.precision.unknown == "too few students (19 of at least 20)"
    assert found.recall.value is not None


def test_lead_time_counts_days_before_it_happened() -> None:
    """Of those warned of in time the median lead is told; a warning afterwards, or none, is not in time."""
    n = 25
    flagged = _days(*[1.0] * n, 9.0, None, 1.0)
    happened = _days(*[1.0 + day for day in range(1, n + 1)], 8.0, 8.0, None)
    found = lead_time(flagged, happened, n_resamples=200)
    assert (found.n, found.n_in_time, found.median_days.value) == (n + 2, n, 13.0)
    assert found.median_days.low is not None
    assert found.median_days.low < 13.0


def test_lead_time_of_few_is_unknown() -> None:
    """Without enough students who were warned of in time there is no median."""
    assert lead_time(_days(1.0), _days(2.0)).median_days.unknown == "too few students (1 of at least 20)"


def test_rule_to_beat_warns_of_enrolled_failing_and_quiet() -> None:
    """All three must hold, quiet is more than seven days, and without a visit nothing is known."""
    at = _START + 20 * _DAY
    yes, no = np.array([True]), np.array([False])
    quiet, visited = _days(12.9), _days(13.0)
    assert quiet_rule(yes, no, quiet, at).tolist() == [True]
    for enrolled, passing, last in (
        (no, no, quiet),
        (yes, yes, quiet),
        (yes, no, visited),
        (yes, no, _days(None)),
    ):
        assert quiet_rule(enrolled, passing, last, at).tolist() == [False]


def test_risks_have_the_same_figures_as_answers() -> None:
    """Where each row is a student thirty of them are enough for every figure."""
    found = some(60, n_clusters=60)
    told = figures(found, minimum=MIN_STUDENTS, row="student", n_resamples=20)
    assert told.auc.value is not None
    few = Predictions(found.label[:29], found.p[:29], found.cluster[:29])
    assert (
        figures(few, minimum=MIN_STUDENTS, row="student").auc.unknown
        == "too few students (29 of at least 30)"
    )
