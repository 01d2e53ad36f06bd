"""What is known of activities and agents: /activities and /agents (Communication 1.0.3, 2.4 and 2.5)."""

from collections.abc import Iterable
from typing import Any

import orjson

from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.filters import check_values, json_agent
from learnloom.pipelines.lrs.findable import agent_key
from learnloom.pipelines.lrs.message import Call, HttpAnswer, RefusedError, as_json, needed, only
from learnloom.pipelines.lrs.store import Store


def definitions_of(connection: Connection, activity_ids: Iterable[str]) -> dict[str, bytes]:
    """What has been said of activities, as JSON, by their ids."""
    asked = list(activity_ids)
    if not asked:
        return {}
    marks = ", ".join("?" * len(asked))
    rows = connection.execute(
        f"SELECT activity_id, definition FROM activity WHERE activity_id IN ({marks})", asked
    )
    return {activity_id: bytes(definition) for activity_id, definition in rows}


def answer_activity(store: Store, call: Call) -> HttpAnswer:
    """Give an activity with all that was said of it."""
    _must_be_get(call)
    only(call.parameters, frozenset({"activityId"}))
    activity_id = needed(call.parameters, "activityId")
    check_values({"activity": activity_id}, call.version, named="activityId")
    with store.reading() as connection:
        known = definitions_of(connection, [activity_id])
    activity: dict[str, Any] = {"objectType": "Activity", "id": activity_id}
    if activity_id in known:
        activity["definition"] = orjson.loads(known[activity_id])
    return as_json(activity)


def answer_agent(store: Store, call: Call) -> HttpAnswer:
    """Give a person: an agent's identifier, and the names that came with it."""
    _must_be_get(call)
    only(call.parameters, frozenset({"agent"}))
    agent = json_agent(needed(call.parameters, "agent"))
    check_values({"agent": agent}, call.version)
    with store.reading() as connection:
        rows = connection.execute(
            "SELECT name FROM agent_name WHERE agent = ? ORDER BY name", (agent_key(agent),)
        ).fetchall()
    names = dict.fromkeys([*([agent["name"]] if "name" in agent else []), *(row[0] for row in rows)])
    person: dict[str, Any] = {"objectType": "Person"}
    if names:
        person["name"] = list(names)
    person |= {name: [agent[name]] for name in ("mbox", "mbox_sha1sum", "openid", "account") if name in agent}
    return as_json(person)


def _must_be_get(call: Call) -> None:
    if call.method != "GET":
        raise RefusedError(405, f"{call.method} is not allowed here", Allow="GET, HEAD, OPTIONS")
