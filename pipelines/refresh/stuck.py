"""The school's own model of who stays stuck, between the answers that it is learned from and the rules that use it."""

import datetime as dt
from collections import defaultdict
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.stuck import SHIPPED, StuckModel
from learnloom.pipelines.learner.history import FULL_WEIGHT, RIGHT_FROM
from learnloom.pipelines.learner.towards import Line, OwnLine, own_line
from learnloom.pipelines.learner.trace import Trace
from learnloom.pipelines.refresh.answers import Answers
from learnloom.pipelines.refresh.stuck_cases import SkillAnswer, decided, moments
from learnloom.pipelines.refresh.workspace import Workspace

STUCK_MODEL: Final = "estimates.stuck_model"
_MOST: Final = 400_000
"""Answers on skills by which it is learned; more of them hardly move seven coefficients."""
_SCHEMA: Final = pa.schema(
    [
        ("model_version", pa.int32()),
        ("intercept", pa.float64()),
        ("coefficients", pa.list_(pa.float64())),
        ("n_students", pa.int64()),
        ("n_cases", pa.int64()),
        ("log_loss", pa.float64()),
        ("log_loss_shipped", pa.float64()),
    ]
)


class FittedStuck(NamedTuple):
    """The school's own model, and of what it was learned."""

    own: OwnLine
    n_students: int
    n_cases: int


def fit_stuck(work: Workspace, answers: Answers, traced: Trace, thresholds: Thresholds) -> FittedStuck | None:
    """Learn from the answers who stays stuck; None where what is shipped tells as well.

    Args:
        work: where the answers stand.
        answers: those of the version.
        traced: what the version makes of them.
        thresholds: from how many answers on it is said that somebody is stuck.
    """
    as_of: dt.datetime = work.rows("SELECT as_of FROM run.refresh_state")[0][0]
    by_pair = _by_pair(work, answers, traced)
    codes = {skill: code for code, skill in enumerate(answers.skills)}
    before = {
        codes[skill]: [codes[each] for each in others or () if each in codes]
        for skill, others in work.rows("SELECT skill_id, prerequisite_ids FROM dimensional.dim_skill")
        if skill in codes
    }
    least = thresholds.stuck_early_opportunities
    cases, _ = decided(list(moments(by_pair, before, least=least, known_until=as_of.timestamp())))
    own = own_line(cases, Line(SHIPPED.intercept, SHIPPED.coefficients))
    return None if own is None else FittedStuck(own, len(np.unique(cases.student)), len(cases.outcomes))


def _by_pair(work: Workspace, answers: Answers, traced: Trace) -> dict[tuple[int, int], list[SkillAnswer]]:
    """The answers on each skill of the first students, in the order of their codes."""
    history = answers.history
    row = np.repeat(np.arange(len(history)), np.diff(history.skill_offset))
    student = history.student[row]
    taken = np.cumsum(np.bincount(student)) <= _MOST if len(student) else np.empty(0, dtype=bool)
    aided = {each[0] for each in work.rows("SELECT attempt_id FROM dimensional.fact_attempt WHERE is_aided")}
    is_aided = np.array(
        [each in aided for each in answers.table.column("attempt_id").to_pylist()], dtype=bool
    )
    seconds = history.answered_at.astype("datetime64[us]").astype(np.int64) / 1e6
    used = taken[student]
    columns = (
        history.score[row] >= RIGHT_FROM,
        seconds[row],
        traced.p_mastery_after,
        is_aided[row],
        history.weight[row] < FULL_WEIGHT,
    )
    found: dict[tuple[int, int], list[SkillAnswer]] = defaultdict(list)
    listed = (column[used].tolist() for column in columns)
    for one, skill, *answer in zip(
        student[used].tolist(), history.skill[used].tolist(), *listed, strict=True
    ):
        found[one, skill].append(SkillAnswer(*answer))
    return dict(found)


def stuck_table(model_version: int, fitted: FittedStuck | None) -> pa.Table:
    """Put a school's own model into the row of estimates.stuck_model; no row where there is none."""
    rows: list[dict[str, Any]] = []
    if fitted is not None:
        own = fitted.own
        rows.append(
            {
                "model_version": model_version,
                "intercept": own.line.intercept,
                "coefficients": list(own.line.coefficients),
                "n_students": fitted.n_students,
                "n_cases": fitted.n_cases,
                "log_loss": own.log_loss,
                "log_loss_shipped": own.log_loss_given,
            }
        )
    return pa.Table.from_pylist(rows, _SCHEMA)


def read_stuck(work: Workspace) -> StuckModel:
    """Read the model of the version in use; what is shipped, where it has none of the school's own."""
    if STUCK_MODEL not in work.kinds:
        return SHIPPED
    rows = work.rows(f"SELECT intercept, coefficients FROM {STUCK_MODEL}")
    return StuckModel(rows[0][0], tuple(rows[0][1])) if rows else SHIPPED
