"""Contested estimates: a claim stands beside the estimate, never moves it, and is checked where the two disagree."""

from typing import Any

import pytest
from hypothesis import given

from learnloom.schemas.declared_input import CheckEvidence, DeclaredEvidence
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.profile import SkillProfile, StatedBy
from learnloom.schemas.signal import Audience, Signal, SignalKind
from tests.pipelines.feedback.any_student import students
from tests.pipelines.feedback.make import (
    AS_OF,
    a_skill,
    a_student,
    a_voice,
    ago,
    an_estimate,
    profile_of,
    said,
)

_CHECK = CheckEvidence("s1", "https://school.example/q7", "Ratios 7", 0.62)


def _claim(**changes: Any) -> DeclaredEvidence:
    return a_voice("stated_known", **changes)


def _student(*claims: DeclaredEvidence, p: float = 0.38, n: int = 8, **changes: Any) -> StudentEvidence:
    skill = a_skill("s1", n=n, skill_name="Ratios", evidence_ids=("a1", "a2", "a3"))
    student = a_student(
        skills=[skill], mastery=[an_estimate("s1", p=p, n=n)], voices=list(claims), checks=[_CHECK]
    )
    return student._replace(**changes)


def _skill(student: StudentEvidence) -> SkillProfile:
    return profile_of(student).skills[0]


def _checks(student: StudentEvidence, **options: Any) -> list[Signal]:
    return said(student, SignalKind.CHECK, **options)


@pytest.mark.slow
@given(students())
def test_no_claim_moves_an_estimate(student: StudentEvidence) -> None:
    """Whatever is stated, levels, probabilities, intervals and evidence of every skill stay what they are."""
    claims = [
        _claim(target_id=skill.skill_id, statement_id=f"c{number}{by}", stated_by=by, is_affirmed=is_known)
        for number, skill in enumerate(student.skills)
        for by, is_known in (("student", True), ("teacher", False))
    ]
    silent = [voice for voice in student.voices if voice.voice_kind != "stated_known"]
    told = profile_of(student._replace(voices=[*silent, *claims])).skills
    for skill, before in zip(told, profile_of(student._replace(voices=silent)).skills, strict=True):
        assert len(skill.stated) == 2
        # What nobody has answered may be opened by a word on it.
        free = {"stated": (), "is_unlocked": None}
        assert skill.model_copy(update=free) == before.model_copy(update=free)


@pytest.mark.parametrize(
    ("is_known", "p", "n", "agrees"),
    [
        (True, 0.38, 8, False),
        (True, 0.70, 8, True),
        (False, 0.92, 8, False),
        (False, 0.69, 8, True),
        (True, 0.38, 0, None),
    ],
)
def test_a_claim_agrees_or_not_or_nobody_knows(is_known: bool, p: float, n: int, agrees: bool | None) -> None:
    """To know is to be near mastery; without an answer there is nothing to agree with, and nothing is offered."""
    student = _student(_claim(is_affirmed=is_known), p=p, n=n)
    (stated,) = _skill(student).stated
    assert (stated.is_known, stated.is_in_agreement, stated.stated_by) == (is_known, agrees, StatedBy.STUDENT)
    assert len(_checks(student)) == (agrees is False)


def test_where_claim_and_answers_differ_one_question_is_offered() -> None:
    """The student alone is told, with both views and one question to choose, on the claim and the answers."""
    (signal,) = _checks(_student(_claim()))
    assert signal.audience is Audience.STUDENT
    assert signal.sentence == (
        "On 17 November 2026 you said that you know Ratios. The answers so far say 38 %. "
        "Would you like to see? Try one question on it: Ratios 7."
    )
    (choice,) = signal.choices
    assert (choice.activity_id, choice.activity_name, choice.p_right) == (
        _CHECK.activity_id,
        "Ratios 7",
        0.62,
    )
    assert choice.why == "It may go either way (about 6 of 10 right), so your answer tells the most."
    assert signal.evidence_ids == ("v-stated_known-s1", "a1", "a2", "a3")
    assert (signal.subject, signal.value, signal.expires_at) == ("s1", 0.38, ago(3 - 14))


def test_a_question_that_is_too_easy_says_so() -> None:
    """Where no question lies in the band the nearest is offered for what it is."""
    (signal,) = _checks(_student(_claim(is_affirmed=False), p=0.92, checks=[_CHECK._replace(p_right=0.9)]))
    assert "nearest to one that may go either way (about 9 of 10 right)" in signal.choices[0].why


def test_a_teachers_word_is_told_as_theirs() -> None:
    """Who speaks is said, and both words stand beside each other, latest first."""
    own = _claim(occurred_at=ago(5))
    teacher = _claim(stated_by="teacher", is_affirmed=False, statement_id="t1")
    student = _student(own, teacher, p=0.92)
    assert [stated.stated_by for stated in _skill(student).stated] == [StatedBy.TEACHER, StatedBy.STUDENT]
    (signal,) = _checks(student)
    assert signal.sentence.startswith(
        "On 17 November 2026 a teacher said that you do not know Ratios. The answers so far say 92 %."
    )


def test_a_claim_is_checked_once() -> None:
    """The same claim gives the same signal, whatever is answered meanwhile; a new claim another one."""
    before, after = _student(_claim()), _student(_claim(n_attempts_since=2), p=0.5, n=10)
    assert [s.signal_id for s in _checks(before)] == [s.signal_id for s in _checks(after)]
    anew = _student(_claim(statement_id="again", occurred_at=ago(1)))
    assert {s.signal_id for s in _checks(anew)}.isdisjoint(s.signal_id for s in _checks(before))


@pytest.mark.parametrize(
    "student",
    [
        _student(_claim(n_attempts_since=3)),
        _student(_claim(occurred_at=ago(14))),
        _student(_claim(), checks=[]),
        _student(_claim(), a_voice("choice", _CHECK.activity_id, is_affirmed=False, target_kind="activity")),
        _student(),
    ],
    ids=["three answers since", "two weeks later", "no question known", "declined", "no claim"],
)
def test_a_check_ends(student: StudentEvidence) -> None:
    """Newer answers, time, want of a question and the student's no end it."""
    assert _checks(student) == []


def test_a_claim_since_answered_keeps_the_order_of_the_evidence() -> None:
    """Answers after the claim come before it, for evidence is named latest first; its window holds both."""
    (signal,) = _checks(_student(_claim(n_attempts_since=1, occurred_at=ago(2))))
    assert signal.evidence_ids == ("a1", "v-stated_known-s1", "a2", "a3")
    assert signal.window_from <= ago(2) <= signal.window_to <= AS_OF
