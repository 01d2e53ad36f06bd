"""The most that can be made of a dialect: our own statements, less whatever the dialect does not tell."""

from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Final

import orjson

from bench.meaning_truth import Told
from learnloom.pipelines.simulate.dialects.acts import ActKind, kind_of
from learnloom.schemas import vocabulary as xapi

_NEVER_SENT: Final = (xapi.TOPIC, xapi.IS_OPTIONAL, xapi.DUE_AT)


def write_ceiling(own: Path, told: Told, silent: AbstractSet[str], to: Path) -> None:
    """Write our own statements of a class as if the dialect had said them in our words.

    Args:
        own: the class in our own vocabulary.
        told: what the dialect tells.
        silent: interaction types on which it never gives a verdict.
        to: the file to write.
    """
    with (own / "statements.jsonl").open("rb") as lines, to.open("wb") as file:
        for line in lines:
            statement = orjson.loads(line)
            kind = kind_of(statement)
            if kind not in told.kinds:
                continue
            _strip(statement)
            if kind is ActKind.ANSWER:
                _strip_answer(statement, told, silent)
            file.write(orjson.dumps(statement) + b"\n")


def _strip(statement: dict[str, Any]) -> None:
    """Take out what no platform sends: topics, due dates, what is optional, devices, and skills of questions."""
    extensions = statement["object"]["definition"].get("extensions", {})
    for name in _NEVER_SENT:
        extensions.pop(name, None)
    statement["context"].get("extensions", {}).pop(xapi.DEVICE, None)
    statement["context"].get("contextActivities", {}).pop("category", None)


def _strip_answer(statement: dict[str, Any], told: Told, silent: AbstractSet[str]) -> None:
    result = statement["result"]
    if not told.has_durations:
        result.pop("duration", None)
    if statement["object"]["definition"]["interactionType"] in silent:
        result.pop("success", None)
        result.pop("score", None)


def unjudged(file: Path) -> frozenset[str]:
    """The interaction types on which a dialect's statements never give a verdict."""
    judged, met = set(), set()
    with file.open("rb") as lines:
        for line in lines:
            if b'"interactionType"' not in line or b'"response"' not in line:
                continue
            statement = orjson.loads(line)
            kind = statement["object"].get("definition", {}).get("interactionType")
            if kind is None or "response" not in statement.get("result", {}):
                continue
            met.add(kind)
            if "success" in statement["result"]:
                judged.add(kind)
    return frozenset(met - judged)
