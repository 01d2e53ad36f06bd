"""When to see a mastered skill again: what a scheduler of reviews is, and the one of fixed intervals.

A scheduler says when, never whether an answer will be right. Fixed intervals are the fallback: 7, 30 and 60 days
after the last right answer, one step further with each answer that is right when a review is due, back to the
first after a miss. They know nothing of the student's own forgetting; fsrs_scheduler.py has a scheduler that does, and
review_choice.py says which of the two a school's own answers speak for.
"""

from typing import Final, NamedTuple, Protocol

INTERVALS_DAYS: Final = (7, 30, 60)
DAY_US: Final = 86_400_000_000


class ReviewState(NamedTuple):
    """Where the reviews of one mastered skill stand; a scheduler leaves at 0 what it does not reckon with."""

    due_us: int
    """Microseconds since 1970, UTC."""
    n_reviews: int = 0
    """Right answers given when due, since the last miss."""
    stage: int = 0
    """Fixed intervals: index of the one that runs."""
    seen_us: int = 0
    """FSRS: when the skill was last answered on."""
    stability_days: float = 0.0
    """FSRS: days after which .90 of it is left."""
    difficulty: float = 0.0
    """FSRS: 1 to 10, how little an answer adds to stability."""


class Reviewer(Protocol):
    """A scheduler of reviews: pure and scalar, so that what it says of a student hangs on nobody else."""

    def begin(self, mastered_us: int) -> ReviewState:
        """Mastery was shown just now."""
        ...

    def advance(self, state: ReviewState, answered_us: int, *, is_right: bool) -> ReviewState:
        """Take one more answer into account."""
        ...


class FixedIntervals:
    """Reviews after INTERVALS_DAYS, whoever the student is."""

    def begin(self, mastered_us: int) -> ReviewState:
        """Mastery was shown just now: first review after the first interval."""
        return ReviewState(mastered_us + INTERVALS_DAYS[0] * DAY_US)

    def advance(self, state: ReviewState, answered_us: int, *, is_right: bool) -> ReviewState:
        """Take one more answer into account.

        A right answer before its time starts the same interval again, for it was seen afresh; a right one when
        due starts the next; a miss starts over.
        """
        if not is_right:
            return self.begin(answered_us)
        if answered_us < state.due_us:
            return state._replace(due_us=answered_us + INTERVALS_DAYS[state.stage] * DAY_US)
        stage = min(state.stage + 1, len(INTERVALS_DAYS) - 1)
        return ReviewState(answered_us + INTERVALS_DAYS[stage] * DAY_US, state.n_reviews + 1, stage)
