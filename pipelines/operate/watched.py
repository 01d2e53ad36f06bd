"""Figures of the warehouse that tell whether all is well."""

import datetime as dt
from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import existing_tables

_OF_DRIFT: Final = {"run.refresh_state", "estimates.attempt_estimate", "estimates.model_version"}


class Drift(NamedTuple):
    """How the model version in use predicts what came after its fit. Log-losses are means over answers, in nats."""

    model_version: int
    n_answers: int
    log_loss: float
    log_loss_at_fit: float


def dead_share(warehouse: Warehouse, *, since: dt.datetime) -> tuple[int, int] | None:
    """Count the records refused since a moment, and all that landed or were refused; None where nothing came."""
    warehouse.use(LAKE)
    landed, refused = warehouse.one(
        "SELECT (SELECT count(*) FROM landing.statement WHERE landed_at >= $since), "
        "(SELECT count(*) FROM landing.dead_letter WHERE landed_at >= $since)",
        {"since": since},
    )
    return (refused, landed + refused) if landed + refused else None


def drift(warehouse: Warehouse) -> Drift | None:
    """Hold the version in use against the answers that came after its fit; None where nothing can be said.

    A score between 0 and 1 counts as that share of a right answer.
    """
    if not existing_tables(warehouse) >= _OF_DRIFT:
        return None
    warehouse.use(LAKE)
    rows = warehouse.rows(
        """
        SELECT
            model_version,
            count(*),
            avg(-(score * ln(p_before) + (1 - score) * ln(1 - p_before))),
            any_value(log_loss)
        FROM run.refresh_state
        INNER JOIN estimates.model_version USING (model_version)
        INNER JOIN dimensional.fact_attempt ON occurred_at > fitted_as_of
        INNER JOIN estimates.attempt_estimate USING (attempt_id)
        WHERE score IS NOT NULL AND log_loss IS NOT NULL AND p_before > 0 AND p_before < 1
        GROUP BY model_version
        """
    )
    return Drift(*rows[0]) if rows else None
