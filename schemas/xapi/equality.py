"""When two statements are the same (xAPI-Data 1.0.3, 2.3.1 and its comparison requirements, 2.3.1.s9).

Not counted, because a store may assign or change it on the way (2.3.1.b1 to b7): id, authority, stored,
version; timestamp where the producer left it out; the display of verbs; the definition of activities; how a
timestamp is written, and what it says beyond the millisecond (4.5.s1.b7); the order of group members and
attachments; the case of what is case-insensitive (UUIDs, hex hashes, language tags, the domain of an mbox).
A single context activity is an array of one (2.4.6.2.s4.b4). A duration is a text (2.3.1.b8) without what
lies beyond 0.01 s (4.6.s1.b5). Numbers are compared as numbers; the order of keys and white space are no
part of JSON's data.

Everything else counts, also whether a default such as an objectType is written out (2.3.1.s9.b2).
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

_ASSIGNED: Final = frozenset({"id", "authority", "stored", "version", "timestamp"})
_SAFE_INTEGER: Final = 2**53
_TIMESTAMP: Final = re.compile(
    r"(?P<date>.{10})[Tt ](?P<minute>[0-9:]{5})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?(?P<zone>.*)",
    re.DOTALL,
)
_FRACTION: Final = re.compile(r"[.,]([0-9]+)S$")
_HEX: Final = re.compile(r"[0-9A-Fa-f]+")

Statement = Mapping[str, Any]
_Forms = dict[str, Callable[[Any], Any]]


def comparable(statement: Statement) -> bytes:
    """The canonical form of a valid statement: equal for statements that are the same.

    A timestamp counts as the producer's unless it equals `stored`, to which a store sets it where it is
    missing (2.4.7.s3.b2). So a statement that came without, and the same as a store gives it back, agree.
    """
    return _canonical([_own_instant(statement), _content(statement)])


def is_same(one: Statement, other: Statement) -> bool:
    """Whether two valid statements differ in nothing that counts.

    Where one of them has no timestamp of its producer, any timestamp of the other may have been assigned and
    is passed over. In this it goes further than equality of `comparable`, and it is not transitive.
    """
    one_instant, other_instant = _own_instant(one), _own_instant(other)
    if one_instant is not None and other_instant is not None and one_instant != other_instant:
        return False
    return _canonical(_content(one)) == _canonical(_content(other))


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _own_instant(statement: Statement) -> str | None:
    timestamp, stored = statement.get("timestamp"), statement.get("stored")
    if timestamp is None:
        return None
    instant = comparable_instant(timestamp)
    return None if stored is not None and comparable_instant(stored) == instant else instant


def _content(statement: Statement) -> dict[str, Any]:
    return _formed({key: part for key, part in statement.items() if key not in _ASSIGNED}, _STATEMENT_FORMS)


def _formed(parts: Statement, forms: _Forms) -> dict[str, Any]:
    """Bring every property to its canonical form by its name; an unlisted one is plain JSON."""
    return {name: forms.get(name, _plain)(part) for name, part in parts.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _SAFE_INTEGER:
        return int(value)
    return value


def comparable_instant(text: str) -> str:
    """A timestamp in UTC, cut to milliseconds; without an offset it is taken as UTC, without seconds as second 0."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return text
    zone = match["zone"].upper() or "Z"
    try:
        minute = datetime.fromisoformat(f"{match['date']}T{match['minute']}:00{zone}").astimezone(UTC)
        # Second 60 of a leap second becomes the first of the next minute.
        at = minute + timedelta(seconds=int(match["second"] or 0))
    except (ValueError, OverflowError):
        return text  # the year 0000, or an offset that leads out of the years 1 to 9999
    return f"{at:%Y-%m-%dT%H:%M:%S}.{(match['fraction'] or '').ljust(3, '0')[:3]}Z"


def _duration(text: str) -> str:
    match = _FRACTION.search(text)
    if match is None:
        return text
    kept = match[1][:2].rstrip("0")
    return text[: match.start()] + (f".{kept}S" if kept else "S")


def _lower(text: str) -> str:
    return text.lower()


def _mbox(text: str) -> str:
    local, _, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"


def _hash(text: str) -> str:
    return text.lower() if _HEX.fullmatch(text) else text


def _sorted(items: list[Any], form: Callable[[Any], Any]) -> list[Any]:
    """The items in a canonical order, with repetitions kept."""
    return sorted((form(item) for item in items), key=_canonical)


def _language_map(texts: Mapping[str, str]) -> list[list[str]]:
    return sorted([tag.lower(), text] for tag, text in texts.items())


def _actor(actor: Statement) -> dict[str, Any]:
    return _formed(actor, _ACTOR_FORMS)


def _activity(activity: Statement) -> dict[str, Any]:
    return {name: part for name, part in activity.items() if name != "definition"}


def _object(thing: Statement) -> dict[str, Any]:
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        return _activity(thing)
    if kind == "StatementRef":
        return _reference(thing)
    if kind != "SubStatement":
        return _actor(thing)
    # Nothing is assigned to a SubStatement by a store: its timestamp is the producer's.
    return _formed(thing, _STATEMENT_FORMS | {"timestamp": comparable_instant})


def _reference(reference: Statement) -> dict[str, Any]:
    return {**reference, "id": _lower(reference["id"])}


def _related(related: Mapping[str, Any]) -> dict[str, Any]:
    return {
        kind: [_activity(one) for one in (value if isinstance(value, list) else [value])]
        for kind, value in related.items()
    }


def _entries(entries: list[Statement]) -> list[dict[str, Any]]:
    return [_formed(entry, {"agent": _actor, "group": _actor}) for entry in entries]


_ACTOR_FORMS: Final[_Forms] = {
    "mbox": _mbox,
    "mbox_sha1sum": _lower,
    "member": lambda members: _sorted(members, _actor),
}
_ATTACHMENT_FORMS: Final[_Forms] = {
    "display": _language_map,
    "description": _language_map,
    "sha2": _hash,
}
_CONTEXT_FORMS: Final[_Forms] = {
    "registration": _lower,
    "instructor": _actor,
    "team": _actor,
    "contextActivities": _related,
    "contextAgents": _entries,
    "contextGroups": _entries,
    "language": _lower,
    "statement": _reference,
}
_RESULT_FORMS: Final[_Forms] = {"duration": _duration}
_STATEMENT_FORMS: Final[_Forms] = {
    "actor": _actor,
    "verb": lambda verb: {"id": verb["id"]},
    "object": _object,
    "result": lambda result: _formed(result, _RESULT_FORMS),
    "context": lambda context: _formed(context, _CONTEXT_FORMS),
    "attachments": lambda items: _sorted(items, lambda item: _formed(item, _ATTACHMENT_FORMS)),
}
