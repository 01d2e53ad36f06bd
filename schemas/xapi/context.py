"""Where and with whom: the context of a statement (xAPI-Data 2.4.6; contextAgents from IEEE 9274.1.1)."""

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Discriminator, Field, Tag, with_config
from typing_extensions import TypedDict  # pydantic asks for it below Python 3.12

from learnloom.schemas.xapi.activity import Activity, StatementRef, check_activity
from learnloom.schemas.xapi.agent import Actor, Agent, Group, check_actor
from learnloom.schemas.xapi.atoms import FORBID, Breaks, Extensions, Iri, LanguageTag, Uuid
from learnloom.schemas.xapi.many import ENOUGH, Many
from learnloom.schemas.xapi.rule import Breach, Path

CONTEXT_KINDS: Final = ("parent", "grouping", "category", "other")
"""The keys of contextActivities (2.4.6.2.s4.b1)."""


def _count_tag(value: Any) -> str:
    return "<one>" if isinstance(value, dict) else "<many>"


Activities = Annotated[
    Annotated[Activity, Tag("<one>")] | Annotated[Many[Activity], Tag("<many>")], Discriminator(_count_tag)
]
"""An array of activities; a single one stands for an array of one (2.4.6.2.s4.b4)."""


@with_config(FORBID)
class ContextActivities(TypedDict):
    """The activities to which a statement relates besides its object."""

    parent: NotRequired[Activities]
    grouping: NotRequired[Activities]
    category: NotRequired[Activities]
    other: NotRequired[Activities]


@with_config(FORBID)
class Context(TypedDict):
    """The context in version 1.0.x."""

    registration: NotRequired[Uuid]
    instructor: NotRequired[Actor]
    team: NotRequired[Group]
    contextActivities: NotRequired[ContextActivities]
    revision: NotRequired[str]
    platform: NotRequired[str]
    language: NotRequired[LanguageTag]
    statement: NotRequired[StatementRef]
    extensions: NotRequired[Extensions]


_RelevantTypes = Annotated[Many[Iri], Field(min_length=1)]


@with_config(FORBID)
class ContextAgent(TypedDict):
    """An agent with the roles in which it relates to the statement; the roles may be unknown."""

    objectType: Annotated[Literal["contextAgent"], Breaks("context-actor-type")]
    agent: Agent
    relevantTypes: NotRequired[_RelevantTypes]


@with_config(FORBID)
class ContextGroup(TypedDict):
    """A group with the roles in which it relates to the statement; the roles may be unknown."""

    objectType: Annotated[Literal["contextGroup"], Breaks("context-actor-type")]
    group: Group
    relevantTypes: NotRequired[_RelevantTypes]


@with_config(FORBID)
class Context2(Context):
    """The context in version 2.0."""

    contextAgents: NotRequired[Many[ContextAgent]]
    contextGroups: NotRequired[Many[ContextGroup]]


def check_context(context: Any, path: Path, found: list[Breach], *, about_activity: bool) -> None:
    """Add to `found` what is wrong between the properties of a context.

    `about_activity` says whether the statement's object is an Activity (2.4.6.s4.b1 and b2).
    """
    if not isinstance(context, dict):
        return
    if not about_activity:
        for name, rule in (("revision", "revision-activity-only"), ("platform", "platform-activity-only")):
            if name in context:
                found.append(Breach(rule, (*path, name), context[name]))
    for name in ("instructor", "team"):
        if name in context:
            check_actor(context[name], (*path, name), found)
    if "contextAgents" in context:
        check_context_agents(context["contextAgents"], (*path, "contextAgents"), found)
    if "contextGroups" in context:
        check_context_groups(context["contextGroups"], (*path, "contextGroups"), found)
    if "contextActivities" in context:
        check_related(context["contextActivities"], (*path, "contextActivities"), found)


def check_context_agents(entries: Any, path: Path, found: list[Breach]) -> None:
    """Add to `found` what is wrong between the properties of the agents of contextAgents."""
    _check_entries(entries, "agent", path, found)


def check_context_groups(entries: Any, path: Path, found: list[Breach]) -> None:
    """Add to `found` what is wrong between the properties of the groups of contextGroups."""
    _check_entries(entries, "group", path, found)


def _check_entries(entries: Any, part: str, path: Path, found: list[Breach]) -> None:
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if len(found) > ENOUGH:
            return
        if isinstance(entry, dict) and part in entry:
            check_actor(entry[part], (*path, index, part), found)


def check_related(related: Any, path: Path, found: list[Breach]) -> None:
    """Add to `found` what is wrong between the properties of the activities of contextActivities."""
    if not isinstance(related, dict):
        return
    for kind in CONTEXT_KINDS:
        activities = related.get(kind)
        if isinstance(activities, list):
            for index, activity in enumerate(activities):
                if len(found) > ENOUGH:
                    return
                check_activity(activity, (*path, kind, index), found)
        elif activities is not None:
            check_activity(activities, (*path, kind), found)
