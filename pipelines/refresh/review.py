"""How reviews are scheduled, between the table that keeps it and the learner model."""

import pyarrow as pa

from learnloom.pipelines.learner.review_choice import ReviewChoice, ReviewKind
from learnloom.pipelines.refresh.workspace import Scratch


def review_choice_table(model_version: int, choice: ReviewChoice) -> pa.Table:
    """Put the choice into the row of estimates.review_choice for a model version."""
    return pa.table(
        {
            "model_version": [model_version],
            "review_kind": [choice.kind.value],
            "n_reviews": [choice.n_reviews],
            "n_students": [choice.n_students],
            "loss_fsrs": pa.array([choice.loss_fsrs], pa.float64()),
            "loss_constant": pa.array([choice.loss_constant], pa.float64()),
        }
    )


def read_review_choice(scratch: Scratch) -> ReviewChoice:
    """Read the choice of the version in use; a version from before it was measured keeps fixed intervals."""
    rows = scratch.rows(
        "SELECT review_kind, n_reviews, n_students, loss_fsrs, loss_constant FROM estimates.review_choice"
    )
    if not rows:
        return ReviewChoice(ReviewKind.FIXED, 0, 0, None, None)
    kind, *figures = rows[0]
    return ReviewChoice(ReviewKind(kind), *figures)
