"""How it goes: each rule at its edges."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.claims import GUESSES
from learnloom.pipelines.feedback.habit import p_again
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.measure import Measure
from learnloom.schemas.signal import Audience, SignalKind
from tests.pipelines.feedback.make import (
    a_measure,
    a_skill,
    a_student,
    ago,
    an_activity,
    an_estimate,
    days,
    said,
)


def _on_a_skill(p: float | None, **skill: Any) -> StudentEvidence:
    """A student with one skill, and what the learner model says of it."""
    return a_student(skills=[a_skill(**skill)], mastery=[] if p is None else [an_estimate(p=p, n=skill["n"])])


@pytest.mark.parametrize(
    ("n", "right", "run_at", "p", "audiences"),
    [
        (10, 1, None, 0.03, {Audience.STUDENT, Audience.TEACHER}),
        (9, 1, None, 0.03, {Audience.TEACHER}),
        (5, 0, None, 0.03, {Audience.TEACHER}),
        (5, 3, None, 0.03, set()),
        (4, 0, None, 0.03, set()),
        (12, 1, 12, 0.03, set()),
        (10, 4, None, 0.6, set()),
        (10, 1, None, None, set()),
    ],
)
def test_wheel_spinning_is_said_of_whom_the_model_expects_to_stay_stuck(
    n: int, right: int, run_at: int | None, p: float | None, audiences: set[Audience]
) -> None:
    """From the tenth answer both hear of it, from the fifth the teacher; not where three in a row may well come."""
    student = _on_a_skill(p, n=n, right=right, first_run_opportunity=run_at)
    assert {signal.audience for signal in said(student, SignalKind.WHEEL_SPINNING)} == audiences


def test_a_school_sets_from_what_probability_on_it_hears_of_being_stuck() -> None:
    """At 0 the bare rule is left: ten answers and never three right in a row."""
    student = _on_a_skill(0.6, n=10, right=4)
    assert len(said(student, SignalKind.WHEEL_SPINNING, thresholds=Thresholds(foreseen_chance=0.0))) == 2


def test_being_stuck_is_explained_by_what_a_teacher_can_look_at() -> None:
    """The teacher reads how likely it is to stay so, and of hints, haste and the skill before where they matter."""
    skills = [
        a_skill(n=10, right=1, n_aided=6, n_rapid=3, prerequisite_ids=("s0",)),
        a_skill("s0", n=4, right=1),
    ]
    mastery = [an_estimate(p=0.03, n=10), an_estimate("s0", p=0.4, n=4)]
    student = a_student(skills=skills, mastery=mastery)
    (told,) = said(student, SignalKind.WHEEL_SPINNING, Audience.TEACHER)
    for part in (
        "of 10 get no three right",
        "before 60 %",
        "30 % of the answers came faster",
        "firm: Skill s0.",
    ):
        assert part in told.sentence
    assert told.value is not None
    assert told.value >= 0.8


@pytest.mark.parametrize(("longest", "n_said"), [(2, 2), (3, 0)])
def test_nobody_is_stuck_who_may_have_had_three_in_a_row(longest: int, n_said: int) -> None:
    """Of answers that were all told at one moment the order is unknown: what it allows is no wheel-spinning."""
    student = _on_a_skill(0.03, n=12, right=1, longest_run=longest)
    assert len(said(student, SignalKind.WHEEL_SPINNING)) == n_said


def test_getting_stuck_and_being_stuck_are_two_signals() -> None:
    """The early warning is not the last word."""
    early, late = (
        said(_on_a_skill(0.03, n=n, right=1), SignalKind.WHEEL_SPINNING, Audience.TEACHER)[0] for n in (8, 12)
    )
    assert early.signal_id != late.signal_id
    assert early.urgency < late.urgency


@pytest.mark.parametrize(
    ("measure", "taken", "n", "is_said"),
    [
        (Measure.HELP_IN_TIME, 1, 3, True),
        (Measure.HELP_IN_TIME, 2, 5, False),
        (Measure.HELP_IN_TIME, 0, 2, False),
        (Measure.HINT_SKIMMED, 2, 4, True),
        (Measure.HINT_SKIMMED, 1, 4, False),
        (Measure.HINT_SKIMMED, 3, 3, False),
    ],
)
def test_help_is_spoken_of_to_the_student(measure: Measure, taken: int, n: int, is_said: bool) -> None:
    """Help in time in less than about a third of cases, or half the further hints skimmed."""
    assert bool(said(a_student(measures=[a_measure(measure, taken, n)]), SignalKind.HELP_SEEKING)) is is_said


@pytest.mark.parametrize(
    ("taken", "n", "earlier", "is_said"),
    [
        (4, 10, (0, 0), True),
        (2, 10, (0, 0), False),
        (2, 10, (4, 10), False),
        (2, 10, (14, 30), True),
        (4, 10, (0, 40), False),
        (9, 9, (0, 0), False),
    ],
)
def test_rapid_guessing_is_spoken_of_where_it_is_to_be_expected_again(
    taken: int, n: int, earlier: tuple[int, int], is_said: bool
) -> None:
    """From ten timed answers, to both, where all answers so far let expect two of the next ten."""
    measure = a_measure(Measure.RAPID_ANSWER, taken, n, n_earlier_taken=earlier[0], n_earlier=earlier[1])
    found = said(a_student(measures=[measure]), SignalKind.RAPID_GUESSING)
    assert {signal.audience for signal in found} == (set(Audience) if is_said else set())


@given(st.integers(0, 10), st.integers(0, 30), st.integers(0, 30))
def test_whoever_did_more_is_expected_to_do_more(taken: int, earlier_taken: int, more: int) -> None:
    """The probability is one, and grows with what was done of as many opportunities."""
    measure = a_measure(Measure.RAPID_ANSWER, taken, 10, n_earlier=60, n_earlier_taken=earlier_taken)
    p = p_again(measure, GUESSES)
    assert 0.0 <= p <= 1.0 + 1e-9
    assert p <= p_again(measure._replace(n_earlier_taken=earlier_taken + more), GUESSES) + 1e-9


@pytest.mark.parametrize(
    ("n", "relative", "word"),
    [
        (10, 1.5, "take your time"),
        (10, 1.49, None),
        (10, 0.67, "quickly"),
        (10, 0.68, None),
        (9, 3.0, None),
        (10, None, None),
    ],
)
def test_pace_is_told_where_it_is_clearly_other(n: int, relative: float | None, word: str | None) -> None:
    """Half as long again, or two thirds of the usual time, from ten timed answers."""
    activity = an_activity(n_timed=n, median_relative_duration=relative)
    found = said(a_student(activity=activity), SignalKind.PACE, Audience.STUDENT)
    assert [word in signal.sentence for signal in found if word] == ([True] if word else [])
    assert bool(found) is (word is not None)


def test_time_on_task_is_that_of_seven_days() -> None:
    """Today and the six days before count; the eighth does not."""
    student = a_student(days=days((0, 600, 1), (6, 600, 1), (7, 9_000, 1)))
    found = said(student, SignalKind.TIME_ON_TASK, Audience.STUDENT)
    assert found[0].value == 1_200
    assert found[0].n == 2


def test_no_time_is_not_rubbed_in() -> None:
    """A week away is the check-in's business."""
    assert not said(a_student(days=days((8, 600, 1))), SignalKind.TIME_ON_TASK)


