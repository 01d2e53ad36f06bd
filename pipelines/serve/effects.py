"""What followed signals of a kind, against comparable students to whom nothing of the kind was said."""

from typing import NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.relation import existing_tables

_EFFECT = "feedback.signal_effect"


class Effect(NamedTuple):
    """One outcome of one kind, said to one audience: a row of feedback.signal_effect, where each figure is defined.

    Figures are in the outcome's unit: answers, shares from 0 to 1, days, seconds. They are None where fewer than ten
    students stand on either side.
    """

    signal_kind: str
    audience: str
    outcome: str
    n_signals: int
    n_matched: int
    n_students: int
    n_comparable: int
    mean_after: float | None
    mean_after_comparable: float | None
    difference: float | None
    standard_error: float | None
    low: float | None
    """Lower end of the 80 % interval of the difference."""
    high: float | None
    difference_before: float | None
    """What the bins have left of the difference in the time before: best near 0."""
    n_acknowledged: int
    n_followed: int
    n_dismissed: int


def read_effects(
    warehouse: Warehouse, *, kind: str | None = None, audience: str | None = None
) -> list[Effect]:
    """Read the effects, of one kind or audience if one is named; in order of kind, audience and outcome.

    Raises:
        WarehouseError: no refresh has made the view yet.
    """
    if _EFFECT not in existing_tables(warehouse):
        raise WarehouseError("the effects of signals are not known yet: run `learnloom refresh`")
    rows = warehouse.rows(
        f"""
        SELECT {", ".join(Effect._fields)}
        FROM {_EFFECT}
        WHERE ($kind IS NULL OR signal_kind = $kind) AND ($audience IS NULL OR audience = $audience)
        ORDER BY signal_kind, audience, outcome
        """,
        {"kind": kind, "audience": audience},
    )
    return [Effect(*row) for row in rows]
