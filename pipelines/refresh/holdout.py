"""What a kept model version predicted of answers before each was given, and which answers it has not seen."""

import datetime as dt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.features import extract_before
from learnloom.pipelines.learner.history import History
from learnloom.pipelines.refresh.answers import read_answers
from learnloom.pipelines.refresh.model_tables import Read, read_model

_NEW_ANSWERS: Final = 500
_NEW_STUDENTS: Final = 30
"""Answers that were not seen, and students who gave them, from which those alone judge."""


def holdout_predictions(
    model_version: int, *, kept: Read, answers: Read, rows: NDArray[np.int64] | None = None
) -> tuple[History, NDArray[np.float64]]:
    """Give answers, and the probability right that a kept version predicts before each.

    Args:
        model_version: number of the version.
        kept: runs a query where the versions are kept.
        answers: runs a query where the answers stand.
        rows: places, in order of (occurred_at, attempt_id), of the answers wanted: whole histories of students. All
            by default.

    Raises:
        CalibratorError: the version's text cannot be read.
    """
    version = read_model(kept, f"model_version = {model_version}")
    history = read_answers(
        answers, known_items=version.items, known_skills=version.skills, carried="true"
    ).history
    if rows is not None:
        is_wanted = np.zeros(len(history), dtype=bool)
        is_wanted[rows] = True
        history = history.where(is_wanted)
    return history, version.model.calibrator.probability(extract_before(version.model.parameters, history))


def is_after(history: History, as_of: dt.datetime) -> NDArray[np.bool_]:
    """Whether each answer came after the day as of which a version was fitted; else it has seen it, or may have."""
    since = np.datetime64(as_of.astimezone(dt.UTC).replace(tzinfo=None), "us")
    after: NDArray[np.bool_] = history.answered_at > since
    return after


def are_enough(student: NDArray[np.int64]) -> bool:
    """Whether so many new answers, each of the student named, are enough to judge by them alone."""
    return len(student) >= _NEW_ANSWERS and len(np.unique(student)) >= _NEW_STUDENTS
