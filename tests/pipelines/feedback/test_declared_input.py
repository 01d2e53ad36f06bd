"""The student's voice: goals, choices, likings, and what goes well."""

from datetime import timedelta

import pytest

from learnloom.schemas.profile import GoalStatus
from learnloom.schemas.signal import Audience, Part, SignalKind
from tests.pipelines.feedback.make import (
    TODAY,
    a_goal,
    a_product,
    a_skill,
    a_student,
    a_voice,
    ago,
    an_estimate,
    an_interest,
    an_outcome,
    profile_of,
    said,
)


@pytest.mark.parametrize(
    ("p", "changes", "status"),
    [
        (0.95, {}, GoalStatus.REACHED),
        (0.90, {"p_when_set": 0.6}, GoalStatus.ON_TRACK),
        (0.70, {"p_when_set": 0.6}, GoalStatus.BEHIND),
        (0.70, {"p_when_set": 0.8}, GoalStatus.OPEN),
        (0.70, {"p_when_set": None}, GoalStatus.OPEN),
        (0.90, {"p_when_set": 0.6, "target_date": None}, GoalStatus.OPEN),
        (0.90, {"target_date": TODAY - timedelta(days=1)}, GoalStatus.BEHIND),
        (0.90, {"is_dropped": True}, GoalStatus.DROPPED),
    ],
)
def test_where_a_goal_stands(p: float, changes: dict[str, object], status: GoalStatus) -> None:
    """Reached by level, on track or behind by the pace in logits, open where too little is known."""
    student = a_student(skills=[a_skill()], mastery=[an_estimate(p=p)], goals=[a_goal(**changes)])
    assert profile_of(student).goals[0].status is status
    assert bool(said(student, SignalKind.GOAL)) is (status is not GoalStatus.DROPPED)


def test_a_goal_on_a_course_is_measured_by_its_skills() -> None:
    """One of two skills mastered is half the way; with no answer at all it is unknown, not zero."""
    course = a_skill().course_id
    skills = [a_skill("s1"), a_skill("s2")]
    goal = a_goal(target_id=course, target_name="Course 1")
    half = a_student(
        skills=skills, mastery=[an_estimate("s1", p=0.96), an_estimate("s2", p=0.5)], goals=[goal]
    )
    none = a_student(skills=[a_skill("s1", n=0)], goals=[goal])
    assert profile_of(half).goals[0].progress == pytest.approx(0.5)
    assert profile_of(none).goals[0].progress is None


def test_a_choice_is_told_to_the_teacher() -> None:
    """What a student picks is worth asking about."""
    found = said(
        a_student(voices=[a_voice("choice", target_name="Fractions", signal_id="x")]), SignalKind.CHOICE
    )
    assert [signal.audience for signal in found] == [Audience.TEACHER]
    assert "Fractions" in found[0].sentence
    assert "offered" in found[0].sentence


@pytest.mark.parametrize(
    ("n", "n_all", "share", "is_told"),
    [
        (5, 10, 0.34, True),
        (4, 4, 0.1, False),
        (5, 20, 0.25, False),
        (5, 10, 0.36, False),
        (9, 10, None, False),
    ],
)
def test_an_interest_lies_above_the_class_share(
    n: int, n_all: int, share: float | None, is_told: bool
) -> None:
    """From five activities of their own choice, shrunken; without a norm nothing is made up."""
    student = a_student(interests=[an_interest("sea", n=n, n_all=n_all, share=share)])
    assert bool(said(student, SignalKind.INTEREST)) is is_told


def test_what_they_say_they_like_needs_no_evidence_and_comes_first() -> None:
    """Declared likings win; those taken back are not named even where activity shows them."""
    topic = {"target_kind": "topic"}
    student = a_student(
        interests=[
            an_interest("sea", n=20, n_all=30, share=0.1),
            an_interest("stars", n=9, n_all=30, share=0.1),
        ],
        voices=[
            a_voice("preference", "https://t.example/music", **topic),
            a_voice("preference", "https://t.example/sea", is_affirmed=False, **topic),
        ],
    )
    found = said(student, SignalKind.INTEREST, Audience.STUDENT)
    assert found[0].sentence.startswith("You like music. Of your own choice you often turn to stars.")
    assert "sea" not in found[0].sentence


def test_hours_are_a_preference_of_environment() -> None:
    """When somebody learns is where and when, not what."""
    interest = an_interest("evening", n=20, n_all=30, share=0.3, dimension="hour_band")
    found = said(a_student(interests=[interest]), SignalKind.PREFERENCE)
    assert {signal.part for signal in found} == {Part.ENVIRONMENT}


@pytest.mark.parametrize(
    ("n", "right", "expected", "is_told"),
    [
        (15, 14, 10.3, True),
        (15, 13, 10.3, False),
        (15, 12, 11.0, False),
        (14, 14, 7.0, False),
        (15, 15, None, False),
    ],
)
def test_a_time_goes_well_where_more_is_right_than_expected(
    n: int, right: int, expected: float | None, is_told: bool
) -> None:
    """From fifteen answers, by the model's own expectation, so that easy questions do not make a good hour."""
    found = said(
        a_student(outcomes=[an_outcome("morning", n=n, right=right, expected=expected)]),
        SignalKind.ENVIRONMENT,
    )
    assert bool(found) is is_told


@pytest.mark.parametrize(
    ("n", "usual", "is_told"), [(3, 0.7, True), (2, 0.7, False), (3, 0.9, False), (3, None, False)]
)
def test_a_form_goes_well_against_their_other_forms(n: int, usual: float | None, is_told: bool) -> None:
    """A tenth beyond what the form gives everybody, after shrinking, from three pieces."""
    products = [a_product("essay", n=n, score=0.9, usual=usual), a_product("quiz", n=9, score=0.7, usual=0.7)]
    found = said(a_student(products=products), SignalKind.PRODUCT)
    assert bool([signal for signal in found if signal.subject_name == "essay"]) is is_told
    assert all(signal.part is Part.PRODUCT for signal in found)


def test_a_goal_is_news_when_set_and_when_reached() -> None:
    """Progress in between refreshes the same signal."""
    ids = []
    for p in (0.6, 0.8, 0.96):
        student = a_student(skills=[a_skill()], mastery=[an_estimate(p=p)], goals=[a_goal(set_at=ago(10))])
        ids.append(said(student, SignalKind.GOAL, Audience.STUDENT)[0].signal_id)
    assert ids[0] == ids[1] != ids[2]
