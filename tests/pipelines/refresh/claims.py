"""Claims to know a skill, or not to, of the students in a file of statements."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from learnloom.schemas import vocabulary as xapi


def a_claim(
    number: int,
    actor: dict[str, Any],
    skill: str,
    at: str,
    *,
    is_known: bool = True,
    by_teacher: bool = False,
) -> bytes:
    """A statement that a student, or a teacher of theirs, makes of a skill; the number makes its id."""
    context = {"context": {"extensions": {xapi.STATED_BY: "teacher"}}} if by_teacher else {}
    statement = {
        "id": str(uuid.UUID(int=number)),
        "actor": actor,
        "verb": {"id": xapi.STATED_KNOWN},
        "object": {"id": skill, "definition": {"type": xapi.OBJECTIVE}},
        "result": {"success": is_known},
        "timestamp": at,
        **context,
    }
    return json.dumps(statement).encode() + b"\n"


def claims_in(lines: Iterable[bytes]) -> list[bytes]:
    """For every student and skill a claim by the student and one by a teacher, at the time of the first answer."""
    told: dict[str, tuple[dict[str, Any], str, str]] = {}
    for line in lines:
        try:
            statement = json.loads(line)
            is_answer = statement["verb"]["id"] == xapi.ANSWERED
            around = statement["context"]["contextActivities"].values() if is_answer else ()
            for activity in (each for some in around for each in some):
                if activity["definition"]["type"] in {xapi.OBJECTIVE, xapi.COMPETENCY}:
                    key = json.dumps([statement["actor"], activity["id"]])
                    told.setdefault(key, (statement["actor"], activity["id"], statement["timestamp"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # one of those broken on purpose
    return [
        a_claim(1_000 + 2 * number + by, *each, is_known=bool((number + by) % 2), by_teacher=bool(by))
        for number, (_, each) in enumerate(sorted(told.items()))
        for by in (0, 1)
    ]
