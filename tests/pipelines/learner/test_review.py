"""Review by fixed intervals."""

import pytest

from pipelines.learner.review import ReviewState, advance, begin

_DAY = 86_400_000_000


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
    state: ReviewState = begin(0)
    for day, is_right in answers:
        state = advance(state, round(day * _DAY), is_right=is_right)
    assert (state.due_us, state.n_reviews) == (round(due * _DAY), n_reviews)