@pytest.mark.parametrize(
    ("now", "before", "word"),
    [(5, 4, "more days"), (4, 4, None), (3, 4, "fewer days")],
)
def test_spacing_is_told_against_the_own_month_before(now: int, before: int, word: str | None) -> None:
    """A quarter more or fewer days for the same number of answers."""
    active = [(back, 60.0, 60 // now) for back in range(now)] + [
        (30 + back, 60.0, 60 // before) for back in range(before)
    ]
    found = said(a_student(days=days(*active)), SignalKind.SPACING)
    assert [word in signal.sentence for signal in found if word] == ([True] if word else [])


@pytest.mark.parametrize(("length", "is_told"), [(3, True), (2, False)])
def test_days_in_a_row_are_told_from_three(length: int, is_told: bool) -> None:
    """Up to yesterday or today."""
    student = a_student(days=days(*[(back + 1, 60.0, 1) for back in range(length)]), last_seen_at=ago(1))
    assert bool(said(student, SignalKind.STREAK)) is is_told


@pytest.mark.parametrize(("weeks", "is_told"), [(3, True), (2, False)])
def test_weeks_in_a_row_are_told_from_three(weeks: int, is_told: bool) -> None:
    """Once a week is regular enough."""
    student = a_student(days=days(*[(7 * week + 3, 60.0, 1) for week in range(weeks)]))
    assert bool(said(student, SignalKind.REGULARITY)) is is_told
