"""Answers given on pages, in xAPI's words."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any, Final

from learnloom.pipelines.roster.reader import Reader, Role
from learnloom.schemas import vocabulary
from learnloom.schemas.signal import Audience, Signal
from learnloom.schemas.signal_statement import Response, responded

PLATFORM: Final = "learnloom-pages"
_NAMES: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://learnloom.example/xapi/pages/")


class PageAct(StrEnum):
    """What can be answered on a page."""

    NOTED = "noted"
    TALKED = "talked"
    PUT_ASIDE = "put-aside"
    SET = "set"
    TAKE_BACK = "take-back"
    CONTACTED = "contacted"
    CHOOSE = "choose"
    DECLINE = "decline"
    SET_GOAL = "set-goal"
    DROP_GOAL = "drop-goal"
    KNOWN = "known"
    NOT_KNOWN = "not-known"
    NOT_SO = "not-so"
    TALK = "talk"


_TEACHERS: Final = frozenset(
    {
        PageAct.NOTED,
        PageAct.TALKED,
        PageAct.PUT_ASIDE,
        PageAct.SET,
        PageAct.TAKE_BACK,
        PageAct.CONTACTED,
        PageAct.KNOWN,
        PageAct.NOT_KNOWN,
    }
)
_STUDENTS: Final = frozenset(
    {
        PageAct.CHOOSE,
        PageAct.DECLINE,
        PageAct.SET_GOAL,
        PageAct.DROP_GOAL,
        PageAct.KNOWN,
        PageAct.NOT_KNOWN,
        PageAct.NOT_SO,
        PageAct.TALK,
        PageAct.NOTED,
    }
)
ACTS: Final = {Role.TEACHER: _TEACHERS, Role.STUDENT: _STUDENTS}
"""Who may do what; whoever is not named may do nothing."""
AUDIENCE: Final = {Role.TEACHER: Audience.TEACHER, Role.STUDENT: Audience.STUDENT}
RESPONSES: Final = {
    PageAct.NOTED: Response.ACKNOWLEDGED,
    PageAct.TALKED: Response.FOLLOWED,
    PageAct.PUT_ASIDE: Response.DISMISSED,
    PageAct.NOT_SO: Response.DISMISSED,
}
"""Acts that answer a signal."""
ON_COURSE: Final = frozenset({PageAct.CONTACTED, PageAct.TALK})
"""Acts whose object is a course; of all others that answer no signal it is a skill."""
_VERBS: Final = {
    PageAct.SET: (vocabulary.ASSIGNED, True),
    PageAct.TAKE_BACK: (vocabulary.ASSIGNED, False),
    PageAct.CONTACTED: (vocabulary.CONTACTED, None),
    PageAct.CHOOSE: (vocabulary.CHOSE, True),
    PageAct.DECLINE: (vocabulary.CHOSE, False),
    PageAct.SET_GOAL: (vocabulary.SET_GOAL, None),
    PageAct.DROP_GOAL: (vocabulary.DROPPED_GOAL, None),
    PageAct.KNOWN: (vocabulary.STATED_KNOWN, True),
    PageAct.NOT_KNOWN: (vocabulary.STATED_KNOWN, False),
    PageAct.TALK: (vocabulary.ASKED_TO_TALK, True),
}


def answered(
    reader: Reader,
    act: PageAct,
    actor: dict[str, Any],
    target: Signal | str,
    at: dt.datetime,
    *,
    form: str,
    signal_id: str | None = None,
    reason: str | None = None,
    until: dt.date | None = None,
) -> dict[str, Any]:
    """Say what was answered: a form that is sent twice gives a statement of the same id.

    Args:
        reader: who answers.
        act: how.
        actor: the student, whoever answers, as an Agent.
        target: the signal that is answered; else the IRI of the skill or course.
        at: when, aware.
        form: what tells this form from all others, also from the same one shown again.
        signal_id: the signal that offered it, where there was one.
        reason: words of whoever answers.
        until: by when a goal is to be reached.
    """
    if isinstance(target, Signal):
        statement = responded(target, actor, RESPONSES[act], at, note=reason)
        named = target.signal_id
    else:
        statement, named = _told(act, actor, target, at), target
        if reason is not None:
            statement.setdefault("result", {})["response"] = reason
    context = statement.setdefault("context", {})
    context["platform"] = PLATFORM
    extensions = {vocabulary.SIGNAL_ID: signal_id, vocabulary.TARGET_DATE: until and until.isoformat()}
    if reader.role is Role.TEACHER:
        context["instructor"] = instructor_of(reader)
        extensions[vocabulary.STATED_BY] = "teacher"
    known = {name: value for name, value in extensions.items() if value is not None}
    if known:
        context["extensions"] = known
    by = f"{form} {reader.subject} {actor} {named} {act} {reason} {until}"
    statement["id"] = str(uuid.uuid5(_NAMES, by))
    return statement


def instructor_of(reader: Reader) -> dict[str, Any]:
    """Make the Agent of a reader who teaches: the login's identity, and no name."""
    issuer, _, name = reader.subject.rpartition("#")
    return {"objectType": "Agent", "account": {"homePage": issuer, "name": name}}


def _told(act: PageAct, actor: dict[str, Any], target: str, at: dt.datetime) -> dict[str, Any]:
    verb, success = _VERBS[act]
    kind = vocabulary.COURSE if act in ON_COURSE else vocabulary.OBJECTIVE
    return {
        "actor": actor,
        "verb": {"id": verb},
        "object": {"objectType": "Activity", "id": target, "definition": {"type": kind}},
        **({} if success is None else {"result": {"success": success}}),
        "timestamp": at.isoformat(),
    }
