"""Cold start: how good predictions are by how many answers of the student came before."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.figures import Figure, figures
from learnloom.pipelines.evaluate.measures import Predictions

# Fewest and most earlier answers of each row of the table; the last one sums up the first two.
_SPANS: Final[tuple[tuple[int, int | None], ...]] = ((0, 0), (1, 4), (5, 9), (10, 19), (20, None), (0, 4))


@dataclass(frozen=True, slots=True)
class ColdStart:
    """The answers before which the student had given `low` to `high` others."""

    low: int
    high: int | None
    """None: any number more."""
    n: int
    auc: Figure
    log_loss: Figure


def earlier_answers(student: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many answers of the same student stand before each."""
    order = np.argsort(student, kind="stable")
    starts = np.unique(student[order], return_index=True, return_inverse=True)
    earlier = np.empty(len(student), dtype=np.int64)
    earlier[order] = np.arange(len(student)) - starts[1][starts[2]]
    return earlier


def cold_start(
    found: Predictions, earlier: NDArray[np.int64], *, n_resamples: int, seed: int
) -> list[ColdStart]:
    """Reckon AUC and log-loss by the number of earlier answers.

    Args:
        found: the predictions.
        earlier: of each row, how many answers of the student came before.
        n_resamples: number of resamples of students.
        seed: of the resamples.
    """
    table = []
    for low, high in _SPANS:
        part = found.where((earlier >= low) & (earlier <= high if high is not None else True))
        measured = figures(part, n_resamples=n_resamples, seed=seed)
        table.append(ColdStart(low, high, len(part), measured.auc, measured.log_loss))
    return table
