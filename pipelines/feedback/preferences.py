"""What a student likes, wants and says, and which circumstances go well for them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from math import sqrt
from typing import Final, NamedTuple

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.knowledge import shrunken_difference
from learnloom.pipelines.feedback.logit import bounded_logit
from learnloom.schemas.declared_input import DeclaredEvidence
from learnloom.schemas.evidence import GoalEvidence, InterestEvidence, OutcomeEvidence, StudentEvidence
from learnloom.schemas.level import Level
from learnloom.schemas.profile import (
    GoalProfile,
    GoalStatus,
    LikingProfile,
    OutcomeProfile,
    SkillProfile,
    VoiceProfile,
)

ASSIGNED_DAYS: Final = 28
"""So long what a teacher has set comes first."""
ASSIGNED_ANSWERS: Final = 8
"""So many answers on it since, and it counts as practised."""
_MIN_DAYS: Final = 3.0
"""Days of work on a goal before its pace is carried on into the future."""
_MAX_DAYS: Final = 365.0
"""A goal further away than this is not dated."""
_DIMENSION_OF_PREFERENCE: Final = {"topic": "topic", "activity_type": "activity_kind"}
_PRODUCT_PRIOR: Final = 3.0
_OUTCOME_PRIOR: Final = 10.0
_EDGE: Final = 1e-3


def name_of(target_id: str, name: str | None) -> str:
    """Name of a thing: as told, else the end of its IRI."""
    return name or target_id.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1] or target_id


class Preferences(NamedTuple):
    """What a student wants to work on, and what not just now: ids of skills, of goals also of courses."""

    goals: frozenset[str]
    """Set as a goal and not dropped."""
    chosen: frozenset[str]
    """Picked when it was offered, or of their own accord."""
    declined: frozenset[str]
    """Said no to, and not long enough ago to be asked again."""
    assigned: frozenset[str] = frozenset()
    """Set by a teacher, lately, and not practised enough since."""


def preferences_of(evidence: StudentEvidence, *, as_of: datetime, declined_days: int) -> Preferences:
    """Tell what a student wants; the last word on each thing counts.

    Args:
        evidence: of the student.
        as_of: the moment for which it is told.
        declined_days: so many days a no holds.
    """
    last_words = [voice for voice in evidence.voices if voice.voice_kind == "choice"]
    set_from = as_of - timedelta(days=ASSIGNED_DAYS)
    held_from = as_of - timedelta(days=declined_days)
    return Preferences(
        goals=frozenset(goal.target_id for goal in evidence.goals if not goal.is_dropped),
        chosen=frozenset(voice.target_id for voice in last_words if voice.is_affirmed),
        declined=frozenset(
            voice.target_id for voice in last_words if not voice.is_affirmed and voice.occurred_at > held_from
        ),
        assigned=frozenset(
            voice.target_id
            for voice in evidence.voices
            if voice.voice_kind == "assigned"
            and voice.is_affirmed
            and voice.occurred_at > set_from
            and voice.n_attempts_since < ASSIGNED_ANSWERS
        ),
    )


def liking_profiles(evidence: StudentEvidence, *, thresholds: Thresholds) -> tuple[LikingProfile, ...]:
    """Describe likings: declared ones first, then by how far above the class's share they lie."""
    declared = {
        (
            _DIMENSION_OF_PREFERENCE[voice.target_kind],
            name_of(voice.target_id, voice.target_name).lower(),
        ): voice
        for voice in evidence.voices
        if voice.voice_kind == "preference" and voice.target_kind in _DIMENSION_OF_PREFERENCE
    }
    refused = {key for key, voice in declared.items() if not voice.is_affirmed}
    seen: set[tuple[str, str]] = set()
    likings = []
    for interest in evidence.interests:
        key = (interest.dimension, interest.value.lower())
        seen.add(key)
        if key not in refused:
            likings.append(_liking(interest, is_declared=key in declared, thresholds=thresholds))
    likings += [
        LikingProfile(
            dimension=key[0], value=name_of(voice.target_id, voice.target_name), n=0, is_declared=True
        )
        for key, voice in declared.items()
        if key not in seen and key not in refused
    ]
    return tuple(sorted(likings, key=_liking_order))


def _liking_order(liking: LikingProfile) -> tuple[str, bool, float, str]:
    above = liking.above_class if liking.above_class is not None else float("-inf")
    return liking.dimension, not liking.is_declared, -above, liking.value


def _liking(interest: InterestEvidence, *, is_declared: bool, thresholds: Thresholds) -> LikingProfile:
    above_class = None
    if interest.class_share is not None:
        above_class = shrunken_difference(
            interest.n, interest.n_all, interest.class_share, thresholds.interest_prior_n
        )
    return LikingProfile(
        dimension=interest.dimension,
        value=interest.value,
        share=interest.n / interest.n_all if interest.n_all else None,
        above_class=above_class,
        n=interest.n,
        is_declared=is_declared,
    )


def outcome_profiles(evidence: StudentEvidence) -> tuple[OutcomeProfile, ...]:
    """Describe how work goes by form, time, device and length of session, best first in each."""
    outcomes = [_outcome(outcome) for outcome in evidence.outcomes if outcome.n_attempts]
    outcomes += _products(evidence)
    return tuple(
        sorted(
            outcomes,
            key=lambda outcome: (
                outcome.dimension,
                -(outcome.above_expected if outcome.above_expected is not None else float("-inf")),
                outcome.value,
            ),
        )
    )


