"""Small mends for faults that whole deployments of a sender share: what replay can do without a program of one's own.

Each takes the bytes of a refused record and gives mended ones, or the same where there is nothing to mend. The
original stays with the dead letter.
"""

import codecs
import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

Mend = Callable[[bytes], bytes]
_MAILTO = "mailto:"
_MARKS: Final = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


class Repair(NamedTuple):
    """A mend with its name."""

    name: str
    does: str
    mend: Mend


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
        Repair("mailto", "adds mailto: to e-mail addresses in mbox", _on_json(_with_mailto)),
        Repair(
            "no-nulls", "removes properties that are null, except in extensions", _on_json(_without_nulls)
        ),
        Repair("utf8", "converts UTF-16 and Windows-1252 to UTF-8, without a byte order mark", _to_utf8),
        Repair(
            "new-id",
            "removes an id that another statement has, so that the statement gets a new one",
            _on_json(_without_id),
        ),
    )
}
"""The repairs by name."""
