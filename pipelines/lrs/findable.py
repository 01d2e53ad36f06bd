"""By what a statement is found: its agents, activities, verb, registration, and the statement that it refers to."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from learnloom.schemas.vocabulary import VOIDED
from learnloom.schemas.xapi.identity import student_key

Json = Mapping[str, Any]
_KEYS_KEPT: Final = 10_000
"""Activities of which the key is remembered: a class works on the same ones."""
_LONGEST_KEPT: Final = 300
"""Characters of an IRI whose key is remembered: what is remembered has a bound."""


class Findable(NamedTuple):
    """What a valid statement is found by, and what it says of others."""

    verb: str
    registration: str | None
    refers_to: str | None
    """Id of the statement that is its object."""
    is_void: bool
    agents: dict[str, bool]
    """Keys of agents and identified groups; True: found by `agent` alone, also without `related_agents`."""
    activities: dict[bytes, bool]
    """Keys of activities; True: found by `activity` alone."""
    definitions: dict[str, bytes]
    """What it says of activities, as JSON, by their ids: as bytes they keep nothing else of the statement in memory."""
    names: set[tuple[str, str]]
    """Keys of agents with names that they bear."""


def agent_key(agent: Any) -> str | None:
    """The key of an agent or an identified group: that of its identifier (2.4.2.s2); None for an anonymous group."""
    return student_key({**agent, "objectType": "Agent"}) if isinstance(agent, dict) else None


def activity_key(activity_id: str) -> bytes:
    """The key of an activity: a hash, since IRIs may be long."""
    return _key_of(activity_id) if len(activity_id) > _LONGEST_KEPT else _kept_key_of(activity_id)


def _key_of(activity_id: str) -> bytes:
    return hashlib.blake2b(activity_id.encode("utf-8", "surrogatepass"), digest_size=16).digest()


_kept_key_of = lru_cache(maxsize=_KEYS_KEPT)(_key_of)


def findable(statement: Json, authority: Json | None = None) -> Findable:
    """Take from a valid statement what it is found by (Communication 1.0.3, 2.1.3, parameters of GET)."""
    context = statement.get("context", {})
    thing = statement["object"]
    kind = thing.get("objectType", "Activity")
    found = _Found()
    _take_core(statement, found, is_direct=True)
    found.agent(authority, is_direct=False)
    if kind == "SubStatement":
        _take_core(thing, found, is_direct=False)
    registration = context.get("registration")
    return Findable(
        statement["verb"]["id"],
        registration.lower() if registration else None,
        thing["id"].lower() if kind == "StatementRef" else None,
        statement["verb"]["id"] == VOIDED,
        found.agents,
        found.activities,
        found.definitions,
        found.names,
    )


class _Found:
    def __init__(self) -> None:
        self.agents: dict[str, bool] = {}
        self.activities: dict[bytes, bool] = {}
        self.definitions: dict[str, bytes] = {}
        self.names: set[tuple[str, str]] = set()

    def agent(self, agent: Any, *, is_direct: bool) -> None:
        """Take an agent or group with its members: a group is found by each of them."""
        if not isinstance(agent, dict):
            return
        for one in (agent, *agent.get("member", ())):
            key = agent_key(one)
            if key is not None:
                self.agents[key] = self.agents.get(key, False) or is_direct
                if "name" in one:
                    self.names.add((key, one["name"]))

    def activity(self, activity: Json, *, is_direct: bool) -> None:
        """Take an activity."""
        key = activity_key(activity["id"])
        self.activities[key] = self.activities.get(key, False) or is_direct
        if definition := activity.get("definition"):
            self.definitions[activity["id"]] = orjson.dumps(definition)


def _take_core(statement: Json, found: _Found, *, is_direct: bool) -> None:
    context, thing = statement.get("context", {}), statement["object"]
    found.agent(statement["actor"], is_direct=is_direct)
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        found.activity(thing, is_direct=is_direct)
    elif kind in ("Agent", "Group"):
        found.agent(thing, is_direct=is_direct)
    for agent in _context_agents(context):
        found.agent(agent, is_direct=False)
    for related in context.get("contextActivities", {}).values():
        for activity in related if isinstance(related, list) else [related]:
            found.activity(activity, is_direct=False)


def _context_agents(context: Json) -> Iterator[Any]:
    yield context.get("instructor")
    yield context.get("team")
    for one in context.get("contextAgents", ()):
        yield one["agent"]
    for one in context.get("contextGroups", ()):
        yield one["group"]
