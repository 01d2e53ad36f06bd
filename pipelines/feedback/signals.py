"""From a profile to its signals: every rule of the catalogue, most urgent first."""

from collections.abc import Callable, Iterator
from typing import Final

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback import (
    care,
    collaboration,
    content,
    growth,
    process,
    responses,
    risk,
    stated,
    voice,
)
from learnloom.pipelines.feedback.case import Case
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.signal import Signal

RULES: Final[tuple[Callable[[Case], Iterator[Signal]], ...]] = (
    content.mastery,
    content.strengths_and_weaknesses,
    content.practise_next,
    stated.checks,
    content.stretch,
    content.review_due,
    growth.persistence,
    growth.deeds,
    process.wheel_spinning,
    process.help_seeking,
    process.rapid_guessing,
    process.time_on_task,
    process.pace,
    process.spacing,
    process.regularity,
    care.engagement_change,
    risk.at_risk,
    voice.goals,
    voice.choices,
    voice.likings,
    voice.outcomes,
    collaboration.collaboration,
)
"""All rules but the check-in, which looks at what the others said."""


def signals(evidence: StudentEvidence, profile: StudentProfile, *, thresholds: Thresholds) -> list[Signal]:
    """Say what is worth saying of one student now: a pure function of its arguments.

    Args:
        evidence: what the warehouse knows of the student.
        profile: built from this evidence with these thresholds.
        thresholds: the school's settings.

    Returns:
        Signals that hold at the profile's as_of, most urgent first, ties in order of kind, audience and id.
    """
    case = Case(evidence, profile, thresholds)
    said = [signal for rule in RULES for signal in rule(case)]
    said += care.check_in(case, said)
    return sorted(
        responses.still_wanted(case, said),
        key=lambda signal: (-signal.urgency, signal.kind, signal.audience, signal.signal_id),
    )
