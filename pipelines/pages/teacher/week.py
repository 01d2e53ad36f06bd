"""This week: to whom a teacher is called, one card a student; why, how to begin, what to answer, and who waits.

Who asked, who struggles and who is away are lists of their own: teachers help whom they see idle, and in one list those
would crowd out who struggles (Jin et al., EDM 2025). Whom the week has room for, feedback.teacher_message says.
"""

from collections.abc import Iterable
from typing import Any, Final

from learnloom.pipelines.feedback.signal_kinds import Cause
from learnloom.pipelines.feedback.track_record import describe_right
from learnloom.pipelines.pages.page import N_, Page, PageRequest, is_new
from learnloom.pipelines.pages.teacher.members import members_of
from learnloom.pipelines.roster.access import Kind
from learnloom.schemas.signal import Signal, SignalKind

_MESSAGES: Final = """
    SELECT message.student_key, coalesce(student_name, message.student_key) AS student_name,
        message.signal_ids, message.cause, message.is_told
    FROM teacher_message AS message
    INNER JOIN student ON message.student_key = student.student_key
    WHERE message.course_id = $course
        AND message.student_key IN (SELECT student_key FROM enrolment WHERE course_id = $course)
        AND (message.is_told OR NOT message.is_noted)
    -- What was answered already comes last.
    ORDER BY message.is_noted, message.urgency DESC, student_name, message.student_key
"""
_SIGNALS: Final = """
    WITH message AS (
        SELECT student_key, unnest(signal_ids) AS signal_id FROM teacher_message
        WHERE course_id = $course AND (is_told OR $with_waiting)
    ),
    answered AS (
        SELECT signal_id, arg_max(response, occurred_at) AS response, max(occurred_at) AS answered_at
        FROM response WHERE student_key IN (SELECT student_key FROM message) GROUP BY signal_id
    )
    SELECT signal.signal_id, signal.signal, skill_key, response, answered_at
    FROM signal
    LEFT JOIN skill ON subject = skill_id
    LEFT JOIN answered ON signal.signal_id = answered.signal_id
    WHERE signal.student_key IN (SELECT student_key FROM message)
        AND signal.signal_id IN (SELECT signal_id FROM message)
"""
_STUCK: Final = f"""
    SELECT skill_name, skill_key, list_sort(list(DISTINCT coalesce(student_name, signal.student_key))) AS names
    FROM signal
    INNER JOIN student ON signal.student_key = student.student_key
    INNER JOIN enrolment ON signal.student_key = enrolment.student_key AND enrolment.course_id = $course
    INNER JOIN skill ON subject = skill_id
    WHERE audience = 'teacher'
        AND signal_kind IN ('{SignalKind.WHEEL_SPINNING.value}', '{SignalKind.WEAKNESS.value}')
        AND subject IN (SELECT skill_id FROM student_skill WHERE student_skill.course_id = $course)
    GROUP BY ALL HAVING len(names) > 1 ORDER BY len(names) DESC, skill_name, skill_key
"""
_UNSEEN: Final = """
    SELECT student.student_key, coalesce(student_name, student.student_key) AS student_name
    FROM (SELECT DISTINCT student_key FROM enrolment WHERE course_id = $course) AS member
    INNER JOIN student ON member.student_key = student.student_key
    WHERE last_seen_at IS NULL ORDER BY student_name, student.student_key
"""
Rows = list[dict[str, Any]]


def _show(asked: PageRequest) -> dict[str, Any]:
    rows = asked.model.rows(_MESSAGES, {"course": asked.course_id})
    told, waiting = ([row for row in rows if row["is_told"] is is_told] for is_told in (True, False))
    with_waiting = asked.values.get("all") == "1"
    cards = _cards(asked, rows if with_waiting else told, with_waiting=with_waiting)
    return {
        "lists": {
            cause.value: [card for card in cards if card["is_told"] and card["cause"] == cause]
            for cause in Cause
        },
        "groups": asked.model.rows(_STUCK, {"course": asked.course_id}),
        "n_waiting": len(waiting),
        "waiting": [card for card in cards if not card["is_told"]],
        "unseen": asked.model.rows(_UNSEEN, {"course": asked.course_id}),
        "n_unmatched": len(members_of(asked)[0]),
        "is_new": is_new(asked),
    }


def _cards(asked: PageRequest, rows: Rows, *, with_waiting: bool) -> Rows:
    """What the cards of messages show: reading a signal takes most of the time, so only those shown are read."""
    wanted = {"course": asked.course_id, "with_waiting": with_waiting}
    signals = {row["signal_id"]: row for row in asked.model.rows(_SIGNALS, wanted)}
    return [
        _card(asked, row, [signals[signal] for signal in row["signal_ids"] if signal in signals])
        for row in rows
    ]


def _card(asked: PageRequest, row: dict[str, Any], told: Rows) -> dict[str, Any]:
    """The card of one student: what their message begins with, and what else calls there."""
    head, *others = told
    signal = Signal.model_validate_json(head["signal"])
    return {
        **card_of(asked, signal, row["student_name"], head["skill_key"]),
        "also": list(_also(asked, others, {_right(asked, signal)})),
        "response": head["response"],
        "answered_at": head["answered_at"],
        "cause": row["cause"],
        "is_told": row["is_told"],
    }


def _also(asked: PageRequest, others: Rows, told: set[str | None]) -> Iterable[str]:
    """What else calls to a student; how often such calls were right is said once on a card."""
    for other in others:
        signal = Signal.model_validate_json(other["signal"])
        right = _right(asked, signal)
        yield asked.say(signal) if right is None or right in told else f"{asked.say(signal)} {right}"
        told.add(right)


def _right(asked: PageRequest, signal: Signal) -> str | None:
    """How often its like were right, where that is known."""
    return None if signal.p_right is None else describe_right(signal.p_right, asked.language)


def card_of(asked: PageRequest, signal: Signal, student_name: str, skill_key: str | None) -> dict[str, Any]:
    """What a card of a signal shows; `skill_key` of what it is about, where that is a skill."""
    return {
        "skill_key": skill_key,
        "student_key": signal.student_key,
        "student_name": student_name,
        "signal": signal,
        "says": asked.say(signal),
        "right": _right(asked, signal),
        "also": (),
        "waiting": asked.waiting.on(signal.student_key, signal.signal_id),
    }


PAGE: Final = Page("week", "/c/{course}/week", Kind.PERSONS, N_("This week"), _show)
