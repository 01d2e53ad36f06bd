"""A student: what is worth a word, what they know, want and do, what was said to them, and what is unknown."""

from typing import Any, Final

from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.pages.page import N_, NotFoundError, Page, PageRequest
from learnloom.pipelines.pages.teacher.week import card_of
from learnloom.pipelines.roster.access import Kind
from learnloom.schemas.signal import SignalKind

_TO_ACT: Final = (
    SignalKind.WANTS_TO_TALK,
    SignalKind.WHEEL_SPINNING,
    SignalKind.CHECK_IN,
    SignalKind.ENGAGEMENT_CHANGE,
    SignalKind.RAPID_GUESSING,
)
_GOOD: Final = tuple(kind for kind, entry in SIGNAL_KINDS.items() if entry.is_good_word)
_MOST: Final = 5
_SAID: Final = """
    SELECT occurred_at, response AS act, reason, signal_kind AS about FROM response
    WHERE student_key = $student AND audience = 'teacher'
    UNION ALL
    SELECT occurred_at, voice_kind, NULL, target_name FROM voice
    WHERE student_key = $student AND voice_kind IN ('assigned', 'contacted') AND is_affirmed
    ORDER BY occurred_at DESC LIMIT 20
"""


def _show(asked: PageRequest) -> dict[str, Any]:
    person = asked.model.one(
        "SELECT coalesce(student_name, student_key) AS name, last_seen_at FROM student WHERE student_key = $student",
        {"student": asked.student_key},
    )
    if person is None:
        raise NotFoundError
    keys = dict(asked.model.pairs("SELECT skill_id, skill_key FROM skill"))
    values = {"student": asked.student_key}
    profile = asked.profile_if_any()
    return {
        "person": person,
        "profile": profile,
        "stated": {skill.skill_id: skill.stated for skill in (profile.skills if profile else ())},
        "cards": [
            card_of(asked, each, person["name"], keys.get(each.subject or ""))
            for each in asked.signals("teacher", *_TO_ACT)
        ],
        "good": [asked.say(each) for each in asked.signals("teacher", *_GOOD)[:_MOST]],
        "skills": asked.model.rows(
            "SELECT * FROM student_skill WHERE student_key = $student AND course_id IS NOT NULL ORDER BY skill_name",
            values,
        ),
        "said": asked.model.rows(_SAID, values),
        "waiting": asked.waiting.of(str(asked.student_key)),
    }


PAGE: Final = Page("student", "/s/{student}", Kind.PERSONS, N_("A student"), _show, in_menu=False)
