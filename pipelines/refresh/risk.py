"""How students stand in their courses, as the risk model takes it, and what it makes of it as rows."""

import json
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.followed import Followed
from learnloom.pipelines.learner.logistic import log_losses
from learnloom.pipelines.learner.risk import FEATURES, RiskModel, read_risk_model
from learnloom.pipelines.learner.risk_train import RiskCases, TrainedRisk
from learnloom.pipelines.refresh.columns import codes_of, ids_of, numbers_of
from learnloom.schemas.risk import RiskEvidence, RiskReason, RiskTheme

PROGRESS: Final = f"""
    SELECT student_key, course_id, begins_at, cutoff_at, {", ".join(FEATURES)}, has_passed
    FROM dimensional.fact_course_progress
"""

_REASONS: Final = pa.list_(
    pa.struct([("theme", pa.string()), ("term", pa.float64()), ("usual", pa.float64())])
)
_RISK_SCHEMA: Final = pa.schema(
    [
        ("student_key", pa.string()),
        ("course_id", pa.string()),
        ("p_not_passing", pa.float64()),
        ("threshold", pa.float64()),
        ("precision", pa.float64()),
        ("reasons", _REASONS),
    ]
)
_MODEL_SCHEMA: Final = pa.schema(
    [
        ("model_version", pa.int32()),
        ("risk_kind", pa.string()),
        ("n_runs", pa.int64()),
        ("n_students", pa.int64()),
        ("n_cases", pa.int64()),
        ("is_by_run", pa.bool_()),
        ("log_loss", pa.float64()),
        ("kinds_log_loss", pa.string()),
        ("risk_model", pa.string()),
    ]
)


def features_of(progress: pa.Table) -> NDArray[np.float64]:
    """The matrix (rows, FEATURES) of rows of dimensional.fact_course_progress, NaN where a value is unknown."""
    return np.column_stack([numbers_of(progress, feature) for feature in FEATURES])


def cases_of(ended: pa.Table) -> RiskCases:
    """Cases from which is learned.

    Args:
        ended: rows of dimensional.fact_course_progress with has_passed known: their runs have ended.
    """
    runs = pc.binary_join_element_wise(
        ended.column("course_id"), ended.column("begins_at").cast(pa.int64()).cast(pa.string()), " "
    )
    return RiskCases(
        features=features_of(ended),
        has_not_passed=~np.asarray(ended.column("has_passed"), dtype=np.bool_),
        run=codes_of(runs, ids_of(runs, [])),
        student=codes_of(ended.column("student_key"), ids_of(ended.column("student_key"), [])),
    )


def read_ended(read: Callable[[str], pa.Table]) -> RiskCases:
    """Read the cases of runs that have ended and of which the outcome is known: only they teach.

    Args:
        read: runs a query whose relations are those of the lake, or of a workspace.
    """
    return cases_of(
        read(f"{PROGRESS} WHERE has_passed IS NOT NULL ORDER BY student_key, course_id, cutoff_at")
    )


def read_followed(read: Callable[[str], pa.Table], *, condition: str = "true") -> Followed:
    """Read the same with the moments, and when it was known of those who did not pass.

    Args:
        read: as for read_ended.
        condition: of a student_key, by which the students wanted are told from others.
    """
    table = read(
        f"""
        SELECT progress.*, CASE WHEN NOT has_passed THEN coalesce(unregistered_at, failed_at) END AS happened_at
        FROM ({PROGRESS} WHERE has_passed IS NOT NULL) AS progress
        INNER JOIN dimensional.fact_enrolment USING (student_key, course_id)
        WHERE {condition}
        ORDER BY student_key, course_id, cutoff_at
        """
    )
    return Followed(
        cases_of(table),
        _moments(table, "cutoff_at"),
        _moments(table, "happened_at"),
        ids_of(table.column("student_key"), []),
    )


def _moments(table: pa.Table, column: str) -> NDArray[np.datetime64]:
    """Moments in UTC, unknown ones as NaT."""
    utc = table.column(column).cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
    return np.asarray(utc.to_numpy(), dtype="datetime64[us]")


def model_table(model_version: int, cases: RiskCases, trained: TrainedRisk | None) -> pa.Table:
    """Put a new risk model into the row of estimates.risk_model; no row where there is none."""
    rows: list[dict[str, Any]] = []
    if trained is not None:
        outcomes = cases.has_not_passed[trained.rows].astype(np.float64)
        rows.append(
            {
                "model_version": model_version,
                "risk_kind": trained.model.kind.value,
                "n_runs": len(np.unique(cases.run)),
                "n_students": len(np.unique(cases.student)),
                "n_cases": len(cases),
                "is_by_run": trained.is_by_run,
                "log_loss": float(log_losses(trained.p, outcomes).mean()),
                "kinds_log_loss": json.dumps({kind.value: loss for kind, loss in trained.log_loss.items()}),
                "risk_model": trained.model.to_json(),
            }
        )
    return pa.Table.from_pylist(rows, _MODEL_SCHEMA)


def read_model(read: Callable[[str], pa.Table]) -> RiskModel | None:
    """Read the risk model of the version in use; None where it has learned nothing of runs.

    Raises:
        RiskModelError: its text cannot be read.
    """
    rows = read("SELECT risk_model FROM estimates.risk_model").to_pylist()
    return read_risk_model(rows[0]["risk_model"]) if rows else None


def risk_table(read: Callable[[str], pa.Table], model: RiskModel | None) -> pa.Table:
    """Put what the model says of students whose runs go on into rows of estimates.student_risk."""
    if model is None:
        return _RISK_SCHEMA.empty_table()
    progress = read(f"{PROGRESS} WHERE is_now ORDER BY student_key, course_id")
    features = features_of(progress)
    levels = model.levels(features)
    return pa.table(
        {
            "student_key": progress.column("student_key"),
            "course_id": progress.column("course_id"),
            "p_not_passing": levels.p,
            "threshold": levels.threshold,
            "precision": pa.array(levels.precision, from_pandas=True),
            "reasons": pa.array(
                [[reason._asdict() for reason in reasons] for reasons in model.reasons(features)], _REASONS
            ),
        },
        _RISK_SCHEMA,
    )


def with_reasons(row: RiskEvidence) -> RiskEvidence:
    """Read the reasons of a row of marts.mart_student_risk, given as structs."""
    found: list[Any] = list(row.reasons)
    reasons = [RiskReason(RiskTheme(each["theme"]), each["term"], each["usual"]) for each in found]
    return row._replace(reasons=tuple(reasons))
