"""What to practise next: three choices that are hard enough to learn from and easy enough to succeed at.

The student picks; what they have named as a goal or chosen before counts as nearer to the target.
"""

from collections.abc import Sequence

from pipelines.feedback.knowledge import is_open
from pipelines.feedback.thresholds import Thresholds
from pipelines.feedback.words import of_ten
from schemas.profile import SkillProfile
from schemas.signal import Choice


def practise_next(
    skills: Sequence[SkillProfile],
    *,
    wished: frozenset[str],
    closed_courses: frozenset[str],
    thresholds: Thresholds,
) -> tuple[Choice, ...]:
    """Offer skills to practise.

    A skill is never offered that is mastered, due for review, stuck (more of the same does not help), or
    known to be locked by a prerequisite. Where fewer than the wished number lie in the band, the nearest
    outside fill up and say so; skills whose prerequisites were never seen come last.

    Args:
        skills: all skills of the student.
        wished: skills that the student named.
        closed_courses: courses that the student has finished or left; their skills are not offered.
        thresholds: the band, its target and the number of choices.
    """
    ranked = []
    for skill in skills:
        p = skill.p_mastery if skill.p_mastery is not None else skill.p_expected
        if p is None or not is_open(skill) or skill.is_unlocked is False or skill.course_id in closed_courses:
            continue
        is_wished = skill.skill_id in wished
        is_in_band = thresholds.practise_low <= p <= thresholds.practise_high
        distance = abs(p - thresholds.practise_target) - (thresholds.wish_boost if is_wished else 0.0)
        ranked.append(
            (skill.is_unlocked is None, not is_in_band, distance, skill.skill_id, skill, p, is_wished)
        )
    ranked.sort(key=lambda entry: entry[:4])
    return tuple(
        Choice(
            skill_id=skill.skill_id,
            skill_name=skill.skill_name,
            p_right=p,
            is_in_band=not is_outside,
            is_wished=is_wished,
            why=_why(skill, p, is_wished=is_wished, thresholds=thresholds),
        )
        for _, is_outside, _, _, skill, p, is_wished in ranked[: thresholds.practise_choices]
    )


def _why(skill: SkillProfile, p: float, *, is_wished: bool, thresholds: Thresholds) -> str:
    reasons = ["You named it yourself."] if is_wished else []
    if skill.is_unlocked is None:
        reasons.append("We have not seen yet what comes before it, so have a look there if it feels hard.")
    if p < thresholds.practise_low:
        reasons.append("A climb for now: begin with an explanation or a worked example.")
    elif p > thresholds.practise_high:
        reasons.append(f"Nearly there ({of_ten(p)} right): a few more make it firm.")
    elif skill.n_attempts == 0:
        reasons.append(f"New to you, and what you know already should carry you ({of_ten(p)} right).")
    else:
        reasons.append(f"A good step: you can expect {of_ten(p)} right.")
    return " ".join(reasons)
