"""When to see a mastered skill again: by a model of memory, FSRS.

FSRS (free spaced repetition scheduler, version 6, package `fsrs` 6, its 21 default parameters; of the work behind it:
Ye, Su and Cao 2022, "A stochastic shortest path algorithm for optimizing spaced repetition scheduling"; Su, Ye, Nie,
Cao and Chen 2023, "Optimizing spaced repetition schedule by capturing the dynamics of memory") holds for each skill
how many days its memory lasts and how hard it is to strengthen, and from these the retrievability: the
probability that it is still there. A review is due when that falls below .90. It grows with answers that are
right after a while, most where much had been forgotten, and shrinks with misses. What FSRS counts is whole days.

Its random fuzz is off, and so are its steps of minutes, which are for cards that are learned by heart in one
sitting: the same answers give the same dates.
"""

import datetime as dt
from typing import Final

from fsrs import Card, Rating, Scheduler, State

from learnloom.pipelines.learner.review import DAY_US, ReviewState

RETENTION: Final = 0.90
"""A review is due when retrievability falls below."""
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NO_CARD: Final = 0
"""A card's number, which only its maker reads; without one it asks for the time."""


class FsrsScheduler:
    """Reviews when retrievability falls below RETENTION."""

    def __init__(self) -> None:
        self._scheduler = Scheduler(
            desired_retention=RETENTION, learning_steps=(), relearning_steps=(), enable_fuzzing=False
        )

    def begin(self, mastered_us: int) -> ReviewState:
        """Mastery was shown just now, over many answers: the skill begins as one that is known with ease."""
        at = _moment(mastered_us)
        return self._answered(Card(_NO_CARD, due=at), Rating.Easy, at, n_reviews=0)

    def advance(self, state: ReviewState, answered_us: int, *, is_right: bool) -> ReviewState:
        """Take one more answer into account."""
        rating = Rating.Good if is_right else Rating.Again
        n_reviews = state.n_reviews + (answered_us >= state.due_us) if is_right else 0
        return self._answered(_card(state), rating, _moment(answered_us), n_reviews=n_reviews)

    def retrievability(self, state: ReviewState, at_us: int) -> float:
        """Probability that the skill is still remembered; 1 on the day of the last answer."""
        return float(self._scheduler.get_card_retrievability(_card(state), _moment(at_us)))

    def _answered(self, card: Card, rating: Rating, at: dt.datetime, *, n_reviews: int) -> ReviewState:
        card, _ = self._scheduler.review_card(card, rating, at)
        return ReviewState(
            due_us=_microseconds(card.due),
            n_reviews=n_reviews,
            seen_us=_microseconds(at),
            stability_days=card.stability or 0.0,
            difficulty=card.difficulty or 0.0,
        )


def _card(state: ReviewState) -> Card:
    at = _moment(state.seen_us)
    return Card(_NO_CARD, State.Review, None, state.stability_days, state.difficulty, at, at)


def _moment(at_us: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=at_us)


def _microseconds(at: dt.datetime) -> int:
    since = at - _EPOCH
    return since.days * DAY_US + since.seconds * 1_000_000 + since.microseconds
