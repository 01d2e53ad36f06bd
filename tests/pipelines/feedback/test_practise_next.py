"""Practise next, whoever the student is: what is offered fits, is wanted, and says why."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.language import ENGLISH
from learnloom.pipelines.feedback.texts import content_texts
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.level import Level
from learnloom.schemas.profile import Path, SkillProfile
from learnloom.schemas.signal import Choice, SignalKind
from tests.pipelines.feedback.make import (
    a_goal,
    a_skill,
    a_student,
    a_voice,
    ago,
    an_estimate,
    profile_of,
    said,
)

_LIMITS = Thresholds()
_IDS = [f"s{number}" for number in range(7)]
# Round values, so that there are equals.
_P = st.sampled_from([0.3, 0.59, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.86, 0.93, 0.96]) | st.floats(0.01, 0.99)


@st.composite
def _students(draw: st.DrawFn) -> StudentEvidence:
    """A student of up to seven skills, each of which may need others, be wanted, declined, due, stuck or new."""
    skills, estimates = [], []
    for skill_id in draw(st.lists(st.sampled_from(_IDS), unique=True)):
        n = draw(st.sampled_from([0, 4, 12]))
        skills.append(
            a_skill(
                skill_id,
                n=n,
                right=n // 2,
                prerequisite_ids=tuple(draw(st.sets(st.sampled_from(_IDS), max_size=2)) - {skill_id}),
                first_run_opportunity=draw(st.sampled_from([None, 3])) if n else None,
                class_rate=draw(st.none() | st.just(0.7)),
            )
        )
        if n or draw(st.booleans()):
            due = ago(draw(st.sampled_from([-5, 5]))) if n and draw(st.booleans()) else None
            estimates.append(an_estimate(skill_id, p=draw(_P), n=n, review_due_at=due))
    goals = [
        a_goal(target_id=skill_id, is_dropped=draw(st.booleans()))
        for skill_id in draw(st.sets(st.sampled_from(_IDS), max_size=2))
    ]
    voices = [
        a_voice(
            "choice", skill_id, is_affirmed=draw(st.booleans()), occurred_at=ago(draw(st.integers(0, 20)))
        )
        for skill_id in draw(st.sets(st.sampled_from(_IDS), max_size=3))
    ]
    return a_student(skills=skills, mastery=estimates, goals=goals, voices=voices)


def _offered(student: StudentEvidence) -> tuple[tuple[Choice, ...], dict[str, SkillProfile]]:
    profile = profile_of(student)
    return profile.practise_next, {skill.skill_id: skill for skill in profile.skills}


def _p(skill: SkillProfile) -> float | None:
    return skill.p_mastery if skill.p_mastery is not None else skill.p_expected


def _declined(student: StudentEvidence) -> set[str]:
    return {v.target_id for v in student.voices if not v.is_affirmed and v.occurred_at > ago(7)}


def _fitting(student: StudentEvidence, skills: dict[str, SkillProfile]) -> dict[str, float]:
    """Skills that may be offered at all, and what is expected at them, reckoned from the evidence anew."""
    seen = {estimate.skill_id: estimate for estimate in student.mastery if estimate.n_attempts}
    found = {}
    for evidence in student.skills:
        skill, p = skills[evidence.skill_id], _p(skills[evidence.skill_id])
        low = [s for s in evidence.prerequisite_ids if s in seen and seen[s].p_mastery < _LIMITS.near]
        if p is None or low or evidence.skill_id in _declined(student):
            continue
        if skill.level is not Level.MASTERED and not skill.is_review_due and skill.path is not Path.STUCK:
            found[skill.skill_id] = p
    return found


def _in_band(p: float) -> bool:
    return _LIMITS.practise_low <= p <= _LIMITS.practise_high


@pytest.mark.slow
@settings(max_examples=200)
@given(_students())
def test_what_is_offered_fits_and_what_comes_first_is_ready_then_near_then_wanted(
    student: StudentEvidence,
) -> None:
    """As many as there are, up to three: never one mastered, due, stuck, locked, unknown or declined lately.

    One in the band comes before any outside, and what lies outside says so. No skill left out, or offered later, is
    better than one offered before it: readiness, nearness, goal, choice.
    """
    choices, skills = _offered(student)
    fitting = _fitting(student, skills)
    assert len(choices) == len({choice.skill_id for choice in choices}) == min(3, len(fitting))
    assert {choice.skill_id: choice.p_right for choice in choices}.items() <= fitting.items()

    inside = [p for p in fitting.values() if _in_band(p)]
    told = [choice.is_in_band for choice in choices]
    assert told == [_in_band(choice.p_right) for choice in choices]
    assert told == [True] * min(3, len(inside)) + [False] * (len(choices) - min(3, len(inside)))

    goals = {goal.target_id for goal in student.goals if not goal.is_dropped}
    wished = goals | {voice.target_id for voice in student.voices if voice.is_affirmed}
    best_first = sorted(
        fitting, key=lambda skill_id: _rank(skills[skill_id], fitting[skill_id], goals, wished)
    )
    assert [choice.skill_id for choice in choices] == best_first[:3]
    assert [choice.is_wished for choice in choices] == [choice.skill_id in wished for choice in choices]


def _rank(skill: SkillProfile, p: float, goals: set[str], wished: set[str]) -> tuple[Any, ...]:
    """Of the skill that is to be offered first it is the least."""
    is_wished = skill.skill_id in wished
    nearness = abs(p - _LIMITS.practise_target) - _LIMITS.wish_boost * is_wished
    is_ready = skill.is_unlocked is True
    return not _in_band(p), not is_ready, nearness, skill.skill_id not in goals, not is_wished, skill.skill_id


@pytest.mark.slow
@settings(max_examples=100)
@given(_students())
def test_every_choice_says_why(student: StudentEvidence) -> None:
    """What is to be expected, the student's own wish and an unknown prerequisite are said; the signal names all."""
    choices, skills = _offered(student)
    goals = {goal.target_id for goal in student.goals if not goal.is_dropped}
    for choice in choices:
        expected = ENGLISH.say(content_texts.WHY_STEP(chance=choice.p_right)).partition(": ")[2]
        assert expected.removesuffix(".") in choice.why
        assert choice.message is not None
        assert ENGLISH.say(choice.message) == choice.why
        assert ("goal" in choice.why) == (choice.skill_id in goals)
        assert ("You chose it" in choice.why) == (choice.is_wished and choice.skill_id not in goals)
        assert ("not seen yet what comes before" in choice.why) == (
            skills[choice.skill_id].is_unlocked is None
        )
    signals = said(student, SignalKind.PRACTISE_NEXT)
    assert [signal.choices for signal in signals] == ([choices] if choices else [])
    for signal in signals:
        assert all(choice.skill_name in signal.sentence for choice in choices)


