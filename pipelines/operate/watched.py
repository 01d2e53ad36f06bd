"""Figures of the warehouse that tell whether all is well."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import existing_tables

_DRIFT = "marts.mart_model_drift"


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


def receivers_away(warehouse: Warehouse, subscriptions: Collection[str], *, now: dt.datetime) -> int:
    """Count the subscriptions of which the receiver takes nothing: paused, held now, or held twice in a row.

    Of those nothing else tells: what was not sent is counted neither as waiting nor as given up.

    Args:
        warehouse: with an outbox.
        subscriptions: names of the settings; those that are there no more wait for nobody.
        now: the present moment.
    """
    warehouse.use(LAKE)
    (count,) = warehouse.one(
        "SELECT count(*) FROM feedback.delivery_position WHERE list_contains($names, subscription) "
        "AND (is_paused OR n_holds > 1 OR coalesce(held_until > $now, false))",
        {"names": list(subscriptions), "now": now},
    )
    return int(count)


def drift(warehouse: Warehouse) -> Drift | None:
    """Hold the version in use against the answers that came after its fit; None where nothing can be said."""
    if _DRIFT not in existing_tables(warehouse):
        return None
    warehouse.use(LAKE)
    rows = warehouse.rows(f"SELECT {', '.join(Drift._fields)} FROM {_DRIFT}")
    return Drift(*rows[0]) if rows else None
