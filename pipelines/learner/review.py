"""When to see a mastered skill again: fixed intervals.

The fallback of the learner model: 7, 30 and 60 days after the last right answer, one step further with each
answer that is right when a review is due, back to the first after a miss. It knows nothing of the student's
own forgetting; a fitted memory model may take its place where it beats this on a course's own data.
"""

from typing import Final, NamedTuple

INTERVALS_DAYS: Final = (7, 30, 60)
_DAY_US: Final = 86_400_000_000


class ReviewState(NamedTuple):
    """Where the reviews of one mastered skill stand."""

    due_us: int
    """Microseconds since 1970, UTC."""
    stage: int = 0
    """Index of the interval that runs."""
    n_reviews: int = 0
    """Right answers given when due, since the last miss."""


def begin(mastered_us: int) -> ReviewState:
    """Mastery was shown just now: first review after the first interval."""
    return ReviewState(mastered_us + INTERVALS_DAYS[0] * _DAY_US)


def advance(state: ReviewState, answered_us: int, *, is_right: bool) -> ReviewState:
    """Take one more answer into account.

    A right answer before its time starts the same interval again, for it was seen afresh; a right one when
    due starts the next; a miss starts over.
    """
    if not is_right:
        return begin(answered_us)
    if answered_us < state.due_us:
        return state._replace(due_us=answered_us + INTERVALS_DAYS[state.stage] * _DAY_US)
    stage = min(state.stage + 1, len(INTERVALS_DAYS) - 1)
    return ReviewState(answered_us + INTERVALS_DAYS[stage] * _DAY_US, stage, state.n_reviews + 1)
