"""Today: three things to choose from, what is due to be seen again, one good word, and a way to ask for a talk."""

from typing import Any, Final

from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.roster.access import Kind
from learnloom.schemas.signal import SignalKind

_GOOD: Final = tuple(kind for kind, entry in SIGNAL_KINDS.items() if entry.is_good_word)
_MOST: Final = 3


def _show(asked: PageRequest) -> dict[str, Any]:
    offered = asked.signals("student", SignalKind.PRACTISE_NEXT, SignalKind.CHECK)[:_MOST]
    keys = dict(asked.model.pairs("SELECT skill_id, skill_key FROM skill"))
    person = asked.model.one(
        "SELECT 1 AS yes FROM student WHERE student_key = $key", {"key": asked.student_key}
    )
    return {
        "is_met": person is not None,
        "offers": [_offer(asked, signal, keys) for signal in offered],
        "reviews": [
            (signal, asked.say(signal)) for signal in asked.signals("student", SignalKind.REVIEW_DUE)[:_MOST]
        ],
        "good": [asked.say(signal) for signal in asked.signals("student", *_GOOD)[:1]],
        "has_asked": any(answer.act == "talk" for answer in asked.waiting.of(str(asked.student_key))),
    }


def _offer(asked: PageRequest, signal: Any, keys: dict[str, str]) -> dict[str, Any]:
    choices = [
        {
            "skill_key": keys.get(choice.skill_id, ""),
            "skill_name": choice.skill_name,
            "activity_name": choice.activity_name,
            "why": asked.language.say(choice.message) if choice.message is not None else choice.why,
            "waiting": asked.waiting.on(signal.student_key, choice.skill_id),
        }
        for choice in signal.choices
    ]
    return {"signal": signal, "says": asked.say(signal), "choices": choices}


PAGE: Final = Page("today", "/today", Kind.OWN, N_("Today"), _show)
