"""A profile and its signals as a person reads them."""

import pytest
from hypothesis import given, settings

from learnloom.pipelines.feedback.describe import describe_profile, describe_signals
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.signal import Audience
from tests.pipelines.feedback.any_student import students
from tests.pipelines.feedback.make import (
    a_skill,
    a_student,
    an_estimate,
    profile_of,
    rich_student,
    signals_of,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(students())
def test_any_profile_can_be_read(student: StudentEvidence) -> None:
    """No line is torn, and nothing of the machine shows: no None, no nan, no enum."""
    lines = describe_profile(profile_of(student)) + describe_signals(signals_of(student))
    for line in lines:
        assert line == line.rstrip()
        assert not {"None", "nan"} & set(line.replace(",", " ").split())
        assert "Level." not in line


def test_a_rich_profile_has_every_section() -> None:
    """Who, what they know, do, like, want and say."""
    text = "\n".join(describe_profile(profile_of(rich_student())))
    for expected in (
        "Ana",
        "Knows",
        "mastered (97 % right expected; 24 answers",
        "Likes",
        "Wants",
        "Says",
        "Rhythm",
    ):
        assert expected in text


def test_an_estimate_is_told_with_its_interval() -> None:
    """Beside what is expected stands between what it is likely to lie, where that is known."""
    estimate = an_estimate(p=0.75, n=8, p_low=0.604, p_high=0.861)
    told = "\n".join(describe_profile(profile_of(a_student(skills=[a_skill()], mastery=[estimate]))))
    assert "near (75 % right expected, 60 % to 86 % likely; 8 answers, medium confidence)" in told


def test_a_section_without_content_is_left_out() -> None:
    """An empty heading would look like a finding."""
    student = rich_student()._replace(goals=(), voices=())
    lines = describe_profile(profile_of(student))
    assert "Wants" not in lines
    assert "Says" not in lines


def test_signals_are_described_for_one_audience_where_it_is_named() -> None:
    """What is for the teacher does not show among the student's."""
    found = signals_of(rich_student())
    assert not any("for the teacher" in line for line in describe_signals(found, audience=Audience.STUDENT))
    assert any("- Skill s2: " in line for line in describe_signals(found, audience=Audience.STUDENT))
