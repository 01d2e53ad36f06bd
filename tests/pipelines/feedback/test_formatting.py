"""Figures as words."""

import pytest

from pipelines.feedback.formatting import TAKEN, alternatives, count, duration, of_ten, percent, together
from schemas.measure import Measure


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_570, "1 h"), (3_600, "1 h"), (4_800, "1 h 20 min")],
)
def test_durations(seconds: float, said: str) -> None:
    """In the unit that one would use."""
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0 %"), (0.001, "1 %"), (0.5, "50 %"), (0.999, "99 %"), (1, "100 %")]
)
def test_shares_are_all_or_nothing_only_where_they_are(share: float, said: str) -> None:
    """Nearly all is not all."""
    assert percent(share) == said


@pytest.mark.parametrize(
    ("p", "said"), [(0.02, "fewer than 1 of 10"), (0.74, "about 7 of 10"), (0.97, "more than 9 of 10")]
)
def test_probabilities_promise_nothing(p: float, said: str) -> None:
    """Never that all or none will be right."""
    assert of_ten(p) == said


def test_lists_and_counts() -> None:
    """With commas, a last word, and plurals."""
    assert alternatives(["a", "b", "c"]) == "a, b or c"
    assert together(["a"]) == "a"
    assert [count(1, "try", "tries"), count(2, "try", "tries"), count(2, "day")] == [
        "1 try",
        "2 tries",
        "2 days",
    ]


def test_every_measure_has_words() -> None:
    """A new measure cannot reach a profile without."""
    assert set(TAKEN) == set(Measure)
