"""Statements that a record holds instead of being one: rows and documents as stores export them.

The statement is cut out as it stands there, byte for byte, where it is a JSON object, and read where it is a text.
Only what MongoDB writes in another way than JSON (`{"$date": …}`) and Learning Locker's escaped dots in property names
(`&46;`) are undone.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from learnloom.schemas.xapi.rule import Path

_MAX_LEVELS: Final = 4
"""Levels around a statement, and texts within texts, that are looked through."""
_STARTS: Final = re.compile(r"\s*\{")
_ACTOR: Final = re.compile(r'"actor\\*"')
_VERB: Final = re.compile(r'"verb\\*"')
"""Names of a statement's properties in its text, or in a text within that."""
_DELIMITERS: Final = rb",;\t|"
_QUOTED: Final = re.compile(
    rb"(?:^|(?<=[" + _DELIMITERS + rb']))"(\s*\{(?:[^"]|"")*)"(?=\s*(?:[' + _DELIMITERS + rb"]|$))"
)
_QUOTED_FIELD: Final = re.compile(rb'"(?:[^"]|"")*"')
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"(?:\s*:)?', re.DOTALL)
_DOT: Final = b"&46;"
"""How Learning Locker writes the dots of a property name, which MongoDB could not have there."""
_NUMBER: Final = re.compile(rb'\{\s*"\$number(?:Int|Long|Double|Decimal)"\s*:\s*"([^"\\]*)"\s*\}')
_TEXT: Final = re.compile(rb'\{\s*"\$(?:oid|uuid|date)"\s*:\s*("[^"\\]*")\s*\}')
_MILLISECONDS: Final = re.compile(rb'\{\s*"\$date"\s*:\s*(-?[0-9]{1,14})\s*\}')
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LEARNING_LOCKER: Final = frozenset(
    {"organisation", "lrs_id", "lrs", "personaIdentifier", "completedQueues", "relatedActivities"}
)


class Wrapped(NamedTuple):
    """A statement within a record."""

    path: Path
    """The way to it: property names; the number of its field in a row of CSV, counted from 0."""
    is_text: bool
    """Whether it stands there as a text."""
    kind: str
    """What the record is, such as "row of ClickHouse"; its first word is the noun."""
    raw: bytes
    """The statement."""


def find_wrapped(raw: bytes, record: Mapping[str, Any] | None) -> Wrapped | None:
    """Find the statement that a record holds; None where it holds none, or several.

    Args:
        raw: the record's bytes.
        record: what they say, where they are a JSON object.
    """
    found = _in_row(raw) if record is None else _in_object(raw, record)
    for _ in range(_MAX_LEVELS):
        inner = found and _parsed(found.raw)
        deeper = _in_object(found.raw, inner) if found and inner else None
        if found is None or deeper is None:
            break
        found = found._replace(
            path=found.path + deeper.path, is_text=found.is_text or deeper.is_text, raw=deeper.raw
        )
    return found and found._replace(raw=_as_sent(found.raw))


def holds_statement(row: bytes) -> bool:
    """Tell whether a row of CSV has a statement in one of its fields."""
    return _in_row(row) is not None


def _in_object(raw: bytes, record: Mapping[str, Any]) -> Wrapped | None:
    if isinstance(record.get("actor"), dict) or isinstance(record.get("verb"), dict):
        return None  # it is a statement itself, right or wrong
    way = _way(record)
    if way is None:
        return None
    part: Any = raw
    for name in way:
        # msgspec hands over the part as it is written.
        part = msgspec.json.decode(part, type=dict[str, msgspec.Raw])[name]
    text = bytes(part)
    is_text = text.startswith(b'"')
    return Wrapped(way, is_text, _kind(record, way), orjson.loads(text).encode() if is_text else text)


def _way(record: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The way to the one statement that stands least deep; where a change is told, that after it."""
    level: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [((), record)]
    for _ in range(_MAX_LEVELS):
        parts = [((*way, name), value) for way, holder in level for name, value in _members(holder)]
        found = [way for way, value in parts if _is_statement(value)]
        if found:
            after = [way for way in found if "after" in way]
            return found[0] if len(found) == 1 else after[0] if len(after) == 1 else None
        level = [(way, value) for way, value in parts if isinstance(value, dict)]
    return None


def _members(holder: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What may be or hold a statement; the object of a statement that lacks the rest is none."""
    return (
        (name, value) for name, value in holder.items() if name != "object" and isinstance(value, dict | str)
    )


def _is_statement(value: Any) -> bool:
    """Whether somebody meant a statement by it, right or wrong."""
    if isinstance(value, str):
        return (
            _STARTS.match(value) is not None
            and _ACTOR.search(value) is not None
            and _VERB.search(value) is not None
        )
    return isinstance(value.get("verb"), dict) and any(
        isinstance(value.get(name), dict) for name in ("actor", "object")
    )


def _kind(record: Mapping[str, Any], way: Path) -> str:
    if "_source" in record:
        return "hit of Elasticsearch"
    if way[0] == "statement" and not _LEARNING_LOCKER.isdisjoint(record):
        return "document of Learning Locker"
    if way[-1] in ("event", "event_str") and "emission_time" in record:
        return "row of ClickHouse"
    return "row of a table" if isinstance(record[str(way[0])], str) else "wrapper of a store's export"


def _in_row(raw: bytes) -> Wrapped | None:
    """Find the statement in a row of CSV: in quotes, or between tabs."""
    if b"verb" not in raw:
        return None
    found = [
        (_fields_before(raw[: field.start()]), field[1].replace(b'""', b'"'))
        for field in _QUOTED.finditer(raw)
    ]
    if b"\t" in raw:
        found += list(enumerate(raw.split(b"\t")))
    for number, text in found:
        if _is_statement(text.decode(errors="replace")):
            return Wrapped((number,), is_text=True, kind="row of CSV", raw=text.strip())
    return None


def _fields_before(text: bytes) -> int:
    bare = _QUOTED_FIELD.sub(b"", text)
    return bare.count(bare[-1:]) if bare else 0


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _as_sent(raw: bytes) -> bytes:
    """Undo what MongoDB and Learning Locker write otherwise than it was sent; most statements have nothing of it."""
    if b'"$' in raw:
        raw = _MILLISECONDS.sub(_timestamp, _TEXT.sub(rb"\1", _NUMBER.sub(rb"\1", raw)))
    return _STRING.sub(_with_dots, raw) if _DOT in raw else raw


def _with_dots(string: re.Match[bytes]) -> bytes:
    text = string[0]
    return text.replace(_DOT, b".") if text.endswith(b":") else text


def _timestamp(milliseconds: re.Match[bytes]) -> bytes:
    moment = _EPOCH + timedelta(milliseconds=int(milliseconds[1]))
    return orjson.dumps(moment)
