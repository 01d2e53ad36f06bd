"""Reading a record's bytes as one JSON object, and saying exactly why they cannot be read.

orjson reads fast, but it keeps the last of two values with the same key in silence and tells its errors
apart by words only. So cheap counts raise suspicion, and what is suspicious or unreadable is read once more
with the standard library, slowly and exactly.
"""

import json
import math
import re
from collections import Counter
from typing import Any, NamedTuple

import orjson

from learnloom.schemas.xapi.rule import Breach, Path

_EXCERPT_CHARS = 40
DEEPEST = 200
"""Levels of nesting that a record can be allowed: orjson writes no deeper than 254."""
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)
"""The escapes of a JSON text one by one: a surrogate pair, half of one, any other."""


class Limits(NamedTuple):
    """How much one record may ask of the judge."""

    max_bytes: int = 1 << 20
    """Length of a record in bytes."""
    max_depth: int = 64
    """Levels of nesting, at most 200."""
    max_faults: int = 20
    """Faults told of one statement."""
    max_value_chars: int = 200
    """Characters of an offending value that are kept."""


def check_limits(limits: Limits) -> None:
    """Refuse limits that cannot be kept.

    Raises:
        ValueError: The depth limit exceeds what can be handled.
    """
    if limits.max_depth > DEEPEST:
        raise ValueError(f"max_depth is {limits.max_depth}; it can be at most {DEEPEST}")


class Reading(NamedTuple):
    """What a record says: the object that it holds, if it holds one, and what is wrong with the text."""

    statement: dict[str, Any] | None
    breaches: list[Breach]

    @property
    def is_sound(self) -> bool:
        """Whether the object can be judged further: nested not too deep."""
        return self.statement is not None and (
            not self.breaches or all(breach.rule == "json-duplicate-key" for breach in self.breaches)
        )


def read_object(raw: bytes | None, limits: Limits) -> Reading:
    """Read a record as a JSON object.

    Args:
        raw: The bytes as received; None is a tombstone.
        limits: The bounds on length and depth.

    Raises:
        ValueError: The depth limit exceeds what can be handled.
    """
    check_limits(limits)
    if raw is None:
        return _refuse("record-null", None, "has no value")
    if len(raw) > limits.max_bytes:
        lead = f"has {len(raw)} bytes, but only {limits.max_bytes} are allowed"
        return _refuse("record-too-big", len(raw), lead)
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return _explain(raw, error)
    if not isinstance(parsed, dict):
        return _refuse("statement-object", raw[: limits.max_value_chars].decode("utf-8", "replace"))
    if raw.count(b"{") + raw.count(b"[") > limits.max_depth and depth_of(parsed) > limits.max_depth:
        lead = f"is nested deeper than {limits.max_depth} levels"
        return Reading(parsed, [Breach("json-too-deep", (), None, lead)])
    return Reading(parsed, _repeated_keys(raw) if _may_repeat_keys(raw, parsed) else [])


def _refuse(rule: str, value: Any, lead: str = "") -> Reading:
    return Reading(None, [Breach(rule, (), value, lead)])


def _may_repeat_keys(raw: bytes, parsed: dict[str, Any]) -> bool:
    """Whether a key may stand twice in an object; False is certain.

    A colon is never escaped when written, so text and rewritten text have the same number of them, unless a
    repeated key was dropped (fewer) or a colon was escaped in the text (more).
    """
    if raw.find(b"\\") >= 0 and b"\\u003" in raw:
        return True
    return raw.count(b":") != orjson.dumps(parsed).count(b":")


class _Object(dict[str, Any]):
    """A JSON object that knows which keys it was given more than once."""

    repeated: tuple[str, ...] = ()


def _object_of_pairs(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        made.repeated = tuple(key for key, count in counts.items() if count > 1)
    return made


def _repeated_keys(raw: bytes) -> list[Breach]:
    # parse_int: a text of thousands of digits must not become an int.
    parsed = json.loads(raw.decode(), object_pairs_hook=_object_of_pairs, parse_int=float)
    found: list[Breach] = []
    waiting: list[tuple[Path, Any]] = [((), parsed)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _Object):
            for key in value.repeated:
                lead = "appears more than once in its object"
                found.append(Breach("json-duplicate-key", (*path, key), value[key], lead))
            waiting.extend(((*path, key), inner) for key, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, index), inner) for index, inner in enumerate(value))
    return found


def depth_of(value: Any) -> int:
    """Levels of objects and arrays in a parsed value; a text or number has none."""
    depth, level = 0, [value]
    while level := [inner for inner in level if isinstance(inner, dict | list)]:
        depth += 1
        level = [part for inner in level for part in (inner.values() if isinstance(inner, dict) else inner)]
    return depth


def _explain(raw: bytes, error: orjson.JSONDecodeError) -> Reading:
    """Say which rule a text breaks that orjson could not read."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as undecodable:
        excerpt = raw[undecodable.start : undecodable.start + _EXCERPT_CHARS].decode("latin-1")
        return _refuse("text-utf8", excerpt, f"is no UTF-8 at byte {undecodable.start}")
    if not text.strip(" \t\r\n"):
        return _refuse("record-empty", text[:_EXCERPT_CHARS], "is empty")
    return _explain_text(text, error)


def _explain_text(text: str, error: orjson.JSONDecodeError) -> Reading:
    too_big: list[str] = []

    def number(digits: str) -> float:
        value = float(digits)
        if math.isinf(value):
            too_big.append(digits)
        return value

    try:
        json.loads(text, parse_float=number, parse_int=number, parse_constant=_no_constant)
    except RecursionError:
        return _refuse("json-too-deep", None, "is nested too deep to be read")
    except json.JSONDecodeError as syntax:
        excerpt = text[syntax.pos : syntax.pos + _EXCERPT_CHARS]
        return _refuse("json-syntax", excerpt, f"is no JSON at character {syntax.pos} ({syntax.msg})")
    except _ConstantError as constant:
        return _refuse("json-syntax", str(constant), f"holds {constant}, which JSON does not know")
    if too_big:
        return _refuse("json-number-range", too_big[0], f"holds the number {too_big[0][:_EXCERPT_CHARS]}")
    for escape in _ESCAPE.finditer(text):
        if escape["lone"]:
            lead = f"contains {escape['lone']}, half of a surrogate pair, at character {escape.start()}"
            return _refuse("text-surrogate", escape["lone"], lead)
    # The standard library reads it: it is nested deeper than orjson's own limit of 1024.
    return _refuse("json-too-deep", None, f"is nested too deep to be read ({error.msg})")


class _ConstantError(ValueError):
    """The text holds NaN or an infinity."""


def _no_constant(name: str) -> float:
    raise _ConstantError(name)
