"""Practise next: which three, in which order, and why."""

from typing import Any

import pytest

from learnloom.schemas.evidence import SkillEvidence, StudentEvidence
from learnloom.schemas.signal import Choice
from tests.pipelines.feedback.make import (
    COURSE,
    a_course,
    a_goal,
    a_skill,
    a_student,
    a_voice,
    ago,
    an_estimate,
    profile_of,
)


def _student(*levels: tuple[str, float, int], **changes: Any) -> StudentEvidence:
    """Make a student from (skill, probability, answers)."""
    return a_student(
        skills=[a_skill(name, n=n, right=n // 2, first_run_opportunity=3) for name, _, n in levels],
        mastery=[an_estimate(name, p=p, n=n) for name, p, n in levels],
    )._replace(**changes)


def _offered(student: StudentEvidence) -> list[str]:
    return [choice.skill_id for choice in profile_of(student).practise_next]


def _one(student: StudentEvidence, skill_id: str) -> Choice:
    return next(choice for choice in profile_of(student).practise_next if choice.skill_id == skill_id)


def test_the_nearest_to_three_of_four_come_first() -> None:
    """Inside the band by distance from .75; ties in order of id."""
    student = _student(("a", 0.62, 8), ("b", 0.75, 8), ("c", 0.80, 8), ("d", 0.70, 8), ("e", 0.95, 8))
    assert _offered(student) == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("p", "is_in_band", "word"),
    [(0.60, True, "good step"), (0.85, True, "good step"), (0.599, False, "climb"), (0.851, False, "nearly")],
)
def test_a_choice_outside_the_band_says_so(p: float, is_in_band: bool, word: str) -> None:
    """Where the band is empty the nearest fill up, labelled for what they are."""
    choice = _one(_student(("a", p, 8)), "a")
    assert choice.is_in_band is is_in_band
    assert word in choice.why


def test_what_lies_outside_the_band_comes_after_what_lies_inside() -> None:
    """A wish moves a skill up among those that fit, and not a hard one before them."""
    student = _student(("a", 0.61, 8), ("b", 0.59, 8), goals=[a_goal(target_id="b")])
    assert _offered(student) == ["a", "b"]


@pytest.mark.parametrize(
    "wish",
    [{"goals": [a_goal(target_id="b")]}, {"voices": [a_voice("choice", "b")]}],
)
def test_what_the_student_wants_counts_as_nearer(wish: dict[str, object]) -> None:
    """A goal or an earlier choice is worth a tenth."""
    student = _student(("a", 0.70, 8), ("b", 0.67, 8), **wish)
    assert _offered(student) == ["b", "a"]
    assert _one(student, "b").is_wished


def test_a_dropped_goal_is_no_wish() -> None:
    """Whoever takes a goal back is taken at their word."""
    student = _student(("a", 0.70, 8), ("b", 0.67, 8), goals=[a_goal(target_id="b", is_dropped=True)])
    assert _offered(student) == ["a", "b"]


def test_a_goal_on_a_course_is_a_wish_for_its_skills() -> None:
    """Whoever wants a course has its skills in mind; it is said that they belong to the goal."""
    student = _student(("a", 0.75, 8), goals=[a_goal(target_id=COURSE)])
    assert _one(student, "a").is_wished
    assert _one(student, "a").why.startswith("It is part of a goal that you set.")


def test_a_goal_comes_before_a_choice_among_equals() -> None:
    """Both count a tenth nearer; what was set as a goal goes first."""
    student = _student(
        ("a", 0.70, 8), ("b", 0.70, 8), goals=[a_goal(target_id="b")], voices=[a_voice("choice", "a")]
    )
    assert _offered(student) == ["b", "a"]


@pytest.mark.parametrize(("days", "is_offered"), [(0.5, False), (6.9, False), (7.0, True)])
def test_a_no_is_respected_for_a_week(days: float, is_offered: bool) -> None:
    """What the student said no to is not offered again at once, goal or not, and is no wish of theirs later."""
    declined = a_voice("choice", "a", is_affirmed=False, occurred_at=ago(days))
    assert _offered(_student(("a", 0.75, 8), voices=[declined], goals=[a_goal(target_id="a")])) == (
        ["a"] if is_offered else []
    )
    later = _student(("a", 0.75, 8), voices=[declined])
    assert [choice.is_wished for choice in profile_of(later).practise_next] == [False] * is_offered


def test_what_fits_comes_before_what_is_unlocked_for_certain() -> None:
    """A skill in the band whose prerequisite nobody has seen goes before one outside it that is open."""
    student = a_student(
        skills=[a_skill("a"), a_skill("b", prerequisite_ids=("never",))],
        mastery=[an_estimate("a", p=0.4), an_estimate("b", p=0.7)],
    )
    assert _offered(student) == ["b", "a"]


def _after(prerequisite: str) -> SkillEvidence:
    return a_skill("b", n=0, prerequisite_ids=(prerequisite,))


@pytest.mark.parametrize(
    ("p", "n", "is_unlocked"),
    [(0.70, 8, True), (0.699, 8, False), (0.9, 0, None)],
)
def test_a_skill_is_unlocked_by_what_comes_before(p: float, n: int, is_unlocked: bool | None) -> None:
    """Near mastery of every prerequisite unlocks; one that was never seen leaves it open."""
    student = a_student(
        skills=[a_skill("a", n=n), _after("a")],
        mastery=[an_estimate("a", p=p, n=n), an_estimate("b", p=0.7, n=0)],
    )
    skill = next(skill for skill in profile_of(student).skills if skill.skill_id == "b")
    assert skill.is_unlocked is is_unlocked
    assert ("b" in _offered(student)) is (is_unlocked is not False)


def test_the_students_word_unlocks_what_was_never_seen() -> None:
    """Who says that they know it may go on from there."""
    student = a_student(
        skills=[_after("a")], mastery=[an_estimate("b", p=0.7, n=0)], voices=[a_voice("stated_known", "a")]
    )
    assert profile_of(student).skills[0].is_unlocked is True


@pytest.mark.parametrize(
    "changes",
    [
        {"mastery": [an_estimate("a", p=0.75, review_due_at=ago(1))]},
        {"skills": [a_skill("a", n=10, right=2, first_run_opportunity=None)]},
        {"courses": [a_course(completed_at=ago(1))]},
        {"courses": [a_course(unregistered_at=ago(1))]},
        {"mastery": [], "skills": [a_skill("a", n=0)]},
    ],
)
def test_what_practice_does_not_help_is_not_offered(changes: dict[str, object]) -> None:
    """Due for review, stuck, of a course that is over, or of unknown difficulty."""
    assert _offered(_student(("a", 0.75, 8), **changes)) == []


def test_a_new_skill_is_expected_from_the_model_or_else_the_class() -> None:
    """Without an estimate the class's share right is the best guess, and the level stays unknown."""
    student = a_student(skills=[a_skill("a", n=0, class_rate=0.7)])
    assert _one(student, "a").p_right == pytest.approx(0.7)
    assert "new to you" in _one(student, "a").why
    assert profile_of(student).skills[0].p_mastery is None
    assert profile_of(student).skills[0].course_id == COURSE
