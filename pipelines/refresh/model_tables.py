"""A model version between the tables that keep it and the learner model."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from learnloom.pipelines.learner.calibrator import read_calibrator
from learnloom.pipelines.learner.history import code_count
from learnloom.pipelines.learner.logistic import log_losses
from learnloom.pipelines.learner.model import Model
from learnloom.pipelines.learner.parameters import Parameters
from learnloom.pipelines.learner.review_choice import ReviewChoice, ReviewKind
from learnloom.pipelines.learner.train import Trained
from learnloom.pipelines.refresh.answers import Answers
from learnloom.pipelines.refresh.columns import numbers_of

Read = Callable[[str], pa.Table]
"""Runs a query."""


@dataclass(frozen=True)
class KeptModel:
    """A version as it was kept, and what its codes stand for."""

    model: Model
    items: list[str]
    skills: list[str]


@dataclass(frozen=True)
class Fitting:
    """When a version was fitted, and on what."""

    model_version: int
    as_of: dt.datetime
    at: dt.datetime
    snapshot: int


def read_model(read: Read, condition: str = "true") -> KeptModel:
    """Read one version.

    Args:
        read: runs a query whose relations are those of the lake, or of a workspace.
        condition: by which the version's rows are told from others'.

    Raises:
        CalibratorError: its text cannot be read.
    """
    row: dict[str, Any] = read(f"FROM estimates.model_version WHERE {condition}").to_pylist()[0]
    items = read(f"FROM estimates.item_parameter WHERE {condition} ORDER BY activity_id")
    skills = read(f"FROM estimates.skill_parameter WHERE {condition} ORDER BY skill_id")
    parameters = Parameters(
        base_logit=row["base_logit"],
        item_difficulty=numbers_of(items, "difficulty"),
        item_n=numbers_of(items, "n_answers").astype(np.int64),
        item_rate=numbers_of(items, "mean_score"),
        skill_difficulty=numbers_of(skills, "difficulty"),
        skill_n=numbers_of(skills, "n_answers").astype(np.int64),
        skill_rate=numbers_of(skills, "mean_score"),
        skill_item_difficulty=numbers_of(skills, "item_difficulty"),
        skill_item_log_n=numbers_of(skills, "item_log_n"),
        log_gap_skill=row["log_gap_skill"],
        log_gap_any=row["log_gap_any"],
    )
    return KeptModel(
        model=Model(parameters, read_calibrator(row["model_kind"], row["head"])),
        items=items.column("activity_id").to_pylist(),
        skills=skills.column("skill_id").to_pylist(),
    )


def version_table(fitting: Fitting, answers: Answers, trained: Trained) -> pa.Table:
    """Put a new version into the row of estimates.model_version."""
    parameters, head = trained.model.parameters, trained.model.calibrator
    scores = answers.history.score[trained.rows]
    return pa.table(
        {
            "model_version": [fitting.model_version],
            "model_kind": [head.kind.value],
            "fitted_as_of": [fitting.as_of],
            "fitted_at": [fitting.at],
            "staged_snapshot": [fitting.snapshot],
            "n_students": [code_count(answers.history.student)],
            "n_answers": [len(answers.history)],
            "base_logit": [parameters.base_logit],
            "log_gap_skill": [parameters.log_gap_skill],
            "log_gap_any": [parameters.log_gap_any],
            "head": [head.to_json()],
            "n_judged": [len(trained.rows)],
            "log_loss": pa.array([_log_loss(scores, trained.p)], pa.float64()),
            "kinds_log_loss": [json.dumps({kind.value: loss for kind, loss in trained.log_loss.items()})],
        }
    )


def _log_loss(scores: NDArray[np.float64], p: NDArray[np.float64]) -> float | None:
    return float(log_losses(p, scores).mean()) if len(p) else None


def item_table(model_version: int, items: list[str], parameters: Parameters) -> pa.Table:
    """Put a version's items into rows of estimates.item_parameter."""
    return pa.table(
        {
            "model_version": [model_version] * len(items),
            "activity_id": pa.array(items, pa.string()),
            "difficulty": parameters.item_difficulty,
            "n_answers": parameters.item_n,
            "mean_score": pa.array(parameters.item_rate, from_pandas=True),
        }
    )


def skill_table(model_version: int, skills: list[str], parameters: Parameters) -> pa.Table:
    """Put a version's skills into rows of estimates.skill_parameter."""
    return pa.table(
        {
            "model_version": [model_version] * len(skills),
            "skill_id": pa.array(skills, pa.string()),
            "difficulty": parameters.skill_difficulty,
            "item_difficulty": pa.array(parameters.skill_item_difficulty, from_pandas=True),
            "item_log_n": pa.array(parameters.skill_item_log_n, from_pandas=True),
            "n_answers": parameters.skill_n,
            "mean_score": pa.array(parameters.skill_rate, from_pandas=True),
        }
    )


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


def read_review_choice(
    rows_of: Callable[[str], list[tuple[Any, ...]]], condition: str = "true"
) -> ReviewChoice:
    """Read the choice of one version, as `read_model`; one from before it was measured keeps fixed intervals."""
    rows = rows_of(
        "SELECT review_kind, n_reviews, n_students, loss_fsrs, loss_constant FROM estimates.review_choice "
        f"WHERE {condition}"
    )
    if not rows:
        return ReviewChoice(ReviewKind.FIXED, 0, 0, None, None)
    kind, *figures = rows[0]
    return ReviewChoice(ReviewKind(kind), *figures)
