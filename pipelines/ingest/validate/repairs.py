"""Small mends for faults that whole deployments of a sender share: what can be done without a program of one's own.

Each takes the bytes of a refused record and gives mended ones, or the same where there is nothing to mend. None
changes a valid statement, except `new-id`. The original stays where it came from, and with the dead letter.
"""

import codecs
import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from learnloom.pipelines.ingest.sources.reading import Limits, read_object
from learnloom.pipelines.ingest.sources.wrapped import find_wrapped
from learnloom.schemas.xapi.context import CONTEXT_KINDS

Mend = Callable[[bytes], bytes]
_MAILTO = "mailto:"
_KINDS: Final = {
    kind.lower(): kind for kind in ("Activity", "Agent", "Group", "StatementRef", "SubStatement")
} | {"groupactivity": "Activity"}
"""objectType as the specification writes it; a GroupActivity is what Open edX calls a problem of several questions."""
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MARKS: Final = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


class Repair(NamedTuple):
    """A mend with its name."""

    name: str
    rule: str
    """The rule that is broken where it helps."""
    does: str
    mend: Mend
    fits_import: bool = True
    """Whether it may be applied to whatever is refused at an import."""


def _to_utf8(raw: bytes) -> bytes:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding).encode()
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode("windows-1252").encode()
    return raw


def _with_mailto(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_mailto(part) for part in value]
    if not isinstance(value, dict):
        return value
    mended = {key: part if key == "extensions" else _with_mailto(part) for key, part in value.items()}
    mbox = mended.get("mbox")
    if isinstance(mbox, str) and "@" in mbox:
        address = mbox.strip()
        has_scheme = address.lower().startswith(_MAILTO)
        mended["mbox"] = _MAILTO + (address[len(_MAILTO) :] if has_scheme else address)
    return mended


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(part) for part in value if part is not None]
    if not isinstance(value, dict):
        return value
    return {
        key: part if key == "extensions" and part is not None else _without_nulls(part)
        for key, part in value.items()
        if part is not None
    }


def _without_id(value: Any) -> Any:
    return {key: part for key, part in value.items() if key != "id"} if isinstance(value, dict) else value


def _with_kinds(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_kinds(part) for part in value]
    if not isinstance(value, dict):
        return value
    mended = {key: part if key == "extensions" else _with_kinds(part) for key, part in value.items()}
    kind = mended.get("objectType")
    if isinstance(kind, str):
        mended["objectType"] = _KINDS.get(kind.lower(), kind)
    return mended


def _statements(statement: Any) -> Iterator[dict[str, Any]]:
    """The statement, and the SubStatement that it is about."""
    if isinstance(statement, dict):
        yield statement
        thing = statement.get("object")
        if isinstance(thing, dict) and thing.get("objectType") == "SubStatement":
            yield thing


def _activities(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The activities of a statement: that which it is about, and those of its context."""
    things = [statement.get("object")]
    context = statement.get("context")
    around = context.get("contextActivities") if isinstance(context, dict) else None
    if isinstance(around, dict):
        for named in map(around.get, CONTEXT_KINDS):
            things += named if isinstance(named, list) else [named]
    for thing in things:
        if isinstance(thing, dict) and thing.get("objectType", "Activity") == "Activity":
            yield thing


def _with_iris(value: Any) -> Any:
    mended = copy.deepcopy(value)
    for statement in _statements(mended):
        holders: list[tuple[Any, str]] = [(statement.get("verb"), "id")]
        for activity in _activities(statement):
            holders += [(activity, "id"), (activity.get("definition"), "type")]
        for holder, name in holders:
            if isinstance(holder, dict) and isinstance(iri := holder.get(name), str) and _UUID.fullmatch(iri):
                holder[name] = f"urn:uuid:{iri.lower()}"
    return mended


def _without_empty_scores(value: Any) -> Any:
    mended = copy.deepcopy(value)
    for statement in _statements(mended):
        result = statement.get("result")
        if not isinstance(result, dict):
            continue
        score = result.get("score")
        if not isinstance(score, dict) or not {"min", "max"} <= score.keys():
            continue
        bounds = (score["min"], score["max"], score.get("raw", score["min"]))
        if all(type(points) in (int, float) for points in bounds) and len(set(bounds)) == 1:
            del result["score"]
    return mended


def _without_compounds(value: Any) -> Any:
    mended = copy.deepcopy(value)
    for statement in _statements(mended):
        for activity in _activities(statement):
            definition = activity.get("definition")
            if isinstance(definition, dict) and definition.get("interactionType") == "compound":
                definition["interactionType"] = "other"
    return mended


def _unwrapped(raw: bytes) -> bytes:
    """Give the statement that a record holds; one whose properties stand twice is left as it is."""
    limits = Limits(max_bytes=len(raw), max_depth=200)
    while True:
        reading = read_object(raw, limits)
        if reading.breaches and reading.breaches[0].rule != "json-syntax":
            return raw
        wrapped = find_wrapped(raw, reading.statement)
        if wrapped is None:
            return raw
        raw = wrapped.raw


class _RepeatedKeyError(ValueError):
    """An object names a key twice: which of the values was meant is not ours to say."""


def _object_of_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _RepeatedKeyError
    return made


def _on_json(change: Callable[[Any], Any]) -> Mend:
    """Make a mend of bytes out of a change of values; it writes numbers as Python does.

    What names a key twice is left as it is, and refused for that.
    """

    def mend(raw: bytes) -> bytes:
        try:
            before = json.loads(raw.decode(), object_pairs_hook=_object_of_pairs)
        except _RepeatedKeyError:
            return raw
        after = change(before)
        return raw if after == before else json.dumps(after, ensure_ascii=False).encode()

    return mend


REPAIRS: Final = {
    repair.name: repair
    for repair in (
        Repair(
            "utf8",
            "text-utf8",
            "converts UTF-16 and Windows-1252 to UTF-8, without a byte order mark",
            _to_utf8,
        ),
        Repair(
            "unwrap",
            "statement-wrapped",
            "takes the statement out of the row or document in which a store exports it",
            _unwrapped,
        ),
        Repair(
            "no-nulls",
            "value-null",
            "removes properties that are null, except in extensions",
            _on_json(_without_nulls),
        ),
        Repair("mailto", "mbox-format", "adds mailto: to e-mail addresses in mbox", _on_json(_with_mailto)),
        Repair(
            "object-type",
            "object-type",
            "makes Activity of GroupActivity in objectType, and writes the other kinds as the specification does",
            _on_json(_with_kinds),
        ),
        Repair(
            "iri-uuid",
            "iri-format",
            "puts urn:uuid: before a bare UUID that identifies an activity, its type or a verb",
            _on_json(_with_iris),
        ),
        Repair(
            "score-0-of-0",
            "score-min-below-max",
            "removes a score whose min, max and raw are the same, such as 0 of 0, which says nothing",
            _on_json(_without_empty_scores),
        ),
        Repair(
            "compound",
            "interaction-type",
            "makes other of the interaction type compound, as which H5P sends a set of questions",
            _on_json(_without_compounds),
        ),
        Repair(
            "new-id",
            "id-conflict",
            "removes an id that another statement has, so that the statement gets a new one",
            _on_json(_without_id),
            fits_import=False,
        ),
    )
}
"""The repairs by name, in the order in which several are applied."""
