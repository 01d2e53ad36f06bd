"""Telling teachers: this week's messages about students that are new, as events and in the log of what was told.

Which messages there are, and which the week has room for, feedback.teacher_message says. It hangs on all students of a
course and on what was told before, so that it is written after everything else of a refresh, in its transaction.
"""

from datetime import datetime
from typing import Final

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.refresh.outbox import OUTBOX, write

TOLD: Final = "feedback.teacher_told"
MESSAGE: Final = "feedback.teacher_message"
_NEW: Final = f"""
    SELECT
        message.course_id, message.student_key, message.week, message.signal_id, message.signal_ids,
        (state.as_of AT TIME ZONE state.time_zone)::DATE AS told_on
    FROM {LAKE}.{MESSAGE} AS message
    INNER JOIN {LAKE}.run.refresh_state AS state
        ON message.week = date_trunc('week', (state.as_of AT TIME ZONE state.time_zone)::DATE)::DATE
    WHERE message.is_told AND NOT message.is_noted AND NOT EXISTS (
        FROM {LAKE}.{TOLD} AS told
        WHERE told.course_id = message.course_id AND told.student_key = message.student_key
            AND told.week = message.week AND (told.signal_id = message.signal_id OR NOT message.is_urgent)
    )
    ORDER BY message.course_id, message.student_key
"""
_ALSO: Final = """
    list(
        {
            'signal_id': other.signal_id, 'kind': other.signal_kind, 'subject': other.subject,
            'subject_name': other.subject_name, 'sentence': other.sentence, 'message': other.signal -> 'message'
        }
        ORDER BY list_position(message.signal_ids, other.signal_id)
    ) FILTER (WHERE other.signal_id <> message.signal_id)
"""
_RAISED: Final = f"""(
    WITH message AS (
        -- What is told in two courses is one event.
        SELECT signal_id, any_value(student_key) AS student_key, arg_max(signal_ids, len(signal_ids)) AS signal_ids
        FROM newly_told GROUP BY signal_id
    ),
    past AS (
        SELECT signal_id, arg_max(change, sequence) AS change, max(occurrence) AS occurrence
        FROM {LAKE}.{OUTBOX} WHERE student_key IN (SELECT student_key FROM newly_told) GROUP BY signal_id
    ),
    told AS (
        SELECT message.signal_id, {_ALSO} AS also
        FROM message
        INNER JOIN {LAKE}.feedback.signal AS other
            ON message.student_key = other.student_key AND list_contains(message.signal_ids, other.signal_id)
        GROUP BY message.signal_id
    )
    SELECT
        'raised' AS change, coalesce(past.occurrence, 0) + 1 AS occurrence, signal.student_key, signal.signal_id,
        signal.signal_kind, signal.audience, signal.expires_at,
        CASE WHEN told.also IS NULL THEN signal.signal
            ELSE json_merge_patch(signal.signal, json_object('also', told.also)) END AS signal
    FROM told
    INNER JOIN {LAKE}.feedback.signal AS signal ON told.signal_id = signal.signal_id
    LEFT JOIN past ON told.signal_id = past.signal_id
    WHERE past.change IS DISTINCT FROM 'raised'
)"""
_LOG: Final = f"INSERT INTO {LAKE}.{TOLD} BY NAME SELECT * EXCLUDE (signal_ids) FROM newly_told"


def tell_teachers(warehouse: Warehouse, *, at: datetime, source: str) -> None:
    """Raise what the week's new messages begin with, and keep of whom was told.

    To be called within the transaction that writes the messages and the state, after both.

    Args:
        warehouse: open for writing.
        at: when this refresh ran.
        source: URI reference of this deployment.
    """
    new = warehouse.arrow(_NEW)
    if not new.num_rows:
        return
    with warehouse.holding(newly_told=new):
        write(warehouse, _RAISED, at=at, source=source)
        warehouse.run(_LOG)
