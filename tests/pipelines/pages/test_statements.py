"""Answers in xAPI's words: every act gives a valid statement of the vocabulary."""

import datetime as dt
from typing import Any

import orjson
import pytest

from learnloom.pipelines.ingest.validate.validator import Validator
from learnloom.pipelines.pages.statements import ACTS, RESPONSES, PageAct, answered
from learnloom.pipelines.roster.reader import Reader, Role
from learnloom.schemas import vocabulary
from learnloom.schemas.level import Confidence
from learnloom.schemas.signal import Audience, Part, Signal, SignalKind
from learnloom.schemas.signal_statement import actor_of

_AT = dt.datetime(2026, 10, 1, 12, 0, 30, tzinfo=dt.UTC)
_SIGNAL = Signal(
    signal_id="0" * 32,
    student_key="k",
    kind=SignalKind.CHECK_IN,
    audience=Audience.TEACHER,
    part=Part.PROCESS,
    n=1,
    window_from=_AT,
    window_to=_AT,
    confidence=Confidence.LOW,
    urgency=0.5,
    created_at=_AT,
    expires_at=_AT,
    sentence="Talk to the student.",
    model_version="1",
)
_ACTOR = actor_of("account", "https://lms.example mila")


def _reader(role: Role) -> Reader:
    return Reader("https://idp.example/x#7", "Ada", role, "k", frozenset(), "en")


def _said(
    role: Role, act: PageAct, at: dt.datetime = _AT, *, form: str = "f", reason: str = "not-now"
) -> dict[str, Any]:
    target: Signal | str = _SIGNAL if act in RESPONSES else "https://school.example/skill"
    return answered(_reader(role), act, _ACTOR, target, at, form=form, reason=reason)


@pytest.mark.parametrize(
    ("role", "act"), [(role, act) for role, acts in ACTS.items() for act in sorted(acts)]
)
def test_every_act_is_a_valid_statement(role: Role, act: PageAct) -> None:
    """It breaks no rule, its verb has a meaning, and the teacher's name is not in it."""
    statement = _said(role, act)
    verdict = Validator(default_version="1.0.3").validate(orjson.dumps(statement))
    assert verdict.faults == ()
    assert statement["verb"]["id"] in vocabulary.VERBS
    assert b"Ada" not in orjson.dumps(statement)


def test_a_form_that_is_sent_twice_is_the_same_statement() -> None:
    """A double click has one id, whenever it arrives; another form, act or reason has another one."""
    later = _AT + dt.timedelta(milliseconds=1)
    first, again = _said(Role.TEACHER, PageAct.NOTED), _said(Role.TEACHER, PageAct.NOTED, later)
    assert first["id"] == again["id"]
    others = [
        _said(Role.TEACHER, PageAct.NOTED, form="g"),
        _said(Role.TEACHER, PageAct.TALKED),
        _said(Role.TEACHER, PageAct.NOTED, reason="known"),
    ]
    assert len({first["id"], *(other["id"] for other in others)}) == 4


@pytest.mark.parametrize("act", [PageAct.NOTED, PageAct.SET])
def test_an_answer_says_the_moment_at_which_it_was_given(act: PageAct) -> None:
    """Of two answers within a second the later one is told by its time."""
    at = _AT + dt.timedelta(milliseconds=1)
    assert dt.datetime.fromisoformat(_said(Role.TEACHER, act, at)["timestamp"]) == at
