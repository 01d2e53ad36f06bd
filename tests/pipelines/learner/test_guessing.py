"""Rapid guesses: thresholds and weights at their edges."""

import numpy as np
import pytest

from pipelines.learner.guessing import thresholds, weights


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([50.0] * 20, 5.0),
        ([200.0] * 20, 10.0),
        ([50.0] * 19, np.nan),
        ([50.0] * 19 + [np.nan], np.nan),
        ([50.0] * 20 + [np.nan], 5.0),
        ([1.0] * 19 + [100_000.0], (19 * 1 + 1800) / 20 * 0.1),
        ([50.0] * 20 + [-1.0], 5.0),
    ],
)
def test_a_threshold_is_a_tenth_of_the_usual_time_from_twenty_answers(
    seconds: list[float], expected: float
) -> None:
    """At most ten seconds, nothing below twenty timed answers, and a forgotten tab counts half an hour."""
    item = np.zeros(len(seconds), dtype=np.int64)
    assert thresholds(item, np.array(seconds), 1).tolist() == pytest.approx([expected], nan_ok=True)


def test_only_an_answer_known_to_be_rapid_weighs_less() -> None:
    """Unknown times, unknown thresholds and items of no version count in full."""
    item = np.array([0, 0, 0, 1, 9])
    seconds = np.array([4.9, 5.0, np.nan, 1.0, 1.0])
    assert weights(item, seconds, np.array([5.0, np.nan])).tolist() == [0.25, 1.0, 1.0, 1.0, 1.0]
