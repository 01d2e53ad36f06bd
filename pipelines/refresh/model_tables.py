"""A model version between the tables that keep it and the learner model."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from learnloom.pipelines.learner.calibrator import read_calibrator
from learnloom.pipelines.learner.history import code_count
from learnloom.pipelines.learner.lines import STANDING, Lines, mean_line, no_lines
from learnloom.pipelines.learner.logistic import log_losses
from learnloom.pipelines.learner.model import Model
from learnloom.pipelines.learner.orders import Orders, no_orders
from learnloom.pipelines.learner.parameters import Parameters
from learnloom.pipelines.learner.review_choice import ReviewChoice, ReviewKind
from learnloom.pipelines.learner.train import Trained
from learnloom.pipelines.refresh.answers import Answers
from learnloom.pipelines.refresh.columns import codes_of, named, numbers_of

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
        lines=_lines(items, skills),
        orders=_orders(items),
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
            "line": _line_column(parameters.lines.item, len(items)),
            **_order_columns(items, parameters.orders),
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
            "line": _line_column(parameters.lines.skill, len(skills)),
        }
    )


def _line_column(lines: NDArray[np.float64], n_rows: int) -> pa.Array:
    """Lines as lists; none where the version has none, or there was no answer to learn one from."""
    rows = [None if np.isnan(line).any() else line.tolist() for line in lines]
    return pa.array(rows or [None] * n_rows, pa.list_(pa.float64()))


def _lines(items: pa.Table, skills: pa.Table) -> Lines:
    """The lines that a version was kept with; an earlier learnloom kept none."""
    found = no_lines()
    if "line" not in items.column_names or items.column("line").null_count:
        return found
    of_items = _matrix_of(items)
    return Lines(
        of_items, _matrix_of(skills), mean_line(of_items, numbers_of(items, "n_answers").astype(np.int64))
    )


def _order_columns(items: list[str], orders: Orders) -> dict[str, pa.Array]:
    """Of each item those that went before it, and the shifts, as lists."""
    ends = np.cumsum(np.bincount(orders.item, minlength=len(items)))
    starts = pa.array(np.concatenate([[0], ends]), pa.int32())
    return {
        "after_ids": pa.ListArray.from_arrays(starts, named(items, orders.before)),
        "after_shifts": pa.ListArray.from_arrays(starts, pa.array(orders.shift)),
    }


def _orders(items: pa.Table) -> Orders:
    """The orders that a version was kept with; an earlier learnloom kept none."""
    if "after_ids" not in items.column_names or items.column("after_ids").null_count:
        return no_orders()
    after = items.column("after_ids").combine_chunks()
    counts = np.asarray(pc.list_value_length(after), dtype=np.int64)
    shifts = np.asarray(items.column("after_shifts").combine_chunks().flatten(), dtype=np.float64)
    before = codes_of(after.flatten(), items.column("activity_id").to_pylist())
    return Orders(np.repeat(np.arange(len(items)), counts), before, shifts)


def _matrix_of(table: pa.Table) -> NDArray[np.float64]:
    """The lines of a table's rows, NaN where there is none."""
    column = table.column("line").combine_chunks()
    found = np.full((len(table), 1 + len(STANDING)), np.nan)
    found[np.asarray(column.is_valid())] = np.asarray(column.flatten()).reshape(-1, found.shape[1])
    return found


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