def _outcome(outcome: OutcomeEvidence) -> OutcomeProfile:
    n, expected = outcome.n_attempts, outcome.n_expected
    above_expected = above_sd = None
    if expected is not None:
        above = outcome.n_correct - expected
        above_expected = above / (n + _OUTCOME_PRIOR)
        # Of answers that all have the mean probability: a little too wide, which errs on the side of silence.
        spread = sqrt(max(expected * (n - expected) / n, 0.0))
        above_sd = above / spread if spread > 0 else None
    return OutcomeProfile(
        dimension=outcome.dimension,
        value=outcome.value,
        n=n,
        share=outcome.n_correct / n,
        above_expected=above_expected,
        above_sd=above_sd,
    )


def _products(evidence: StudentEvidence) -> list[OutcomeProfile]:
    """Compare each form with the student's others, after taking off how the class does in it."""
    scored = [product for product in evidence.products if product.n]
    relative = {
        product.product_kind: product.mean_score - product.class_mean_score
        for product in scored
        if product.class_mean_score is not None
    }
    profiles = []
    for product in scored:
        others = [value for kind, value in relative.items() if kind != product.product_kind]
        above = None
        if others and product.product_kind in relative:
            difference = relative[product.product_kind] - sum(others) / len(others)
            above = difference * product.n / (product.n + _PRODUCT_PRIOR)
        profiles.append(
            OutcomeProfile(
                dimension="product",
                value=product.product_kind,
                n=product.n,
                share=product.mean_score,
                above_expected=above,
            )
        )
    return profiles


def voice_profiles(voices: Sequence[DeclaredEvidence]) -> tuple[VoiceProfile, ...]:
    """List the student's own words, latest first; what teachers state stands with the skill."""
    own = [voice for voice in voices if voice.stated_by == "student"]
    latest_first = sorted(own, key=lambda voice: (voice.occurred_at, voice.statement_id), reverse=True)
    return tuple(
        VoiceProfile(
            voice_kind=voice.voice_kind,
            target_id=voice.target_id,
            target_name=name_of(voice.target_id, voice.target_name),
            occurred_at=voice.occurred_at,
            is_affirmed=voice.is_affirmed,
        )
        for voice in latest_first
    )


def goal_profiles(
    evidence: StudentEvidence, skills: Sequence[SkillProfile], *, as_of: datetime
) -> tuple[GoalProfile, ...]:
    """Describe every goal, in order of setting."""
    by_id = {skill.skill_id: skill for skill in skills}
    return tuple(
        _goal(goal, by_id, as_of)
        for goal in sorted(evidence.goals, key=lambda goal: (goal.set_at, goal.target_id))
    )


def _progress(target_id: str, skills: Mapping[str, SkillProfile]) -> float | None:
    """Mastery of a skill; of a course the share of its skills mastered; None where nothing is known."""
    if target_id in skills:
        return skills[target_id].p_mastery
    levels = [skill.level for skill in skills.values() if skill.course_id == target_id]
    if all(level is Level.UNKNOWN for level in levels):
        return None
    return sum(level is Level.MASTERED for level in levels) / len(levels)


def _goal(goal: GoalEvidence, skills: Mapping[str, SkillProfile], as_of: datetime) -> GoalProfile:
    known = skills.get(goal.target_id)
    progress = _progress(goal.target_id, skills)
    projected = _projected(goal, progress, as_of)
    return GoalProfile(
        target_id=goal.target_id,
        target_name=known.skill_name if known else name_of(goal.target_id, goal.target_name),
        set_at=goal.set_at,
        target_level=goal.target_level,
        target_date=goal.target_date,
        progress=progress,
        projected_date=projected,
        status=_status(goal, progress, projected, as_of),
        n_attempts_since=goal.n_attempts_since,
    )


def _status(
    goal: GoalEvidence, progress: float | None, projected: date | None, as_of: datetime
) -> GoalStatus:
    if goal.is_dropped:
        return GoalStatus.DROPPED
    if progress is not None and progress >= goal.target_level:
        return GoalStatus.REACHED
    if goal.target_date is None:
        return GoalStatus.OPEN
    if as_of.date() > goal.target_date:
        return GoalStatus.BEHIND
    if projected is None:
        return GoalStatus.OPEN
    return GoalStatus.ON_TRACK if projected <= goal.target_date else GoalStatus.BEHIND


def _projected(goal: GoalEvidence, progress: float | None, as_of: datetime) -> date | None:
    """Carry the pace so far on, in logits, for a probability slows down near its ends; None where unknown."""
    if progress is None or goal.p_when_set is None or goal.last_attempt_at is None or goal.is_dropped:
        return None
    days = (goal.last_attempt_at - goal.set_at).total_seconds() / 86_400
    gained = bounded_logit(progress, edge=_EDGE) - bounded_logit(goal.p_when_set, edge=_EDGE)
    missing = bounded_logit(goal.target_level, edge=_EDGE) - bounded_logit(progress, edge=_EDGE)
    if days < _MIN_DAYS or gained <= 0 or missing <= 0 or missing * days / gained > _MAX_DAYS:
        return None
    return as_of.date() + timedelta(days=round(missing * days / gained))
