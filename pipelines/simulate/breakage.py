"""Ways in which real producers break a statement. Each leaves something that xAPI 1.0.3 refuses."""

import json
from collections.abc import Callable
from typing import Any, Final

from learnloom.pipelines.simulate.statements import dumps

Breakage = Callable[[dict[str, Any]], None]


def _missing_verb(statement: dict[str, Any]) -> None:
    del statement["verb"]


def _missing_actor(statement: dict[str, Any]) -> None:
    del statement["actor"]


def _timestamp_in_words(statement: dict[str, Any]) -> None:
    statement["timestamp"] = "Monday morning"


def _timestamp_as_number(statement: dict[str, Any]) -> None:
    statement["timestamp"] = 1_789_000_000


def _scaled_score_above_one(statement: dict[str, Any]) -> None:
    statement["result"] = {"score": {"scaled": 87}}


def _raw_score_above_max(statement: dict[str, Any]) -> None:
    statement["result"] = {"score": {"raw": 12, "min": 0, "max": 10}}


def _unknown_property(statement: dict[str, Any]) -> None:
    statement["course_id"] = 17


def _mbox_without_mailto(statement: dict[str, Any]) -> None:
    named = {key: value for key, value in statement["actor"].items() if key == "name"}
    statement["actor"] = {**named, "mbox": "someone@campus.example"}


def _two_identifiers(statement: dict[str, Any]) -> None:
    statement["actor"] = {
        "mbox": "mailto:someone@campus.example",
        "account": {"homePage": "https://lms.campus.example", "name": "someone"},
    }


def _verb_without_iri(statement: dict[str, Any]) -> None:
    statement["verb"]["id"] = "answered"


def _duration_as_clock(statement: dict[str, Any]) -> None:
    statement["result"] = {"duration": "10:00"}


def _null_result(statement: dict[str, Any]) -> None:
    statement["result"] = None


def _id_no_uuid(statement: dict[str, Any]) -> None:
    statement["id"] = "42"


def _wrong_case(statement: dict[str, Any]) -> None:
    statement["Object"] = statement.pop("object")


def _success_in_words(statement: dict[str, Any]) -> None:
    statement["result"] = {"success": "yes"}


_BREAKAGES: Final[tuple[Breakage, ...]] = (
    _missing_verb,
    _missing_actor,
    _timestamp_in_words,
    _timestamp_as_number,
    _scaled_score_above_one,
    _raw_score_above_max,
    _unknown_property,
    _mbox_without_mailto,
    _two_identifiers,
    _verb_without_iri,
    _duration_as_clock,
    _null_result,
    _id_no_uuid,
    _wrong_case,
    _success_in_words,
)
# Cut off in the middle.
NOT_JSON: Final = "not_json"
# Valid by itself, but its id was given to another statement before.
ID_CONFLICT: Final = "id_conflict"
# All kinds of refused records, as the table `expected` names them.
BROKEN_KINDS: Final = (*(breakage.__name__.lstrip("_") for breakage in _BREAKAGES), NOT_JSON, ID_CONFLICT)


def broken(kind: int, line: str) -> bytes:
    """A statement broken in the way at this place of BROKEN_KINDS; ID_CONFLICT is not among them."""
    if kind >= len(_BREAKAGES):
        return line[: len(line) * 3 // 5].encode()
    statement: dict[str, Any] = json.loads(line)
    _BREAKAGES[kind](statement)
    return dumps(statement).encode()
