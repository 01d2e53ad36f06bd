"""The outbox: what has changed of what stands, written by the refresh that found it and in its transaction.

What stood before is what the outbox itself told last, so that a warehouse of an earlier learnloom, or a table that
was made anew, raises what stands just once.
"""

from datetime import datetime

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.schemas.event import EVENT_TYPE

_OUTBOX = f"{LAKE}.feedback.outbox"
_CHANGED = """
    WITH past AS (
        SELECT signal_id, max(sequence) AS last_sequence, arg_max(change, sequence) AS change,
            max(occurrence) AS occurrence
        FROM {outbox} {cut}
        GROUP BY signal_id
    ),
    raised AS (
        SELECT 'raised' AS change, coalesce(past.occurrence, 0) + 1 AS occurrence, student_key, signal_id, signal_kind,
            audience, expires_at, signal
        FROM {computed}
        LEFT JOIN past USING (signal_id)
        WHERE past.change IS DISTINCT FROM 'raised'
    ),
    ended AS (
        SELECT 'ended' AS change, past.occurrence, told.student_key, told.signal_id, told.signal_kind, told.audience,
            told.expires_at, json_extract(told.event, '$.data') AS signal
        FROM past
        INNER JOIN {outbox} AS told ON past.last_sequence = told.sequence
        WHERE past.change = 'raised' AND told.signal_id NOT IN (SELECT signal_id FROM {computed})
    ),
    named AS (
        SELECT *, left(sha256(concat_ws(' ', signal_id, change, occurrence)), 32) AS event_id
        FROM (FROM raised UNION ALL BY NAME FROM ended)
    )
    SELECT
        (SELECT coalesce(max(sequence), 0) FROM {outbox}) + row_number() OVER (ORDER BY student_key, signal_id)
            AS sequence,
        event_id, change, occurrence, student_key, signal_id, signal_kind, audience,
        $at::TIMESTAMPTZ AS created_at, expires_at,
        json_object(
            'specversion', '1.0', 'id', event_id, 'source', $source::VARCHAR,
            'type', concat_ws('.', '{event_type}', signal_kind, change), 'subject', student_key,
            'time', $at_text::VARCHAR, 'datacontenttype', 'application/json', 'partitionkey', student_key,
            'change', change, 'occurrence', occurrence, 'data', signal
        ) AS event
    FROM named
"""


def write_events(
    warehouse: Warehouse, computed: str, *, students: str | None, at: datetime, source: str
) -> None:
    """Add an event for each signal that is computed now and did not stand, and for each that stood and is not.

    To be called within the transaction that writes the signals, by one refresh at a time: it counts on from the
    last sequence. Events of one refresh are in the order of students and signals.

    Args:
        warehouse: where to write.
        computed: the relation of the signals as they are computed now.
        students: the relation of the students of whom these are all signals; None: they are those of everybody.
        at: when this refresh ran.
        source: URI reference of this deployment.
    """
    changed = _CHANGED.format(
        outbox=_OUTBOX,
        computed=computed,
        cut=f"SEMI JOIN {students} USING (student_key)" if students else "",
        event_type=EVENT_TYPE,
    )
    warehouse.run(
        f"INSERT INTO {_OUTBOX} BY NAME {changed}", {"at": at, "at_text": at.isoformat(), "source": source}
    )
