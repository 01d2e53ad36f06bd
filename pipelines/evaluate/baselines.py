"""What a model has to beat: predictions that need none."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.cold_start import earlier_answers
from learnloom.pipelines.evaluate.mastered import RUN
from learnloom.pipelines.learner.history import RIGHT_FROM, History, code_count

# Answers at the mean rate that are added to every other mean, so that one answer makes no certainty.
_SHRINK: Final = 2.0
Floats = NDArray[np.float64]


def class_mean(train: History, test: History) -> Floats:
    """The share right of all answers, for everybody and everything."""
    return np.full(len(test), _rate(train))


def item_mean(train: History, test: History) -> Floats:
    """The share right of the item; of an unknown one, that of all."""
    n_items = max(code_count(train.item), code_count(test.item))
    right = np.bincount(train.item, weights=_is_right(train), minlength=n_items)
    n = np.bincount(train.item, minlength=n_items)
    mean: Floats = (right + _SHRINK * _rate(train)) / (n + _SHRINK)
    return mean[test.item]


def running_mean(train: History, test: History) -> Floats:
    """The share right of the student's earlier answers; before the first, that of all."""
    order = np.argsort(test.student, kind="stable")
    right = _is_right(test)[order]
    earlier = earlier_answers(test.student)[order]
    before = np.cumsum(right) - right
    starts = np.arange(len(test)) - earlier
    found = np.empty(len(test))
    found[order] = (before - before[starts] + _SHRINK * _rate(train)) / (earlier + _SHRINK)
    return found


def three_in_a_row(train: History, test: History) -> Floats:
    """The share right after three right in a row on each skill of the answer, and the share right otherwise."""
    is_run, right = _after_run(train), _is_right(train)
    rate = [
        (right[is_run == state].sum() + _SHRINK * _rate(train)) / ((is_run == state).sum() + _SHRINK)
        for state in (False, True)
    ]
    return np.array(rate)[_after_run(test).astype(np.int64)]


BASELINES: Final[dict[str, Callable[[History, History], Floats]]] = {
    "class mean": class_mean,
    "item mean": item_mean,
    "student's running mean": running_mean,
    "three in a row": three_in_a_row,
}


def by_fold(
    predict: Callable[[History, History], Floats], history: History, fold: NDArray[np.int64]
) -> Floats:
    """Predict the answers of each fold from those of all others."""
    found = np.empty(len(history))
    for number in np.unique(fold).tolist():
        is_out = fold == number
        found[is_out] = predict(history.where(~is_out), history.where(is_out))
    return found


def _is_right(history: History) -> Floats:
    return (history.score >= RIGHT_FROM).astype(np.float64)


def _rate(history: History) -> float:
    """Share right, a little towards one half: 1/2 where there is no answer."""
    return float((_is_right(history).sum() + 1.0) / (len(history) + 2.0))


def _after_run(history: History) -> NDArray[np.bool_]:
    """Whether each answer follows so many right ones in a row on each of its skills; without a skill, no."""
    runs: dict[tuple[int, int], int] = {}
    found = np.zeros(len(history), dtype=np.bool_)
    is_right = (history.score >= RIGHT_FROM).tolist()
    offset, skill = history.skill_offset.tolist(), history.skill.tolist()
    for row, student in enumerate(history.student.tolist()):
        keys = [(student, code) for code in skill[offset[row] : offset[row + 1]]]
        found[row] = bool(keys) and all(runs.get(key, 0) >= RUN for key in keys)
        for key in keys:
            runs[key] = runs.get(key, 0) + 1 if is_right[row] else 0
    return found
