"""From a probability to words: levels of mastery and confidence."""

from enum import StrEnum
from typing import Final

MASTERED: Final = 0.95
"""From here on a skill counts as mastered: on ASSISTments 2009 the next answer was then right in 95.4 %."""
NEAR: Final = 0.70
"""From here up to MASTERED a skill is near mastery (the bands of MATHia's skill bars)."""
LOW_CONFIDENCE_BELOW: Final = 5
"""With fewer answers confidence is low."""
HIGH_CONFIDENCE_FROM: Final = 20
"""With this many answers confidence is high; in between, medium."""


class Level(StrEnum):
    """How far a student is with a skill."""

    MASTERED = "mastered"
    NEAR = "near"
    NEEDS_WORK = "needs_work"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How much evidence stands behind a statement."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def level(p_mastery: float | None, n: int, *, mastered: float = MASTERED, near: float = NEAR) -> Level:
    """Name the level of a probability; without a single answer (n = 0) it is unknown."""
    if p_mastery is None or n == 0:
        return Level.UNKNOWN
    if p_mastery >= mastered:
        return Level.MASTERED
    return Level.NEAR if p_mastery >= near else Level.NEEDS_WORK


def confidence(n: int) -> Confidence:
    """Name the confidence that n observations allow."""
    if n < LOW_CONFIDENCE_BELOW:
        return Confidence.LOW
    return Confidence.MEDIUM if n < HIGH_CONFIDENCE_FROM else Confidence.HIGH
