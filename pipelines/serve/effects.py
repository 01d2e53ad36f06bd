"""What followed each signal, as learnloom.pipelines.evaluate.effect compares it."""

import pyarrow as pa

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.relation import existing_tables

_OUTCOMES = "feedback.signal_outcome"


_TRIAL = "feedback.signal_trial"


def read_outcomes(warehouse: Warehouse, *, kind: str | None = None, condition: str = "true") -> pa.Table:
    """Read the rows of feedback.signal_outcome, of one kind if one is named, always in the same order.

    Args:
        warehouse: where they stand.
        kind: the signals'; None: of any.
        condition: of a student_key, by which the students wanted are told from others.

    Raises:
        WarehouseError: no refresh has made the view yet.
    """
    if not {_OUTCOMES, "feedback.student_window"} <= existing_tables(warehouse):
        raise WarehouseError("the effects of signals are not known yet: run `learnloom refresh`")
    return warehouse.arrow(
        f"SELECT * FROM {_OUTCOMES} WHERE ($kind IS NULL OR signal_kind = $kind) AND {condition} "
        "ORDER BY signal_kind, audience, raised_on, skill_id, student_key",
        {"kind": kind},
    )


def read_trial(warehouse: Warehouse, *, kind: str | None = None, condition: str = "true") -> pa.Table:
    """Read the rows of feedback.signal_trial as `read_outcomes` does those of feedback.signal_outcome.

    Raises:
        WarehouseError: no refresh has made the view yet.
    """
    if not {_TRIAL, "feedback.student_window"} <= existing_tables(warehouse):
        raise WarehouseError("what was withheld is not known yet: run `learnloom refresh`")
    return warehouse.arrow(
        f"SELECT * FROM {_TRIAL} WHERE ($kind IS NULL OR signal_kind = $kind) AND {condition} "
        "ORDER BY signal_kind, drawn_on, skill_id, student_key",
        {"kind": kind},
    )
