"""What was set, and what came of it: answers since, and where the student stands now."""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.roster.access import Kind

_SET: Final = """
    SELECT voice.student_key, coalesce(student_name, voice.student_key) AS student_name, skill_name, skill_key,
        voice.occurred_at, voice.n_since, level, p_mastery, p_low, p_high, voice.target_id,
        chosen.occurred_at AS chosen_at
    FROM voice
    INNER JOIN enrolment ON voice.student_key = enrolment.student_key AND enrolment.course_id = $course
    INNER JOIN student ON voice.student_key = student.student_key
    INNER JOIN student_skill ON voice.student_key = student_skill.student_key AND voice.target_id = skill_id
    LEFT JOIN voice AS chosen
        ON voice.student_key = chosen.student_key AND voice.target_id = chosen.target_id
        AND chosen.voice_kind = 'choice' AND chosen.is_affirmed AND chosen.occurred_at >= voice.occurred_at
    WHERE voice.voice_kind = 'assigned' AND voice.is_affirmed
    ORDER BY voice.occurred_at DESC, student_name, skill_name LIMIT 300
"""
_ANSWERED: Final = """
    SELECT signal_kind, count(*) AS n,
        count(*) FILTER (WHERE response = 'followed') AS n_followed,
        count(*) FILTER (WHERE response = 'acknowledged') AS n_noted,
        count(*) FILTER (WHERE response = 'dismissed') AS n_aside,
        count(*) FILTER (WHERE still.signal_id IS NOT NULL) AS n_stands
    FROM response
    INNER JOIN enrolment ON response.student_key = enrolment.student_key AND enrolment.course_id = $course
    LEFT JOIN (SELECT signal_id FROM signal) AS still ON response.signal_id = still.signal_id
    WHERE audience = 'teacher'
    GROUP BY signal_kind ORDER BY n DESC, signal_kind
"""
_WAITING: Final = """
    SELECT student.student_key, coalesce(student_name, student.student_key) AS student_name
    FROM student INNER JOIN enrolment ON student.student_key = enrolment.student_key AND course_id = $course
    WHERE list_contains($keys, student.student_key) ORDER BY student_name
"""


def _show(asked: PageRequest) -> dict[str, Any]:
    rows = asked.model.rows(_SET, {"course": asked.course_id})
    for row in rows:
        row["waiting"] = asked.waiting.on(row["student_key"], row["target_id"])
    names = dict(asked.model.pairs("SELECT skill_id, skill_name FROM skill"))
    waiting = [answer for answer in asked.waiting.all() if answer.act == "set"]
    people = asked.model.rows(
        _WAITING, {"course": asked.course_id, "keys": [answer.student_key for answer in waiting]}
    )
    by_key = {row["student_key"]: row["student_name"] for row in people}
    return {
        "rows": rows,
        "answered": asked.model.rows(_ANSWERED, {"course": asked.course_id}),
        "new": [
            (by_key[answer.student_key], names.get(answer.target, answer.target))
            for answer in waiting
            if answer.student_key in by_key
        ],
    }


PAGE: Final = Page("practice", "/c/{course}/practice", Kind.PERSONS, N_("What was set"), _show)
