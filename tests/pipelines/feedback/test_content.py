"""What to learn: each rule at its edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.beside_class import p_stays_below
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
    ("n", "p", "class_rate", "kind"),
    [
        (3, 0.80, 0.72, SignalKind.STRENGTH),
        (3, 0.80, 0.74, None),
        (2, 0.95, 0.50, None),
        (10, 0.30, 0.70, SignalKind.WEAKNESS),
        (10, 0.55, 0.70, None),
        (2, 0.05, 0.70, None),
        (10, 0.95, None, None),
    ],
)
def test_a_strength_is_expected_to_lie_above_the_class_and_a_weakness_to_stay_below(
    n: int, p: float, class_rate: float | None, kind: SignalKind | None
) -> None:
    """From three answers: more than .07 above the class's share, or so far below that it is probable to stay there."""
    found = {
        signal.kind
        for signal in signals_of(_with(n, round(n * p), p, class_rate=class_rate))
        if signal.kind in {SignalKind.STRENGTH, SignalKind.WEAKNESS}
    }
    assert found == ({kind} if kind else set())


@given(st.floats(0.0, 1.0), st.floats(0.0, 0.2), st.integers(1, 50), st.floats(0.0, 1.0))
def test_who_is_expected_to_do_better_is_less_likely_to_stay_below(
    p: float, more: float, n: int, rate: float
) -> None:
    """The probability is one, falls with what is expected, and rises with what is usual in the class."""
    found = p_stays_below(p, n, rate)
    assert -1e-9 <= found <= 1.0 + 1e-9
    assert p_stays_below(min(p + more, 1.0), n, rate) <= found + 1e-9
    assert p_stays_below(p, n, min(rate + more, 1.0)) >= found - 1e-9


def test_few_answers_are_surer_of_nothing() -> None:
    """What three answers let expect is less sure to be below than the same after thirty; half and half stays so."""
    assert p_stays_below(0.3, 3, 0.7) < p_stays_below(0.3, 30, 0.7)
    # Of five answers at .5, as many runs lie below half as above.
    assert p_stays_below(0.5, 10, 0.5) == pytest.approx(0.5)


def test_at_most_six_strengths_are_named() -> None:
    """The furthest above, so that each means something."""
    skills = [a_skill(f"s{i}", n=20, right=20, class_rate=0.5) for i in range(8)]
    estimates = [an_estimate(f"s{i}", p=0.94 - i / 50) for i in range(8)]
    found = said(a_student(skills=skills, mastery=estimates), SignalKind.STRENGTH, Audience.STUDENT)
    assert {signal.subject for signal in found} == {f"s{i}" for i in range(6)}


def test_a_weakness_says_how_likely_it_is_to_last() -> None:
    """To the teacher alone, in words; the value is that probability."""
    told = said(_with(10, 2, 0.2, class_rate=0.7), SignalKind.WEAKNESS)
    assert {signal.value for signal in told} == {p_stays_below(0.2, 10, 0.7)}
    assert {"next five answers" in signal.sentence: signal.audience for signal in told} == {
        True: Audience.TEACHER,
        False: Audience.STUDENT,
    }


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


@pytest.mark.parametrize(
    ("p", "words"),
    [(0.6, "6 of 10 questions correctly; after practice it is"), (0.95, "questions correctly.")],
)
def test_a_review_promises_what_is_expected_by_then(p: float, words: str) -> None:
    """The figure is that of an answer now, so long after the last; what practice gives is said where it is more."""
    student = _with(10, 10, 0.97)
    due = student._replace(mastery=[student.mastery[0]._replace(review_due_at=ago(1), p_due=p)])
    (signal,) = said(due, SignalKind.REVIEW_DUE)
    assert signal.value == p
    assert words in signal.sentence


def test_reviews_of_which_least_is_expected_come_first() -> None:
    """Of more than five that are due, those are named."""
    skills = [a_skill(f"s{i}", n=10, right=10) for i in range(7)]
    estimates = [an_estimate(f"s{i}", p=0.97, p_due=0.9 - i / 10, review_due_at=ago(1)) for i in range(7)]
    found = said(a_student(skills=skills, mastery=estimates), SignalKind.REVIEW_DUE)
    assert {signal.subject for signal in found} == {f"s{i}" for i in range(2, 7)}


def test_practise_next_says_why_there_are_fewer_than_three() -> None:
    """One open skill is no choice, and the student is told where the rest is."""
    found = said(_with(8, 6, 0.75), SignalKind.PRACTISE_NEXT)
    assert [choice.skill_id for choice in found[0].choices] == ["s1"]
    assert "rest" in found[0].sentence


def test_a_teacher_can_wish_otherwise() -> None:
    """Thresholds are settings: a school that calls .90 mastered gets it."""
    found = said(_with(8, 8, 0.91), SignalKind.MASTERY, Audience.STUDENT, thresholds=Thresholds(mastered=0.9))
    assert "mastered" in found[0].sentence
