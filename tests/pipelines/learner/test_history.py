"""Histories refuse what does not fit."""

import dataclasses

import numpy as np
import pytest

from learnloom.pipelines.learner.errors import HistoryShapeError
from learnloom.pipelines.learner.history import History
from tests.pipelines.learner.make import Answer, a_history


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("item", np.array([0]), "columns"),
        ("skill_offset", np.array([0, 1]), "offset"),
        ("skill_offset", np.array([1, 1, 2]), "offset"),
        ("skill_offset", np.array([0, 3, 2]), "go down"),
        ("item", np.array([0, -1]), "item code -1"),
        ("score", np.array([0.0, 1.5]), "1.5"),
        ("score", np.array([0.0, np.nan]), "none unknown"),
    ],
)
def test_columns_that_do_not_fit_are_refused_with_the_reason(column: str, value: object, told: str) -> None:
    """A mistake in the caller's columns is told at once, with the value, and not as a strange estimate."""
    good = a_history([Answer(0, 0, (0,), 1.0), Answer(0, 1, (0,), 1.0)])
    columns = {field.name: getattr(good, field.name) for field in dataclasses.fields(good)}
    with pytest.raises(HistoryShapeError, match=told):
        History(**(columns | {column: value}))
