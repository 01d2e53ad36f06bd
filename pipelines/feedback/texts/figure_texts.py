"""Words within figures: durations, chances, levels, confidence."""

from typing import Final

from learnloom.pipelines.feedback.texts.text import COUNT, FEW, text
from learnloom.schemas.level import Confidence, Level

SECONDS: Final = text("duration.seconds", None, "{seconds} s", counted="seconds", seconds=COUNT)
MINUTES: Final = text("duration.minutes", None, "{minutes} min", counted="minutes", minutes=COUNT)
HOURS: Final = text("duration.hours", None, "{hours} h", counted="hours", hours=FEW)
HOURS_MINUTES: Final = text(
    "duration.hours_minutes", None, "{hours} h {minutes} min", hours=FEW, minutes=COUNT
)

ABOUT_OF_TEN: Final = text("chance.about", None, "about {n} of 10", counted="n", n=COUNT)
LEAST_OF_TEN: Final = text("chance.least", None, "fewer than 1 of 10")
MOST_OF_TEN: Final = text("chance.most", None, "more than 9 of 10")

LEVELS: Final = {
    Level.MASTERED: text("level.mastered", None, "mastered"),
    Level.NEAR: text("level.near", None, "near"),
    Level.NEEDS_WORK: text("level.needs_work", None, "needs work"),
    Level.UNKNOWN: text("level.unknown", None, "unknown"),
}
CONFIDENCE: Final = {
    Confidence.LOW: text("confidence.low", None, "low confidence"),
    Confidence.MEDIUM: text("confidence.medium", None, "medium confidence"),
    Confidence.HIGH: text("confidence.high", None, "high confidence"),
}
