"""This week: who asked to talk, who is stuck or finds something hard, who is away; why, how to begin, what to answer.

Stuck and away are two lists with a limit each: teachers help whom they see idle, and sorted by one urgency those would
crowd out who struggle (Jin et al., EDM 2025).
"""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Asked, Page
from learnloom.pipelines.roster.access import Kind
from learnloom.schemas.signal import Signal, SignalKind

_MOST: Final = 6
_TALK: Final = (SignalKind.WANTS_TO_TALK,)
_STUCK: Final = (SignalKind.WHEEL_SPINNING, SignalKind.WEAKNESS)
_AWAY: Final = (SignalKind.CHECK_IN, SignalKind.ENGAGEMENT_CHANGE)
_SIGNALS: Final = """
    WITH answered AS (
        SELECT signal_id, arg_max(response, occurred_at) AS response, max(occurred_at) AS answered_at
        FROM response GROUP BY signal_id
    )
    SELECT signal.student_key, coalesce(student_name, signal.student_key) AS student_name, signal.signal,
        signal_kind, subject, skill_key, skill_name, response, answered_at
    FROM signal
    INNER JOIN enrolment ON signal.student_key = enrolment.student_key AND enrolment.course_id = $course
    INNER JOIN student ON signal.student_key = student.student_key
    LEFT JOIN skill ON subject = skill_id
    LEFT JOIN answered ON signal.signal_id = answered.signal_id
    WHERE
        audience = 'teacher' AND list_contains($kinds, signal_kind) AND expires_at > (SELECT as_of FROM about)
        -- What is about a skill belongs to the course that teaches it.
        AND (subject IS NULL OR signal_kind = 'wants_to_talk' OR subject IN (
            SELECT student_skill.skill_id FROM student_skill WHERE student_skill.course_id = $course
        ))
    -- What was answered already comes last.
    ORDER BY answered_at IS NOT NULL, urgency DESC, student_name, signal.signal_id
"""
_UNSEEN: Final = """
    SELECT student.student_key, coalesce(student_name, student.student_key) AS student_name
    FROM (SELECT DISTINCT student_key FROM enrolment WHERE course_id = $course) AS member
    INNER JOIN student ON member.student_key = student.student_key
    WHERE last_seen_at IS NULL ORDER BY student_name, student.student_key
"""
Rows = list[dict[str, Any]]


def _show(asked: Asked) -> dict[str, Any]:
    kinds = [kind.value for kind in (*_TALK, *_STUCK, *_AWAY)]
    rows = asked.model.rows(_SIGNALS, {"course": asked.course_id, "kinds": kinds})
    stuck, away = _one_each(_of(rows, _STUCK), by="subject"), _one_each(_of(rows, _AWAY))
    people = _one_each(stuck)
    most, shown = (None, stuck) if asked.values.get("all") == "1" else (_MOST, people)
    return {
        "talk": _cards(asked, _of(rows, _TALK)),
        "stuck": _cards(asked, shown[:most]),
        "groups": _groups(stuck),
        "away": _cards(asked, away[:most]),
        "n_stuck": len(people),
        "n_stuck_on": len(stuck),
        "n_away": len(away),
        "unseen": asked.model.rows(_UNSEEN, {"course": asked.course_id}),
    }


def _of(rows: Rows, kinds: tuple[SignalKind, ...]) -> Rows:
    return [row for row in rows if row["signal_kind"] in kinds]


def _cards(asked: Asked, rows: Rows) -> list[dict[str, Any]]:
    """What the cards of signals show: reading a signal takes most of the time, so only those shown are read."""
    return [
        {
            **card_of(
                asked, Signal.model_validate_json(row["signal"]), row["student_name"], row["skill_key"]
            ),
            "response": row["response"],
            "answered_at": row["answered_at"],
        }
        for row in rows
    ]


def card_of(asked: Asked, signal: Signal, student_name: str, skill_key: str | None) -> dict[str, Any]:
    """What a card of a signal shows; `skill_key` of what it is about, where that is a skill."""
    return {
        "skill_key": skill_key,
        "student_key": signal.student_key,
        "student_name": student_name,
        "signal": signal,
        "says": asked.say(signal),
        "waiting": asked.waiting.on(signal.student_key, signal.signal_id),
    }


def _one_each(rows: Rows, *, by: str | None = None) -> Rows:
    """Of each student the most urgent; with `by`, of each value of that column."""
    first: dict[tuple[str, Any], dict[str, Any]] = {}
    for row in rows:
        first.setdefault((row["student_key"], by and row[by]), row)
    return list(first.values())


def _groups(rows: Rows) -> list[dict[str, Any]]:
    """Who finds the same skill hard may be taught it again together: two of them, or more."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        group = found.setdefault(
            row["subject"], {"skill": row["skill_name"], "skill_key": row["skill_key"], "names": []}
        )
        group["names"].append(row["student_name"])
    return [group for group in found.values() if len(group["names"]) > 1]


PAGE: Final = Page("week", "/c/{course}/week", Kind.PERSONS, N_("This week"), _show)
