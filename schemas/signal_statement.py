"""Answers to signals, in xAPI's words."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from learnloom.schemas import vocabulary
from learnloom.schemas.signal import Signal, signal_iri

_NAMES: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://learnloom.example/xapi/signals/")


class Response(StrEnum):
    """What is answered to a signal."""

    ACKNOWLEDGED = "acknowledged"
    DISMISSED = "dismissed"
    FOLLOWED = "followed"


_VERBS: Final = {
    Response.ACKNOWLEDGED: vocabulary.ACKNOWLEDGED_SIGNAL,
    Response.DISMISSED: vocabulary.DISMISSED_SIGNAL,
    Response.FOLLOWED: vocabulary.FOLLOWED_SIGNAL,
}


def actor_of(identifier_kind: str, identifier: str) -> dict[str, Any]:
    """Make the Agent that a student was met as.

    Args:
        identifier_kind: account, mbox, mbox_sha1sum or openid.
        identifier: the identifier; of an account its home page, a space, and its name.
    """
    if identifier_kind != "account":
        return {"objectType": "Agent", identifier_kind: identifier}
    home_page, _, name = identifier.partition(" ")
    return {"objectType": "Agent", "account": {"homePage": home_page, "name": name}}


def responded(
    signal: Signal,
    actor: dict[str, Any],
    response: Response,
    at: datetime,
    *,
    went_well: bool | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    """Say what was answered to a signal; the same answer at the same moment gives the same statement.

    Args:
        signal: the signal.
        actor: the student, whoever answers.
        response: the answer.
        at: when, aware.
        went_well: how following it went; None: not told.
        note: words of whoever answers.
    """
    statement = _about(signal, actor, _VERBS[response], at)
    statement["id"] = str(uuid.uuid5(_NAMES, f"{signal.signal_id} {response} {at.isoformat()}"))
    result = {"success": went_well, "response": note}
    told = {name: value for name, value in result.items() if value is not None}
    if told:
        statement["result"] = told
    return statement


def _about(signal: Signal, actor: dict[str, Any], verb: str, at: datetime) -> dict[str, Any]:
    parent = {"parent": [{"id": signal.subject}]} if signal.subject else None
    return {
        "actor": actor,
        "verb": {"id": verb},
        "object": {
            "objectType": "Activity",
            "id": signal_iri(signal),
            "definition": {"type": vocabulary.SIGNAL},
        },
        **({"context": {"contextActivities": parent}} if parent else {}),
        "timestamp": at.isoformat(),
    }
