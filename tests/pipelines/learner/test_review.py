"""Review by fixed intervals, and what every scheduler of reviews promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.learner.review import DAY_US, FixedIntervals, Reviewer
from learnloom.pipelines.learner.review_choice import REVIEWERS, ReviewKind

_ANSWERS = st.lists(st.tuples(st.floats(0.0, 90.0), st.booleans()), max_size=12)
"""Days since the answer before, and whether it was right."""


@pytest.mark.parametrize(
    ("answers", "due", "n_reviews"),
    [
        ([], 7, 0),
        ([(3, True)], 10, 0),
        ([(7, True)], 37, 1),
        ([(6.99, True)], 13.99, 0),
        ([(7, True), (37, True)], 97, 2),
        ([(7, True), (37, True), (97, True)], 157, 3),
        ([(7, True), (20, True)], 50, 1),
        ([(7, True), (20, False)], 27, 0),
        ([(9, False)], 16, 0),
    ],
)
def test_intervals_grow_with_success_and_start_over_with_a_miss(
    answers: list[tuple[float, bool]], due: float, n_reviews: int
) -> None:
    """7, 30, 60 days: one further when right and due, the same again when early, back after a miss."""
    reviewer = FixedIntervals()
    state = reviewer.begin(0)
    for day, is_right in answers:
        state = reviewer.advance(state, round(day * DAY_US), is_right=is_right)
    assert (state.due_us, state.n_reviews) == (round(due * DAY_US), n_reviews)


@pytest.mark.parametrize("kind", ReviewKind)
@given(answers=_ANSWERS)
def test_a_review_is_due_after_the_answer_and_a_miss_starts_over(
    kind: ReviewKind, answers: list[tuple[float, bool]]
) -> None:
    """Whatever the history, the next review lies a day or more ahead, and a miss forgets the reviews before it."""
    reviewer: Reviewer = REVIEWERS[kind]
    at_us, state = 0, reviewer.begin(0)
    for days, is_right in answers:
        at_us += round(days * DAY_US)
        before = state
        state = reviewer.advance(state, at_us, is_right=is_right)
        assert state.due_us - at_us >= DAY_US
        was_due = at_us >= before.due_us
        assert state.n_reviews == (before.n_reviews + was_due if is_right else 0)


@pytest.mark.parametrize("kind", ReviewKind)
@given(answers=_ANSWERS, start_us=st.integers(0, 2**51))
def test_dates_hang_on_the_answers_alone(
    kind: ReviewKind, answers: list[tuple[float, bool]], start_us: int
) -> None:
    """The same answers give the same dates again, and moved in time they move with it."""
    reviewer: Reviewer = REVIEWERS[kind]
    found = []
    for begun_us in (0, 0, start_us):
        at_us, state = begun_us, reviewer.begin(begun_us)
        for days, is_right in answers:
            at_us += round(days * DAY_US)
            state = reviewer.advance(state, at_us, is_right=is_right)
        found.append((state.due_us - begun_us, state.n_reviews, state.stability_days, state.difficulty))
    assert found[0] == found[1] == found[2]
