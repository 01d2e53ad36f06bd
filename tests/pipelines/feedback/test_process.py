"""How it goes: each rule at its edges."""

import pytest

from learnloom.schemas.measure import Measure
from learnloom.schemas.signal import Audience, SignalKind
from tests.pipelines.feedback.make import a_measure, a_skill, a_student, ago, an_activity, days, said


@pytest.mark.parametrize(
    ("n", "right", "run_at", "audiences"),
    [
        (10, 4, None, {Audience.STUDENT, Audience.TEACHER}),
        (10, 9, None, {Audience.STUDENT, Audience.TEACHER}),
        (9, 4, None, {Audience.TEACHER}),
        (5, 2, None, {Audience.TEACHER}),
        (5, 3, None, set()),
        (4, 0, None, set()),
        (12, 6, 12, set()),
    ],
)
def test_wheel_spinning_is_ten_opportunities_without_three_in_a_row(
    n: int, right: int, run_at: int | None, audiences: set[Audience]
) -> None:
    """From the tenth both hear of it; from the fifth, with few right, the teacher alone."""
    found = said(
        a_student(skills=[a_skill(n=n, right=right, first_run_opportunity=run_at)]), SignalKind.WHEEL_SPINNING
    )
    assert {signal.audience for signal in found} == audiences


@pytest.mark.parametrize(("longest", "n_said"), [(2, 2), (3, 0)])
def test_nobody_is_stuck_who_may_have_had_three_in_a_row(longest: int, n_said: int) -> None:
    """Of answers that were all told at one moment the order is unknown: what it allows is no wheel-spinning."""
    student = a_student(skills=[a_skill(n=12, right=6, longest_run=longest)])
    assert len(said(student, SignalKind.WHEEL_SPINNING)) == n_said


def test_getting_stuck_and_being_stuck_are_two_signals() -> None:
    """The early warning is not the last word."""
    early, late = (
        said(a_student(skills=[a_skill(n=n, right=1)]), SignalKind.WHEEL_SPINNING, Audience.TEACHER)[0]
        for n in (6, 12)
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


@pytest.mark.parametrize(("taken", "n", "is_said"), [(2, 10, True), (1, 10, False), (9, 9, False)])
def test_rapid_guessing_is_spoken_of_from_a_fifth(taken: int, n: int, is_said: bool) -> None:
    """From ten timed answers, and to both."""
    found = said(a_student(measures=[a_measure(Measure.RAPID_ANSWER, taken, n)]), SignalKind.RAPID_GUESSING)
    assert {signal.audience for signal in found} == (set(Audience) if is_said else set())


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
