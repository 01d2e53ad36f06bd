"""From a profile to its signals: every rule of the catalogue, most urgent first."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback import (
    collaboration,
    content,
    declared_input,
    early_alert,
    growth,
    process,
    risk,
    self_report,
)
from learnloom.pipelines.feedback.language import ENGLISH, Language
from learnloom.pipelines.feedback.rule_context import RuleContext
from learnloom.pipelines.feedback.stuck import SHIPPED, StuckModel
from learnloom.pipelines.feedback.track_record import NO_RECORD, TrackRecord
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.signal import Signal

RULES: Final[tuple[Callable[[RuleContext], Iterator[Signal]], ...]] = (
    content.mastery,
    content.strengths_and_weaknesses,
    content.practise_next,
    self_report.checks,
    content.stretch,
    content.review_due,
    growth.persistence,
    growth.accomplishments,
    process.wheel_spinning,
    process.help_seeking,
    process.rapid_guessing,
    process.time_on_task,
    process.pace,
    process.spacing,
    process.regularity,
    early_alert.engagement_change,
    early_alert.wants_to_talk,
    risk.at_risk,
    declared_input.goals,
    declared_input.choices,
    declared_input.likings,
    declared_input.outcomes,
    collaboration.collaboration,
)
"""All rules but the check-in, which looks at what the others said."""


def signals(
    evidence: StudentEvidence,
    profile: StudentProfile,
    *,
    thresholds: Thresholds,
    language: Language = ENGLISH,
    record: TrackRecord = NO_RECORD,
    stuck_model: StuckModel = SHIPPED,
    withhold: Callable[[Sequence[Signal]], frozenset[str]] | None = None,
) -> list[Signal]:
    """Say what is worth saying of one student now: a pure function of its arguments.

    Args:
        evidence: what the warehouse knows of the student.
        profile: built from this evidence with these thresholds.
        thresholds: the school's settings.
        language: in which it is said.
        record: how often what says the same was right.
        stuck_model: by which it is foreseen who stays stuck.
        withhold: gives the ids of the signals that are not to be said; None: all are said.

    Returns:
        Signals that hold at the profile's as_of, most urgent first, ties in order of kind, audience and id.
    """
    ctx = RuleContext(evidence, profile, thresholds, language, record=record, stuck_model=stuck_model)
    said = [signal for rule in RULES for signal in rule(ctx)]
    if withhold is not None:
        # Before the check-in, which may begin with one of them.
        withheld = withhold(said)
        said = [signal for signal in said if signal.signal_id not in withheld]
    said += early_alert.check_in(ctx, said)
    return sorted(
        said,
        key=lambda signal: (-signal.urgency, signal.kind, signal.audience, signal.signal_id),
    )
