"""Levels and confidence at their edges."""

import pytest

from learnloom.schemas.level import Confidence, Level, confidence, level


@pytest.mark.parametrize(
    ("p", "n", "expected"),
    [
        (0.95, 3, Level.MASTERED),
        (0.9499, 3, Level.NEAR),
        (0.70, 3, Level.NEAR),
        (0.6999, 3, Level.NEEDS_WORK),
        (0.99, 0, Level.UNKNOWN),
        (None, 4, Level.UNKNOWN),
    ],
)
def test_a_level_begins_at_its_edge(p: float | None, n: int, expected: Level) -> None:
    """An edge belongs to the level above, and without an answer nothing is known."""
    assert level(p, n) is expected


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, Confidence.LOW),
        (4, Confidence.LOW),
        (5, Confidence.MEDIUM),
        (19, Confidence.MEDIUM),
        (20, Confidence.HIGH),
    ],
)
def test_confidence_grows_with_evidence(n: int, expected: Confidence) -> None:
    """Fewer than five answers allow low confidence, fewer than twenty medium."""
    assert confidence(n) is expected
