"""A part of a record as it was received, with the offending value marked in it.

What is shown is the text that came, never a text written anew; only characters that cannot be seen (control
characters, marks that turn the direction of writing) stand as escapes, so that they neither hide nor act.
"""

import json
import re
from typing import Any, Final, NamedTuple

# Characters shown of a record.
_SHOWN_CHARS: Final = 800
# Characters shown before the marked value, where a record is longer than what is shown.
_LEAD_CHARS: Final = 240
# Characters shown of the marked value.
_MARKED_CHARS: Final = 500
# A longer record is not searched for its offending value.
_READ_CHARS: Final = 1 << 20
_CUT: Final = "…"
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_decode: Final = json.JSONDecoder().raw_decode


class Excerpt(NamedTuple):
    """A record's text in three parts; the middle one is the offending value, empty where it was not found."""

    before: str
    marked: str
    after: str
    n_bytes: int
    """Length of the whole record."""

    @property
    def text(self) -> str:
        """All that is shown."""
        return self.before + self.marked + self.after


def excerpt(raw: bytes | None, path: str) -> Excerpt:
    """Cut from a record what shows a fault.

    Args:
        raw: the bytes as received; None is a record without a value.
        path: JSON Pointer to the offending value; empty for the whole record.
    """
    text = (raw or b"").decode("utf-8", "backslashreplace")
    start, end = _span(text, path) if path and len(text) <= _READ_CHARS else (0, 0)
    first = 0 if end <= _SHOWN_CHARS else max(0, start - _LEAD_CHARS)
    last = max(first + _SHOWN_CHARS, min(end, start + _MARKED_CHARS))
    marked = text[start:end]
    return Excerpt(
        before=(_CUT if first else "") + visible(text[first:start]),
        marked=visible(marked) if len(marked) <= _MARKED_CHARS else visible(marked[:_MARKED_CHARS]) + _CUT,
        after=visible(text[end:last]) + (_CUT if last < len(text) else ""),
        n_bytes=len(raw or b""),
    )


def visible(text: str) -> str:
    """The text with every character that cannot be seen as an escape; line ends and tabs stay."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode()
        for char in text
    )


def _span(text: str, path: str) -> tuple[int, int]:
    """Where the value at a JSON Pointer stands in the text; (0, 0) where there is none."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]
    try:
        at = _skip(text, 0)
        for step in steps:
            at = _enter(text, at, step)
        return at, _end(text, at)
    except (ValueError, IndexError, RecursionError):
        return 0, 0


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _end(text: str, at: int) -> int:
    end: int = _decode(text, at)[1]
    return end


def _enter(text: str, at: int, step: str) -> int:
    """Where the member or element `step` of the object or array at `at` begins.

    Raises:
        ValueError: there is none, or the text is no JSON.
    """
    if text[at] not in "{[":
        raise ValueError("a value without parts")
    is_object, index = text[at] == "{", 0
    found = -1
    at = _skip(text, at + 1)
    while text[at] not in "}]":
        name: Any = str(index)
        if is_object:
            name, at = _decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        if name == step:
            found = at  # of two members with one name, the last one counts
            if not is_object:
                return found
        index += 1
        at = _skip(text, _end(text, at))
        if text[at] == ",":
            at = _skip(text, at + 1)
    if found < 0:
        raise ValueError("no such part")
    return found
