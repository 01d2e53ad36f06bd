"""Who: agents, groups and authorities (xAPI-Data 2.4.2, 2.4.9)."""

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Discriminator, Tag, with_config
from typing_extensions import TypedDict  # pydantic asks for it below Python 3.12

from learnloom.schemas.xapi.atoms import FORBID, Irl, Mbox, MboxSha1Sum, OpenId
from learnloom.schemas.xapi.many import ENOUGH, Many
from learnloom.schemas.xapi.rule import Breach, Path

IDENTIFIERS: Final = ("mbox", "mbox_sha1sum", "openid", "account")
"""The inverse functional identifiers (2.4.2.3)."""

_OAUTH_PAIR: Final = 2


@with_config(FORBID)
class Account(TypedDict):
    """A user account on a system; the person is the pair of both values (2.4.2.4)."""

    homePage: Irl
    name: str


@with_config(FORBID)
class _Identified(TypedDict):
    name: NotRequired[str]
    mbox: NotRequired[Mbox]
    mbox_sha1sum: NotRequired[MboxSha1Sum]
    openid: NotRequired[OpenId]
    account: NotRequired[Account]


@with_config(FORBID)
class Agent(_Identified):
    """A person or system (2.4.2.1)."""

    objectType: NotRequired[Literal["Agent"]]


@with_config(FORBID)
class Group(_Identified):
    """Several agents, with an identifier or without (2.4.2.2)."""

    objectType: Literal["Group"]
    member: NotRequired[Many[Agent]]


_ACTOR_TAGS: Final = {"Agent": "<Agent>", "Group": "<Group>"}


def _actor_tag(value: Any) -> str | None:
    kind = value.get("objectType", "Agent") if isinstance(value, dict) else "Agent"
    return _ACTOR_TAGS.get(kind) if isinstance(kind, str) else None


Actor = Annotated[
    Annotated[Agent, Tag("<Agent>")] | Annotated[Group, Tag("<Group>")], Discriminator(_actor_tag)
]
"""An Agent or a Group; without objectType an Agent."""


def check_actor(actor: Any, path: Path, found: list[Breach]) -> None:
    """Add to `found` what is wrong between the properties of an actor; ill-typed parts are passed over."""
    if not isinstance(actor, dict):
        return
    identifiers = ("mbox" in actor) + ("mbox_sha1sum" in actor) + ("openid" in actor) + ("account" in actor)
    if actor.get("objectType") != "Group":
        if identifiers != 1:
            found.append(Breach("actor-ifi-exactly-one", path, actor, _held(actor)))
        return
    if identifiers > 1:
        found.append(Breach("group-ifi-at-most-one", path, actor, _held(actor)))
    members = actor.get("member")
    if not identifiers and ("member" not in actor or members == []):
        found.append(Breach("group-member-required", path, actor, "has neither identifier nor members"))
    if isinstance(members, list):
        for index, member in enumerate(members):
            if len(found) > ENOUGH:
                return
            if isinstance(member, dict) and member.get("objectType") != "Group":
                check_actor(member, (*path, "member", index), found)


def check_authority(authority: Any, path: Path, found: list[Breach]) -> None:
    """Add to `found` what is wrong with an authority: an Agent, or a pair of Agents for OAuth (2.4.9)."""
    check_actor(authority, path, found)
    if not isinstance(authority, dict) or authority.get("objectType") != "Group":
        return
    members = authority.get("member")
    pair = members if isinstance(members, list) else []
    if len(pair) != _OAUTH_PAIR or any(name in authority for name in IDENTIFIERS):
        found.append(Breach("authority-kind", path, authority))
    elif not any(isinstance(member, dict) and "account" in member for member in pair):
        found.append(Breach("authority-consumer-account", path, authority))


def _held(actor: dict[str, Any]) -> str:
    held = [name for name in IDENTIFIERS if name in actor]
    return "has " + (" and ".join(held) if held else "no identifier")
