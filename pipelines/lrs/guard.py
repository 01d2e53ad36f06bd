"""Whose data a call may touch: home pages of a key, and the one student and course of a short key.

A short key lies in a browser, where whoever does the course can read it. So it shows nothing of others, changes nothing
of others, voids nothing, and gives no definitions but those of its own activities: they may hold right answers.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from learnloom.pipelines.lrs.filters import json_agent
from learnloom.pipelines.lrs.findable import agent_key
from learnloom.pipelines.lrs.message import Call, Learner, RefusedError
from learnloom.schemas.vocabulary import VOIDED

_SHARED = frozenset({"/activities", "/activities/profile"})
"""What is the same for all students."""


def check_parameters(call: Call, kept: Call) -> None:
    """See that documents and definitions that are asked for are of those whom the key is for.

    Args:
        call: as it came.
        kept: with the parameter agent as the store keeps agents.

    Raises:
        RefusedError: 403, they are not; 400, the parameter agent cannot be read.
    """
    if call.path == "/statements":
        if call.learner is not None and call.parameters.get("format") == "canonical":
            raise RefusedError(403, "a short key reads statements with format exact or ids only")
        return
    if "agent" in call.parameters:
        agent = json_agent(call.parameters["agent"])
        check_home_pages(call.home_pages, agent, "the parameter agent")
        if call.learner is not None and agent_key(json_agent(kept.parameters["agent"])) != call.learner.agent:
            raise _not_for("the parameter agent is another one than its student")
    if call.learner is not None:
        _check_course(call, call.learner)


def _check_course(call: Call, learner: Learner) -> None:
    activity = call.parameters.get("activityId")
    if activity is not None and activity not in learner.activities:
        if call.path in _SHARED:
            raise _not_for(f"{activity[:200]} is none of its activities")
        if learner.activities:
            raise _not_for(f"it keeps no state for {activity[:200]}")
    if call.path == "/activities/profile" and call.method != "GET":
        raise _not_for("profiles of activities are shared by all students, so it reads them only")
    if call.path == "/activities/state" and learner.registration is not None:
        given = call.parameters.get("registration")
        if given is None or given.lower() != learner.registration:
            raise _not_for(f"the parameter registration has to be {learner.registration}")


def check_statement(call: Call, statement: Mapping[str, Any], kept: Mapping[str, Any], index: int) -> None:
    """See that a valid statement is of those whom the key is for.

    Args:
        call: with which it came.
        statement: as it came.
        kept: the same as the store keeps it.
        index: its place in the batch.

    Raises:
        RefusedError: 403, naming the statement and what is wrong.
    """
    check_home_pages(call.home_pages, statement["actor"], f"the actor of statement {index}")
    if call.learner is not None:
        _check_statement(call.learner, kept, index)


def check_home_pages(home_pages: frozenset[str], actor: Mapping[str, Any], what: str) -> None:
    """See that accounts of an actor, and of the members of a group, are where a key is for; empty: anywhere.

    Raises:
        RefusedError: 403, one of them is not.
    """
    if not home_pages:
        return
    for one in (actor, *actor.get("member", ())):
        page = one.get("account", {}).get("homePage")
        if page is not None and page not in home_pages:
            raise RefusedError(
                403,
                f"{what} has an account at {page}, and this key is for {', '.join(sorted(home_pages))} only",
            )


def _check_statement(learner: Learner, statement: Mapping[str, Any], index: int) -> None:
    actor = statement["actor"]
    if actor.get("objectType") == "Group" or agent_key(actor) != learner.agent:
        raise _not_for(f"the actor of statement {index} is another one than its student")
    if statement["verb"]["id"] == VOIDED:
        raise _not_for(f"statement {index} voids another one")
    registration = statement.get("context", {}).get("registration")
    if learner.registration is not None and (registration or "").lower() != learner.registration:
        raise _not_for(f"context.registration of statement {index} has to be {learner.registration}")
    if learner.activities and learner.activities.isdisjoint(_activities(statement)):
        raise _not_for(
            f"neither the object of statement {index} nor one of its contextActivities is "
            f"{' or '.join(sorted(learner.activities))}"
        )


def _activities(statement: Mapping[str, Any]) -> Iterator[str]:
    thing = statement["object"]
    if thing.get("objectType", "Activity") == "Activity":
        yield thing["id"]
    for related in statement.get("context", {}).get("contextActivities", {}).values():
        for activity in related if isinstance(related, list) else [related]:
            yield activity["id"]


def _not_for(reason: str) -> RefusedError:
    return RefusedError(403, f"this short key is for one student and course: {reason}")
