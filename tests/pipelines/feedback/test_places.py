"""The few places are for what can be said: what has expired or was dismissed takes none of them."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from learnloom.schemas.evidence import MasteryEstimate, ResponseEvidence, SkillEvidence, StudentEvidence
from learnloom.schemas.signal import Audience, SignalKind
from tests.pipelines.feedback.make import (
    AS_OF,
    a_skill,
    a_student,
    ago,
    an_estimate,
    days,
    profile_of,
    said,
)

_LONG_AGO = {"first_attempt_at": ago(100), "last_attempt_at": ago(80)}
_OLD = [f"old{i}" for i in range(6)]


def _subjects(student: StudentEvidence, kind: SignalKind) -> set[str | None]:
    return {signal.subject for signal in said(student, kind)}


def _beside_old(p: float, right: int, class_rate: float) -> StudentEvidence:
    """Six skills of months ago, and one of now of which a little less is to be said."""
    share = {"longest_run": 3, "class_rate": class_rate}
    old = [a_skill(name, n=20, right=2 * right, **_LONG_AGO, **share) for name in _OLD]
    new = a_skill("new", n=10, right=right, **share)
    nearer = p + (0.05 if p < class_rate else -0.05)
    return a_student(
        skills=[*old, new],
        mastery=[*(an_estimate(name, p=p, n=20) for name in _OLD), an_estimate("new", p=nearer, n=10)],
    )


@pytest.mark.parametrize(
    ("p", "right", "class_rate", "kind"),
    [(0.15, 2, 0.7, SignalKind.WEAKNESS), (0.9, 9, 0.4, SignalKind.STRENGTH)],
)
def test_what_is_long_past_leaves_room_for_what_is_new(
    p: float, right: int, class_rate: float, kind: SignalKind
) -> None:
    """Six skills of the first month do not hide the seventh of now."""
    assert _subjects(_beside_old(p, right, class_rate), kind) == {"new"}


def test_what_was_dismissed_leaves_room_for_the_next() -> None:
    """Whoever waves six strengths away hears of the seventh."""
    skills = [a_skill(f"s{i}", n=20, right=18, longest_run=3, class_rate=0.4) for i in range(7)]
    estimates = [an_estimate(f"s{i}", p=0.94 - i / 50, n=20) for i in range(7)]
    student = a_student(skills=skills, mastery=estimates)
    first = said(student, SignalKind.STRENGTH, Audience.STUDENT)
    answers = [
        ResponseEvidence(
            signal.signal_id, "strength", "student", signal.subject, "dismissed", None, ago(1), "r"
        )
        for signal in first
    ]
    after = said(student._replace(responses=answers), SignalKind.STRENGTH, Audience.STUDENT)
    assert {signal.subject for signal in after} == {"s6"}


def _reviews(
    *due: tuple[str, float, float], active: Sequence[int], firm: bool = False, p: float = 0.97
) -> StudentEvidence:
    """Skills that were mastered, with days since the review came due and what is expected then; and active days ago."""
    skills: list[SkillEvidence] = [
        a_skill(name, n=20, right=18, longest_run=3, **_LONG_AGO) for name, _, _ in due
    ]
    mastery: list[MasteryEstimate] = [
        an_estimate(name, p=p, n=20, review_due_at=ago(back), p_due=p_due) for name, back, p_due in due
    ]
    if firm:
        skills.append(a_skill("firm", n=20, right=19, is_last_five_right_unaided=True))
        mastery.append(an_estimate("firm", p=0.97, n=20, review_due_at=ago(-5), p_due=0.95))
    here = days(*((back, 600.0, 4) for back in active))
    return a_student(first_seen_at=ago(200), skills=skills, mastery=mastery, days=here)


_ALWAYS_HERE = tuple(range(1, 100, 2))
_OVERDUE = tuple((name, 70.0, 0.8) for name in _OLD)


def test_reviews_that_were_not_followed_do_not_hide_the_next() -> None:
    """Five reminders that have run out are no reminders: the one that is due since yesterday is said."""
    student = _reviews(*_OVERDUE, ("new", 1.0, 0.9), active=_ALWAYS_HERE)
    assert _subjects(student, SignalKind.REVIEW_DUE) == {"new"}


def test_a_review_of_which_nobody_is_reminded_holds_nothing_up() -> None:
    """Once the reminder has run out, something bigger is offered, and what is no longer mastered can be practised."""
    student = _reviews(*_OVERDUE, active=_ALWAYS_HERE, firm=True, p=0.75)
    assert _subjects(student, SignalKind.STRETCH) == {"firm"}
    assert profile_of(student).practise_next


def test_who_comes_back_after_months_is_reminded() -> None:
    """Reviews that came due while nobody was there, or before, are said from the return on, for as long as others."""
    back = _reviews(*_OVERDUE[:2], ("new", 20.0, 0.9), active=(1, 2, 90, 91))
    assert _subjects(back, SignalKind.REVIEW_DUE) == {"old0", "old1", "new"}
    expiries = {signal.expires_at for signal in said(back, SignalKind.REVIEW_DUE)}
    assert expiries == {ago(2).replace(hour=0) + timedelta(days=60)}
    # Who was reminded before, and comes back, is reminded anew.
    was_here = _reviews(*_OVERDUE[:2], active=(1, 2, 66, 67))
    assert _subjects(was_here, SignalKind.REVIEW_DUE) == {"old0", "old1"}


def test_a_few_days_off_are_no_return() -> None:
    """Thirteen days without anything renew no reminder."""
    student = _reviews(*_OVERDUE, active=(1, 14, 27, 40, 53, 66, 79))
    assert AS_OF - ago(66) > timedelta(days=60)
    assert _subjects(student, SignalKind.REVIEW_DUE) == set()
