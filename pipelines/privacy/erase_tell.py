"""Telling receivers of an erasure: the event goes the way of all events, and names the student until all have it."""

import datetime as dt
from typing import Any, Final

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import filled_tables
from learnloom.pipelines.privacy.erase_state import Erasure

_OUTBOX: Final = "feedback.outbox"
_POSITION: Final = "feedback.delivery_position"
_DELIVERY: Final = "feedback.delivery"


def receivers(warehouse: Warehouse, erasure: Erasure) -> list[dict[str, Any]]:
    """What became of the event for each subscription that was ever served."""
    filled = filled_tables(warehouse)
    if erasure.sequence is None or _POSITION not in filled:
        return []
    recorded = (
        f"SELECT subscription, status, delivery.at FROM {LAKE}.{_DELIVERY} WHERE sequence = $sequence"
        if _DELIVERY in filled
        else "SELECT NULL::VARCHAR AS subscription, NULL AS status, NULL::TIMESTAMPTZ AS at LIMIT 0"
    )
    rows = warehouse.rows(
        "SELECT place.subscription, "
        "coalesce(status, CASE WHEN next_sequence > $sequence THEN 'passed' ELSE 'waiting' END), done.at "
        f"FROM {LAKE}.{_POSITION} AS place LEFT JOIN ({recorded}) AS done USING (subscription) ORDER BY ALL",
        {"sequence": erasure.sequence},
    )
    return [
        {"subscription": name, "status": status, "at": at.isoformat() if at is not None else None}
        for name, status, at in rows
    ]


def all_are_told(warehouse: Warehouse, erasure: Erasure, *, now: dt.datetime, patience: dt.timedelta) -> bool:
    """Whether no receiver waits for the event any more, or `patience` is over since it was asked for."""
    waits = any(each["status"] == "waiting" for each in receivers(warehouse, erasure))
    return not waits or now >= erasure.requested_at + patience


def forget_event(warehouse: Warehouse, erasure: Erasure, *, wait_seconds: float) -> None:
    """Put the pseudonym in the place of the student in the event, and in what became of it."""

    def forget() -> None:
        filled = filled_tables(warehouse)
        values = {"erasure": erasure.erasure_id, "pseudonym": erasure.pseudonym}
        with warehouse.transaction():
            if _OUTBOX in filled:
                warehouse.run(
                    f"UPDATE {LAKE}.{_OUTBOX} SET student_key = $pseudonym, event = json_merge_patch(event, "
                    "json_object('subject', $pseudonym, 'partitionkey', $pseudonym, 'data', "
                    "json_object('student_keys', [$pseudonym]))) WHERE signal_id = $erasure",
                    values,
                )
            if _DELIVERY in filled:
                warehouse.run(
                    f"UPDATE {LAKE}.{_DELIVERY} SET student_key = $pseudonym WHERE sequence IN "
                    f"(SELECT sequence FROM {LAKE}.{_OUTBOX} WHERE signal_id = $erasure)",
                    values,
                )

    if erasure.sequence is not None:
        warehouse.retrying(forget, wait_seconds=wait_seconds)
