"""The outbox: each change of what stands (feedback.signal_change) as an event, in the envelope of CloudEvents.

What calls a teacher is raised by teacher_week.py.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.extensions import quoted
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.workspace import Workspace
from learnloom.schemas.event import EVENT_TYPE

CHANGE: Final = "feedback.signal_change"
OUTBOX: Final = "feedback.outbox"
_WRITE: Final = f"""
    INSERT INTO {LAKE}.{OUTBOX} BY NAME
    WITH named AS (
        SELECT *, left(sha256(concat_ws(' ', signal_id, change, occurrence)), 32) AS event_id
        FROM {{changes}}
    )
    SELECT
        (SELECT coalesce(max(sequence), 0) FROM {LAKE}.{OUTBOX})
        + row_number() OVER (ORDER BY student_key, signal_id) AS sequence,
        $at::TIMESTAMPTZ AS created_at,
        * EXCLUDE (signal),
        json_object(
            'specversion', '1.0', 'id', event_id, 'source', $source::VARCHAR,
            'type', concat_ws('.', '{EVENT_TYPE}', signal_kind, change), 'subject', student_key,
            'time', $at_text::VARCHAR, 'datacontenttype', 'application/json', 'partitionkey', student_key,
            'change', change, 'occurrence', occurrence, 'data', signal
        ) AS event
    FROM named
"""


def find_changes(work: Workspace, change: Relation) -> None:
    """Keep the changes of what stands, from the signals and the outbox that a workspace shows."""
    work.warehouse.use(work.name)
    work.take(change, change.sql)


def write_events(work: Workspace, *, files: Sequence[str], at: datetime, source: str) -> None:
    """Add an event for each change of what stands.

    To be called within the transaction that writes the signals, by one refresh at a time: it counts on from the
    last sequence. Events of one refresh are in the order of students and signals.

    Args:
        work: holds the changes.
        files: where they were computed in buckets, the files of the changes in order of students: as many as one holds
            are numbered at once.
        at: when this refresh ran.
        source: URI reference of this deployment.
    """
    if not work.n_rows.get(CHANGE):
        return
    work.warehouse.use(work.name)
    for changes in [quoted(path) for path in files] or [CHANGE]:
        write(work.warehouse, changes, at=at, source=source)


def write(warehouse: Warehouse, changes: str, *, at: datetime, source: str) -> None:
    """Add an event for each row of `changes` (a relation, or a SELECT in brackets); the rest as for `write_events`."""
    warehouse.run(_WRITE.format(changes=changes), {"at": at, "at_text": at.isoformat(), "source": source})
