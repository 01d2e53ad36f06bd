"""This week: who asked to talk, who is stuck, who is away; each with why, how to begin, and what to answer.

Stuck and away are two lists with a limit each: teachers help whom they see idle, and sorted by one urgency those would
crowd out who struggle (Jin et al., EDM 2025).
"""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, TEACHER, Asked, Page
from learnloom.schemas.signal import Signal, SignalKind

_MOST: Final = 6
_TALK: Final = (SignalKind.WANTS_TO_TALK,)
_STUCK: Final = (SignalKind.WHEEL_SPINNING,)
_AWAY: Final = (SignalKind.CHECK_IN, SignalKind.ENGAGEMENT_CHANGE)
_SIGNALS: Final = """
    SELECT signal.student_key, coalesce(student_name, signal.student_key) AS student_name, signal.signal
    FROM signal
    INNER JOIN enrolment ON signal.student_key = enrolment.student_key AND enrolment.course_id = $course
    INNER JOIN student ON signal.student_key = student.student_key
    WHERE
        audience = 'teacher' AND list_contains($kinds, signal_kind) AND expires_at > (SELECT as_of FROM about)
        -- What is about a skill belongs to the course that teaches it.
        AND (subject IS NULL OR signal_kind = 'wants_to_talk' OR subject IN (
            SELECT skill_id FROM student_skill WHERE student_skill.course_id = $course
        ))
    ORDER BY urgency DESC, student_name, signal_id
"""


def _show(asked: Asked) -> dict[str, Any]:
    is_all = asked.values.get("all") == "1"
    away = _one_each(_cards(asked, _AWAY))
    stuck = _cards(asked, _STUCK)
    return {
        "talk": _cards(asked, _TALK),
        "stuck": _cut(stuck, is_all=is_all),
        "groups": _groups(stuck),
        "away": _cut(away, is_all=is_all),
        "n_stuck": len(stuck),
        "n_away": len(away),
        "is_all": is_all,
    }


def _cards(asked: Asked, kinds: tuple[SignalKind, ...]) -> list[dict[str, Any]]:
    rows = asked.model.rows(_SIGNALS, {"course": asked.course_id, "kinds": [kind.value for kind in kinds]})
    return [card_of(asked, Signal.model_validate_json(row["signal"]), row["student_name"]) for row in rows]


def card_of(asked: Asked, signal: Signal, student_name: str) -> dict[str, Any]:
    """What a card of a signal shows."""
    skill = asked.model.one("SELECT skill_key FROM skill WHERE skill_id = $id", {"id": signal.subject})
    return {
        "skill_key": skill["skill_key"] if skill else None,
        "student_key": signal.student_key,
        "student_name": student_name,
        "signal": signal,
        "says": asked.say(signal),
        "waiting": asked.waiting.on(signal.student_key, signal.signal_id),
    }


def _one_each(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each student the most urgent card."""
    return list({card["student_key"]: card for card in reversed(cards)}.values())[::-1]


def _cut(cards: list[dict[str, Any]], *, is_all: bool) -> list[dict[str, Any]]:
    return cards if is_all else cards[:_MOST]


def _groups(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who is stuck on the same skill may be taught it again together: two of them, or more."""
    found: dict[str, dict[str, Any]] = {}
    for card in cards:
        signal = card["signal"]
        group = found.setdefault(
            signal.subject, {"skill": signal.subject_name, "skill_key": card["skill_key"], "students": []}
        )
        group["students"].append(card)
    return [group for group in found.values() if len(group["students"]) > 1]


PAGE: Final = Page("week", "/c/{course}/week", TEACHER, N_("This week"), _show)
