"""The outbox: each change of what stands (feedback.signal_change) as an event, in the envelope of CloudEvents."""

from datetime import datetime

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.workspace import Workspace
from learnloom.schemas.event import EVENT_TYPE

_OUTBOX = f"{LAKE}.feedback.outbox"
_WRITE = f"""
    INSERT INTO {_OUTBOX} BY NAME
    WITH changed AS ({{changed}}),
    named AS (
        SELECT *, left(sha256(concat_ws(' ', signal_id, change, occurrence)), 32) AS event_id
        FROM changed
    )
    SELECT
        (SELECT coalesce(max(sequence), 0) FROM {_OUTBOX}) + row_number() OVER (ORDER BY student_key, signal_id)
            AS sequence,
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


def write_events(work: Workspace, change: Relation, *, at: datetime, source: str) -> None:
    """Add an event for each change of what stands.

    To be called within the transaction that writes the signals, by one refresh at a time: it counts on from the
    last sequence. Events of one refresh are in the order of students and signals.

    Args:
        work: holds the signals as they are computed now, and shows the outbox of their students.
        change: the relation feedback.signal_change.
        at: when this refresh ran.
        source: URI reference of this deployment.
    """
    work.warehouse.use(work.name)
    work.warehouse.run(
        _WRITE.format(changed=change.sql), {"at": at, "at_text": at.isoformat(), "source": source}
    )
