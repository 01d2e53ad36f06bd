"""What to learn: each rule at its edges."""

import pytest

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.signal import Audience, SignalKind
from tests.pipelines.feedback.make import a_skill, a_student, ago, an_estimate, said, signals_of

_RIGHT = {"is_last_five_right_unaided": True, "first_run_opportunity": 3}


def _with(n: int, right: int, p: float, **changes: object) -> StudentEvidence:
    return a_student(
        skills=[a_skill("s1", n=n, right=right, **changes)], mastery=[an_estimate("s1", p=p, n=n)]
    )


@pytest.mark.parametrize(
    ("n", "p", "word"),
    [(3, 0.95, "mastered"), (3, 0.9499, "close"), (3, 0.70, "close"), (3, 0.69, "growing"), (2, 0.95, None)],
)
def test_mastery_is_told_from_three_answers_by_level(n: int, p: float, word: str | None) -> None:
    """Both hear of the level; two answers are too few to say it."""
    found = said(_with(n, n, p), SignalKind.MASTERY)
    assert {signal.audience for signal in found} == (set(Audience) if word else set())
    if word:
        assert word in next(signal.sentence for signal in found if signal.audience is Audience.STUDENT)


def test_a_level_that_stays_is_not_told_again() -> None:
    """Another answer at the same level is no news."""
    before, after = _with(8, 7, 0.8), _with(9, 8, 0.82)
    ids = [[signal.signal_id for signal in said(student, SignalKind.MASTERY)] for student in (before, after)]
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("n", "right", "class_rate", "kind"),
    [
        (3, 3, 0.70, SignalKind.STRENGTH),  # (3 + 3.5) / 8 - .7 = .1125
        (3, 3, 0.74, None),  # .0975
        (2, 2, 0.5, None),
        (10, 2, 0.6, SignalKind.WEAKNESS),
        (3, 0, 0.2, None),  # -.075
        (10, 10, None, None),
    ],
)
def test_strength_and_weakness_are_shrunken_towards_the_class(
    n: int, right: int, class_rate: float | None, kind: SignalKind | None
) -> None:
    """More than .10 from the class mean after five answers at the mean are added, from three answers."""
    found = {
        signal.kind
        for signal in signals_of(_with(n, right, 0.8, class_rate=class_rate))
        if signal.kind in {SignalKind.STRENGTH, SignalKind.WEAKNESS}
    }
    assert found == ({kind} if kind else set())


def test_at_most_three_strengths_are_named() -> None:
    """The three furthest above, so that each means something."""
    skills = [a_skill(f"s{i}", n=20, right=20 - i, class_rate=0.5) for i in range(5)]
    found = said(a_student(skills=skills), SignalKind.STRENGTH, Audience.STUDENT)
    assert {signal.subject for signal in found} == {"s0", "s1", "s2"}


def test_the_student_is_not_compared() -> None:
    """The class mean is for the teacher; the student hears of their own answers."""
    found = {
        signal.audience: signal.sentence
        for signal in said(_with(10, 10, 0.9, class_rate=0.5), SignalKind.STRENGTH)
    }
    assert "class" in found[Audience.TEACHER]
    assert "class" not in found[Audience.STUDENT]


@pytest.mark.parametrize(
    ("p", "changes", "is_offered"),
    [(0.95, {}, True), (0.94, {}, False), (0.99, {"is_last_five_right_unaided": False}, False)],
)
def test_stretch_needs_mastery_and_five_right_without_help(
    p: float, changes: dict[str, object], is_offered: bool
) -> None:
    """Something bigger is offered where the skill is firm."""
    assert bool(said(_with(10, 10, p, **(_RIGHT | changes)), SignalKind.STRETCH)) is is_offered


def test_no_stretch_while_a_review_waits() -> None:
    """What is about to be forgotten comes first."""
    student = _with(10, 10, 0.97, **_RIGHT)
    due = student._replace(mastery=[student.mastery[0]._replace(review_due_at=ago(0.5))])
    assert not said(due, SignalKind.STRETCH)
    assert len(said(due, SignalKind.REVIEW_DUE)) == 1


@pytest.mark.parametrize(("days_ago", "is_due"), [(0.0, True), (-0.01, False), (59.0, True), (60.0, False)])
def test_a_review_is_due_from_its_moment_for_sixty_days(days_ago: float, is_due: bool) -> None:
    """Not before, and not forever."""
    student = _with(10, 10, 0.97)
    due = student._replace(mastery=[student.mastery[0]._replace(review_due_at=ago(days_ago))])
    assert bool(said(due, SignalKind.REVIEW_DUE)) is is_due


def test_practise_next_says_why_there_are_fewer_than_three() -> None:
    """One open skill is no choice, and the student is told where the rest is."""
    found = said(_with(8, 6, 0.75), SignalKind.PRACTISE_NEXT)
    assert [choice.skill_id for choice in found[0].choices] == ["s1"]
    assert "rest" in found[0].sentence


def test_a_teacher_can_wish_otherwise() -> None:
    """Thresholds are settings: a school that calls .90 mastered gets it."""
    found = said(_with(8, 8, 0.91), SignalKind.MASTERY, Audience.STUDENT, thresholds=Thresholds(mastered=0.9))
    assert "mastered" in found[0].sentence
