"""Which scheduler of reviews a school's own answers speak for.

A model of memory earns its place where it tells better than nothing who has forgotten: at every answer that comes
a day or more after the one before, on a skill that was mastered by then, its retrievability is held against a
constant, the share right of these very answers. The constant is fitted to what it is judged by, which favours it
a little: in doubt the intervals stay fixed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.fsrs_scheduler import FsrsScheduler
from learnloom.pipelines.learner.history import FULL_WEIGHT, RIGHT_FROM, History
from learnloom.pipelines.learner.logistic import log_losses, simplest
from learnloom.pipelines.learner.review import DAY_US, FixedIntervals, Reviewer, ReviewState

MIN_REVIEWS: Final = 200
"""With fewer reviews the difference of two log-losses says nothing."""
MIN_STUDENTS: Final = 10
"""Of fewer students it may be the habits of one."""
_SURE_SE: Final = 2.0
"""Standard errors, over students, by which memory has to be better: due dates must not come and go with chance."""
_EDGE: Final = 1e-6


class ReviewKind(StrEnum):
    """How reviews are scheduled."""

    FIXED = "fixed"
    """After fixed intervals (review.py)."""
    FSRS = "fsrs"
    """When memory is likely to have faded (fsrs_scheduler.py)."""


REVIEWERS: Final[Mapping[ReviewKind, Reviewer]] = {
    ReviewKind.FIXED: FixedIntervals(),
    ReviewKind.FSRS: FsrsScheduler(),
}


@dataclass(frozen=True, slots=True)
class ReviewChoice:
    """The scheduler chosen, and the figures that speak for it."""

    kind: ReviewKind
    n_reviews: int
    """Answers on mastered skills, a day or more after the last."""
    n_students: int
    """Students who gave them."""
    loss_fsrs: float | None
    """Mean log-loss of FSRS's retrievability at these answers; None without any."""
    loss_constant: float | None
    """Mean log-loss of their share right."""


def choose(history: History, p_mastery_after: NDArray[np.float64], *, mastered: float) -> ReviewChoice:
    """Choose a scheduler by how well memory predicts a school's own reviews.

    Args:
        history: all answers of all students, ordered by (occurred_at, statement id).
        p_mastery_after: mastery after each entry of the history's `skill`, as `trace` tells it.
        mastered: probability from which a skill counts as mastered.
    """
    students, recalled, told = _reviews(history, p_mastery_after, mastered)
    n, n_students = len(told), len(np.unique(students))
    if not n:
        return ReviewChoice(ReviewKind.FIXED, 0, 0, None, None)
    loss_fsrs = log_losses(np.clip(told, _EDGE, 1.0 - _EDGE), recalled)
    share = float(np.clip(recalled.mean(), _EDGE, 1.0 - _EDGE))
    loss_constant = log_losses(np.full(n, share), recalled)
    losses = {ReviewKind.FIXED: loss_constant, ReviewKind.FSRS: loss_fsrs}
    is_enough = n >= MIN_REVIEWS and n_students >= MIN_STUDENTS
    return ReviewChoice(
        kind=simplest(losses, students, standard_errors=_SURE_SE) if is_enough else ReviewKind.FIXED,
        n_reviews=n,
        n_students=n_students,
        loss_fsrs=float(loss_fsrs.mean()),
        loss_constant=float(loss_constant.mean()),
    )


def _reviews(
    history: History, p_mastery_after: NDArray[np.float64], mastered: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Student, whether the answer was right, and retrievability, at each review."""
    scheduler = FsrsScheduler()
    states: dict[tuple[int, int], ReviewState] = {}
    found: list[tuple[int, bool, float]] = []
    offsets, skills, after = history.skill_offset.tolist(), history.skill.tolist(), p_mastery_after.tolist()
    answers = zip(
        history.student.tolist(),
        (history.score >= RIGHT_FROM).tolist(),
        (history.weight >= FULL_WEIGHT).tolist(),
        history.answered_at.astype("datetime64[us]").astype(np.int64).tolist(),
        offsets[:-1],
        offsets[1:],
        strict=True,
    )
    for student, is_right, is_serious, at_us, start, end in answers:
        for entry in range(start, end):
            key = (student, skills[entry])
            state = states.get(key)
            if state is None:
                if after[entry] >= mastered:
                    states[key] = scheduler.begin(at_us)
            elif is_serious:
                if at_us - state.seen_us >= DAY_US:
                    found.append((student, is_right, scheduler.retrievability(state, at_us)))
                states[key] = scheduler.advance(state, at_us, is_right=is_right)
    return (
        np.array([student for student, _, _ in found], dtype=np.int64),
        np.array([is_right for _, is_right, _ in found], dtype=np.float64),
        np.array([p for _, _, p in found], dtype=np.float64),
    )
