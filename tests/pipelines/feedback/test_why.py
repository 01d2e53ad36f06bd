"""Why an estimate is what it is, in words: skills are found, terms add up as shown, and all is said."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.feedback.errors import SkillMissingError
from learnloom.pipelines.feedback.formatting import percent
from learnloom.pipelines.feedback.why import describe_why, find_skill, points_of
from learnloom.schemas.level import Confidence, Level
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.why import AnswerOutcome, Ground, SkillWhy, WhyAhead, WhyAnswer, WhyTerm
from tests.pipelines.feedback.make import AS_OF, a_skill, a_student, ago, profile_of


def _profile() -> StudentProfile:
    names = {"https://school.example/s1": "Ratios", "https://school.example/s2": "Rates", "s3": "Fractions"}
    skills = [a_skill(skill_id, skill_name=name) for skill_id, name in names.items()]
    return profile_of(a_student(skills=skills))


def _why(**changes: Any) -> SkillWhy:
    return SkillWhy(
        student_key="k",
        student_name="Ana",
        skill_id="s1",
        skill_name="Ratios",
        as_of=AS_OF,
        model_version="1",
        model_kind="elo",
        level=Level.NEEDS_WORK,
        confidence=Confidence.MEDIUM,
        p=0.38,
        p_low=0.23,
        p_high=0.57,
        start=0.62,
        terms=(
            WhyTerm(ground=Ground.DIFFICULTY, adds=-0.1),
            WhyTerm(ground=Ground.PRACTICE, adds=0.0),
            WhyTerm(ground=Ground.SKILL, adds=-0.14),
        ),
        ahead=WhyAhead(
            p_after_right=0.41,
            p_after_three_right=0.49,
            p_after_miss=0.35,
            n_looked_ahead=20,
            near=0.7,
            mastered=0.95,
            n_right_to_near=9,
            n_right_to_mastered=None,
        ),
        n_attempts=8,
        n_right=3,
        first_attempt_at=ago(10),
        last_attempt_at=ago(1),
        answers=(
            WhyAnswer(
                statement_id="a1",
                occurred_at=ago(1),
                activity_id="https://school.example/q1",
                activity_name=None,
                outcome=AnswerOutcome.PARTLY,
                score=0.5,
                is_aided=True,
                is_rapid=True,
            ),
        ),
    ).model_copy(update=changes)


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("https://school.example/s2", "Rates"),
        ("ratios", "Ratios"),
        (" FRACTIONS ", "Fractions"),
        ("frac", "Fractions"),
    ],
)
def test_a_skill_goes_by_id_name_or_part_of_it(wanted: str, name: str) -> None:
    """Id, name in any case and a part of a name that no other has lead to the skill."""
    assert find_skill(_profile(), wanted).skill_name == name


@pytest.mark.parametrize(
    ("wanted", "named"),
    [("Ratois", "Ratios"), ("rat", "Rates"), ("", "Ratios"), ("ontology", "https://school.example/s1")],
)
def test_what_is_not_found_names_the_nearest(wanted: str, named: str) -> None:
    """A mistyped name, one that fits several skills and one that fits none are refused, with skills to choose from."""
    with pytest.raises(SkillMissingError, match=named):
        find_skill(_profile(), wanted)


def test_a_student_without_skills_is_told_where_to_look() -> None:
    """Where no skill is known at all, the way to what is missing is named."""
    with pytest.raises(SkillMissingError, match="learnloom skills missing"):
        find_skill(profile_of(a_student()), "Ratios")


@given(
    start=st.floats(0.001, 0.999),
    adds=st.lists(st.floats(-0.3, 0.3), min_size=1, max_size=5),
)
def test_points_shown_add_up_to_the_percentage_shown(start: float, adds: list[float]) -> None:
    """Rounded start and rounded terms make just the rounded estimate, and no term is off by more than its share."""
    p = start + sum(adds)
    if not 0.0 < p < 1.0:
        return
    terms = [WhyTerm(ground=Ground.SKILL, adds=each) for each in adds]
    points = points_of(start, terms, p)
    shown = [int(percent(each).split()[0]) for each in (start, p)]
    assert shown[0] + sum(points) == shown[1]
    assert all(abs(point - each * 100) <= 2.0 for point, each in zip(points, adds, strict=True))


def test_everything_is_said_to_the_student() -> None:
    """Estimate, interval, terms that count, what is ahead and the answers read as plain sentences."""
    told = "\n".join(describe_why(_why()))
    for line in (
        "You can expect 38 % right at an average question; 23 % to 57 % is likely. Level: needs work.",
        "It stands on 8 answers, 3 right, from 10 November 2026 to 19 November 2026: medium confidence.",
        " 62 %  where everybody starts",
        "-10    how hard the skill is for the class",
        "-14    how your answers on this skill went",
        " 38 %  what you can expect now",
        "one more right answer: 41 %",
        "for near (from 70 %): 9 right in a row",
        "for mastered (from 95 %): more than 20 right in a row",
        "19 November 2026: partly right (50 %), with a hint, faster than it can be read: counts a quarter; https://",
    ):
        assert line in told
    assert "practised" not in told


def test_what_is_not_known_is_not_explained() -> None:
    """Without an answer on the skill it says where the expectation comes from; without any, that nothing is known."""
    unmet = _why(n_attempts=0, answers=(), p_low=None, p_high=None, level=Level.UNKNOWN)
    assert "There is no answer of yours on it yet. From your other answers" in "\n".join(describe_why(unmet))
    unknown = unmet.model_copy(update={"p": None, "start": None, "terms": (), "ahead": None})
    assert describe_why(unknown) == [
        "Ratios, as of 20 November 2026",
        "Nothing can be said yet: there is no answer of yours to any question.",
    ]
