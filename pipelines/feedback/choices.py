"""What to practise next: three choices that are hard enough to learn from and easy enough to succeed at.

The student picks; what they have named as a goal or chosen before counts as nearer to the target, and what they have
said no to is left alone for a while.
"""

from collections.abc import Sequence
from typing import NamedTuple

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.knowledge import is_open
from learnloom.pipelines.feedback.language import ENGLISH, Language
from learnloom.pipelines.feedback.preferences import Preferences
from learnloom.pipelines.feedback.texts import content_texts as texts
from learnloom.schemas.message import Message
from learnloom.schemas.profile import SkillProfile
from learnloom.schemas.signal import Choice


class _Candidate(NamedTuple):
    """A skill that may be offered; candidates compare in the order in which they are."""

    is_not_assigned: bool
    """Whether no teacher has set it."""
    is_outside: bool
    """Whether it lies outside the band where practice pays best."""
    is_unsure: bool
    """Whether something that comes before it was never seen."""
    distance: float
    """From the target; a wish brings it nearer."""
    is_no_goal: bool
    is_no_wish: bool
    skill_id: str
    p: float
    skill: SkillProfile


def practise_next(
    skills: Sequence[SkillProfile],
    *,
    preferences: Preferences,
    closed_courses: frozenset[str],
    reminded: frozenset[str],
    thresholds: Thresholds,
    language: Language = ENGLISH,
) -> tuple[Choice, ...]:
    """Offer skills to practise.

    What a teacher has set comes first. A skill is never offered that the student said no to lately; nor one that is
    mastered, to be reviewed, stuck (more of the same does not help) or known to be locked by a prerequisite, unless a
    teacher has set it. Those in the band come first, among them those whose prerequisites are near mastery, then the
    nearest to the target, among equals a goal and then an earlier
    choice. Where fewer than the wished number lie in the band, the nearest outside fill up and say so.

    Args:
        skills: all skills of the student.
        preferences: what the student wants, and does not want just now.
        closed_courses: courses that the student has finished or left; their skills are not offered.
        reminded: skills of which the student is reminded that a review is due.
        thresholds: the band, its target and the number of choices.
        language: in which it is said why each is offered.
    """
    candidates = sorted(
        _candidate(skill, p, preferences, thresholds)
        for skill in skills
        if (p := skill.p_mastery if skill.p_mastery is not None else skill.p_expected) is not None
        and (skill.skill_id in preferences.assigned or (is_open(skill) and skill.skill_id not in reminded))
        and (skill.is_unlocked is not False or skill.skill_id in preferences.assigned)
        and skill.course_id not in closed_courses
        and skill.skill_id not in preferences.declined
    )
    return tuple(
        _choice(candidate, thresholds, language) for candidate in candidates[: thresholds.practise_choices]
    )


def _choice(candidate: _Candidate, thresholds: Thresholds, language: Language) -> Choice:
    why = _why(candidate, thresholds)
    return Choice(
        skill_id=candidate.skill_id,
        skill_name=candidate.skill.skill_name,
        p_right=candidate.p,
        is_in_band=not candidate.is_outside,
        is_wished=not candidate.is_no_wish,
        why=language.say(why),
        message=why,
    )


def _candidate(skill: SkillProfile, p: float, preferences: Preferences, thresholds: Thresholds) -> _Candidate:
    # A goal may be a whole course.
    is_goal = skill.skill_id in preferences.goals or skill.course_id in preferences.goals
    is_wished = is_goal or skill.skill_id in preferences.chosen
    return _Candidate(
        is_not_assigned=skill.skill_id not in preferences.assigned,
        is_outside=not thresholds.practise_low <= p <= thresholds.practise_high,
        is_unsure=skill.is_unlocked is None,
        distance=abs(p - thresholds.practise_target) - (thresholds.wish_boost if is_wished else 0.0),
        is_no_goal=not is_goal,
        is_no_wish=not is_wished,
        skill_id=skill.skill_id,
        p=p,
        skill=skill,
    )


def _why(candidate: _Candidate, thresholds: Thresholds) -> Message:
    p, reasons = candidate.p, []
    if not candidate.is_not_assigned:
        reasons.append(texts.WHY_ASSIGNED())
    if not candidate.is_no_goal:
        reasons.append(texts.WHY_GOAL())
    elif not candidate.is_no_wish:
        reasons.append(texts.WHY_CHOSEN())
    if candidate.is_unsure:
        reasons.append(texts.WHY_UNSEEN())
    if p < thresholds.practise_low:
        reasons.append(texts.WHY_CLIMB(chance=p))
    elif p > thresholds.practise_high:
        reasons.append(texts.WHY_NEARLY(chance=p))
    elif candidate.skill.n_attempts == 0:
        reasons.append(texts.WHY_NEW(chance=p))
    else:
        reasons.append(texts.WHY_STEP(chance=p))
    return texts.WHY(reasons=reasons)
