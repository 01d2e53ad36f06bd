"""Statements as they are given back: their bytes, with what the store has assigned, in the format asked for."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final

import msgspec

from learnloom.pipelines.lrs.access import authority_of
from learnloom.pipelines.lrs.language import preferred

_PARTS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_CONTEXT_ACTIVITIES: Final = b"contextActivities"
_VERSION: Final = {"1": "1.0.0", "2": "2.0.0"}
LANDED: Final = "landing"
"""Stands where a key does with statements that came from files or Kafka."""
_ACTORS: Final = ("actor", "authority", "instructor", "team", "agent", "group")
_RELATED: Final = ("contextAgents", "contextGroups")
_IDENTIFIERS: Final = ("mbox", "mbox_sha1sum", "openid", "account")

Definition = Mapping[str, Any] | None


def iso(moment: int) -> str:
    """Write milliseconds since 1970 as RFC 3339."""
    return (
        datetime.fromtimestamp(moment / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def http_date(moment: int) -> str:
    """Write milliseconds since 1970 as headers of HTTP have it (RFC 9110, 5.6.7)."""
    return format_datetime(datetime.fromtimestamp(moment // 1_000, UTC), usegmt=True)


def assigned(raw: bytes, statement_id: str, stored: int, key_id: str, version: str) -> bytes:
    """Give a statement with what a store assigns: id, stored, authority, and what is missing of timestamp and version.

    All other values keep the bytes in which they came.
    """
    parts: dict[str, Any] = _PARTS.decode(raw)
    moment = iso(stored)
    parts |= {"id": statement_id, "stored": moment}
    if key_id != LANDED or "authority" not in parts:
        # What another store has vouched for, and landed, goes on being its word.
        parts["authority"] = authority_of(key_id)
    parts.setdefault("timestamp", moment)
    parts.setdefault("version", _VERSION[version[0]])
    _many_context_activities(parts)
    return msgspec.json.encode(parts)


def _many_context_activities(parts: dict[str, Any]) -> None:
    """Make an array of one of a single context activity, also within a SubStatement (2.4.6.2.s4.b4)."""
    if _CONTEXT_ACTIVITIES in bytes(parts.get("context", b"")):
        context: dict[str, Any] = _PARTS.decode(parts["context"])
        if "contextActivities" in context:
            related = _PARTS.decode(context["contextActivities"])
            context["contextActivities"] = {
                kind: value if bytes(value).startswith(b"[") else [value] for kind, value in related.items()
            }
            parts["context"] = context
    if _CONTEXT_ACTIVITIES in bytes(parts.get("object", b"")):
        within: dict[str, Any] = _PARTS.decode(parts["object"])
        _many_context_activities(within)
        parts["object"] = within


def only_ids(statement: dict[str, Any]) -> dict[str, Any]:
    """Reduce agents, activities, verbs to what identifies them (format=ids)."""
    return {name: _reduced(name, part) for name, part in statement.items()}


def _reduced(name: str, part: Any) -> Any:
    if name in _ACTORS:
        return _reduced_actor(part)
    if name in _RELATED:
        return [only_ids(one) for one in part]
    if name in ("verb", "object"):
        return _reduced_object(part)
    if name == "context":
        return only_ids(part)
    if name == "contextActivities":
        return {kind: [_reduced_object(one) for one in _many(value)] for kind, value in part.items()}
    return part


def _reduced_object(thing: dict[str, Any]) -> dict[str, Any]:
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        return {"id": thing["id"]}
    if kind in ("Agent", "Group"):
        return _reduced_actor(thing)
    return only_ids(thing) if kind == "SubStatement" else thing


def _reduced_actor(actor: dict[str, Any]) -> dict[str, Any]:
    if any(name in actor for name in _IDENTIFIERS):
        return {name: actor[name] for name in ("objectType", *_IDENTIFIERS) if name in actor}
    return {name: part for name, part in actor.items() if name != "name"} | {
        "member": [_reduced_actor(one) for one in actor.get("member", ())]
    }


def canonical(
    statement: dict[str, Any], definitions: Mapping[str, Definition], languages: Sequence[str]
) -> dict[str, Any]:
    """Give activities and verbs as they are known here, each text in one language (format=canonical)."""
    done = dict(statement)
    verb = dict(statement["verb"])
    if "display" in verb:
        verb["display"] = preferred(verb["display"], languages)
    done["verb"] = verb
    thing = statement["object"]
    if thing.get("objectType", "Activity") == "Activity":
        done["object"] = canonical_activity(thing, definitions, languages)
    elif thing["objectType"] == "SubStatement":
        done["object"] = canonical(thing, definitions, languages)
    if "contextActivities" in statement.get("context", {}):
        related = statement["context"]["contextActivities"]
        done["context"] = statement["context"] | {
            "contextActivities": {
                kind: [canonical_activity(one, definitions, languages) for one in _many(value)]
                for kind, value in related.items()
            }
        }
    return done


def canonical_activity(
    activity: dict[str, Any], definitions: Mapping[str, Definition], languages: Sequence[str]
) -> dict[str, Any]:
    """Give an activity as it is known here, each of its texts in one language."""
    definition = definitions.get(activity["id"]) or activity.get("definition")
    if not definition:
        return activity
    return activity | {"definition": _one_language(definition, languages)}


def _one_language(definition: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    told = dict(definition)
    for name in ("name", "description"):
        if name in told:
            told[name] = preferred(told[name], languages)
    for name in ("choices", "scale", "source", "target", "steps"):
        if name in told:
            told[name] = [
                one | {"description": preferred(one["description"], languages)}
                if "description" in one
                else one
                for one in told[name]
            ]
    return told


def activity_ids(statement: Mapping[str, Any]) -> set[str]:
    """Ids of the activities of which `canonical` says what is known."""
    thing = statement["object"]
    kind = thing.get("objectType", "Activity")
    ids = {thing["id"]} if kind == "Activity" else activity_ids(thing) if kind == "SubStatement" else set()
    related = statement.get("context", {}).get("contextActivities", {})
    return ids | {one["id"] for value in related.values() for one in _many(value)}


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
