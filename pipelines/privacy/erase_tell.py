"""Telling receivers of an erasure: the event goes the way of all events, and names the student until all have it."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import filled_tables
from learnloom.pipelines.privacy.erase_state import Erasure
from learnloom.pipelines.privacy.subject import Subject
from learnloom.schemas.student_event import ERASED, StudentErased, StudentErasedEvent

_OUTBOX: Final = "feedback.outbox"
_POSITION: Final = "feedback.delivery_position"
_DELIVERY: Final = "feedback.delivery"


def put_events(
    warehouse: Warehouse, students: Sequence[tuple[Erasure, Subject]], source: str
) -> list[Erasure]:
    """Take events out of the outbox, and put one in for each student that tells receivers to erase them as well."""
    (last,) = warehouse.one(f"SELECT coalesce(max(sequence), 0) FROM {LAKE}.{_OUTBOX}")
    theirs = f"{LAKE}.{_OUTBOX} WHERE list_contains($keys, student_key)"
    keys = {"keys": sorted({key for _, subject in students for key in subject.keys})}
    n_events = dict(warehouse.rows(f"SELECT student_key, count(*) FROM {theirs} GROUP BY student_key", keys))
    warehouse.run(f"DELETE FROM {theirs}", keys)
    done = [
        erasure._replace(
            n_events=erasure.n_events + sum(n_events.get(key, 0) for key in subject.keys),
            sequence=last + number,
        )
        for number, (erasure, subject) in enumerate(students, 1)
    ]
    events = [_event(one, subject, source) for one, (_, subject) in zip(done, students, strict=True)]
    new = {
        "sequence": [one.sequence for one in done],
        "event_id": [event.id for event in events],
        "student_key": [event.subject for event in events],
        "signal_id": [one.erasure_id for one in done],
        "created_at": [one.requested_at for one in done],
        "event": [event.model_dump_json() for event in events],
    }
    with warehouse.holding(new_events=pa.table(new)):
        warehouse.run(
            f"INSERT INTO {LAKE}.{_OUTBOX} BY NAME SELECT * REPLACE (event::JSON AS event), $change AS change, "
            "1 AS occurrence, '' AS signal_kind, '' AS audience, 'infinity'::TIMESTAMPTZ AS expires_at FROM new_events",
            {"change": ERASED},
        )
    return done


def _event(erasure: Erasure, subject: Subject, source: str) -> StudentErasedEvent:
    return StudentErasedEvent(
        id=hashlib.sha256(f"{erasure.erasure_id} {erasure.sequence}".encode()).hexdigest()[:32],
        source=source,
        subject=subject.student_key,
        time=erasure.requested_at,
        partitionkey=subject.student_key,
        data=StudentErased(erasure_id=erasure.erasure_id, student_keys=subject.keys),
    )


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


def forget_events(warehouse: Warehouse, erasures: Sequence[Erasure], *, wait_seconds: float) -> None:
    """Put pseudonyms in the place of students in the events of their erasures, and in what became of these."""
    told = [each for each in erasures if each.sequence is not None]
    pseudonyms = pa.table(
        {
            "erasure_id": pa.array([each.erasure_id for each in told], pa.string()),
            "sequence": pa.array([each.sequence for each in told], pa.int64()),
            "pseudonym": pa.array([each.pseudonym for each in told], pa.string()),
        }
    )

    def forget() -> None:
        filled = filled_tables(warehouse)
        with warehouse.holding(told=pseudonyms), warehouse.transaction():
            if _OUTBOX in filled:
                warehouse.run(
                    f"UPDATE {LAKE}.{_OUTBOX} AS outbox SET student_key = told.pseudonym, "
                    "event = json_merge_patch(event, json_object('subject', told.pseudonym, 'partitionkey', "
                    "told.pseudonym, 'data', json_object('student_keys', [told.pseudonym]))) "
                    "FROM told WHERE outbox.signal_id = told.erasure_id"
                )
            if _DELIVERY in filled:
                warehouse.run(
                    f"UPDATE {LAKE}.{_DELIVERY} AS delivery SET student_key = told.pseudonym "
                    "FROM told WHERE delivery.sequence = told.sequence"
                )

    if told:
        warehouse.retrying(forget, wait_seconds=wait_seconds)
