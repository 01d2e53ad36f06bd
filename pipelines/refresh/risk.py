"""How students stand in their courses, as the risk model takes it, and what it makes of it as rows."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.learner.risk import FEATURES
from pipelines.learner.risk_train import RiskCases
from pipelines.refresh.columns import codes_of, ids_of, numbers_of

PROGRESS: Final = f"""
    SELECT student_key, course_id, begins_at, cutoff_at, {", ".join(FEATURES)}, has_passed
    FROM dimensional.fact_course_progress
"""


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
