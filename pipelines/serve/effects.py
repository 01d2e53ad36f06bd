"""What followed each signal, as learnloom.pipelines.evaluate.effect compares it."""

import pyarrow as pa

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.relation import existing_tables


def read_outcomes(warehouse: Warehouse, *, kind: str | None = None, condition: str = "true") -> pa.Table:
    """Read the rows of feedback.signal_outcome, of one kind if one is named, always in the same order.

    Args:
        warehouse: where they stand.
        kind: the signals'; None: of any.
        condition: of a student_key, by which the students wanted are told from others.

    Raises:
        WarehouseError: no refresh has made the view yet.
    """
    return _read(
        warehouse,
        "feedback.signal_outcome",
        "the effects of signals are not known yet",
        kind=kind,
        condition=condition,
        order="signal_kind, audience, raised_on, skill_id, student_key",
    )


def read_trial(warehouse: Warehouse, *, kind: str | None = None, condition: str = "true") -> pa.Table:
    """Read the rows of feedback.signal_trial as `read_outcomes` does those of feedback.signal_outcome.

    Raises:
        WarehouseError: no refresh has made the view yet.
    """
    return _read(
        warehouse,
        "feedback.signal_trial",
        "what was withheld is not known yet",
        kind=kind,
        condition=condition,
        order="signal_kind, drawn_on, skill_id, student_key",
    )


def _read(
    warehouse: Warehouse, name: str, unknown: str, *, kind: str | None, condition: str, order: str
) -> pa.Table:
    if not {name, "feedback.student_window"} <= existing_tables(warehouse):
        raise WarehouseError(f"{unknown}: run `learnloom refresh`")
    return warehouse.arrow(
        f"SELECT * FROM {name} WHERE ($kind IS NULL OR signal_kind = $kind) AND {condition} ORDER BY {order}",
        {"kind": kind},
    )