@pytest.mark.parametrize(
    ("days_ago", "n_since", "is_first"), [(3, 0, True), (27, 7, True), (29, 0, False), (3, 8, False)]
)
def test_what_a_teacher_has_set_comes_first_for_a_while(days_ago: int, n_since: int, is_first: bool) -> None:
    """It comes before what fits better, and says who asks; four weeks or eight answers later it is one of all."""
    set_by_teacher = a_voice(
        "assigned", "s2", occurred_at=ago(days_ago), stated_by="teacher", n_attempts_since=n_since
    )
    student = a_student(
        skills=[a_skill("s1"), a_skill("s2")],
        mastery=[an_estimate("s1", p=0.75), an_estimate("s2", p=0.93)],
        voices=[set_by_teacher],
    )
    first = profile_of(student).practise_next[0]
    assert (first.skill_id == "s2") is is_first
    assert ("Your teacher asks" in first.why) is is_first


def test_what_was_set_and_declined_is_left_alone() -> None:
    """The student may say no to a teacher's choice, too."""
    voices = [a_voice("assigned", "s1", stated_by="teacher"), a_voice("choice", "s1", is_affirmed=False)]
    student = a_student(skills=[a_skill("s1")], mastery=[an_estimate("s1")], voices=voices)
    assert profile_of(student).practise_next == ()
