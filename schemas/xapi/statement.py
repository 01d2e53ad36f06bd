"""Statements and SubStatements (xAPI-Data 2.4), in versions 1.0.x and 2.0, and the judgement on them."""

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Discriminator, Tag, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict  # pydantic asks for it below Python 3.12

from learnloom.schemas.vocabulary import VOIDED
from learnloom.schemas.xapi.activity import Activity, StatementRef, Verb, check_activity
from learnloom.schemas.xapi.agent import Actor, Agent, Group, check_actor, check_authority
from learnloom.schemas.xapi.atoms import FORBID, StrictTimestamp, Timestamp, Uuid, Version
from learnloom.schemas.xapi.attachment import Attachment, check_attachments
from learnloom.schemas.xapi.context import Context, Context2, check_context
from learnloom.schemas.xapi.many import Many
from learnloom.schemas.xapi.result import Result, check_result
from learnloom.schemas.xapi.rule import Breach, Path
from learnloom.schemas.xapi.shape import shape_breaches

VERSION_1: Final = "1.0.3"
VERSION_2: Final = "2.0.0"

_OBJECT_TAGS: Final = {
    kind: f"<{kind}>" for kind in ("Activity", "Agent", "Group", "StatementRef", "SubStatement")
}


def _object_tag(value: Any) -> str | None:
    kind = value.get("objectType", "Activity") if isinstance(value, dict) else "Activity"
    return _OBJECT_TAGS.get(kind) if isinstance(kind, str) else None


_Activity = Annotated[Activity, Tag("<Activity>")]
_Agent = Annotated[Agent, Tag("<Agent>")]
_Group = Annotated[Group, Tag("<Group>")]
_StatementRef = Annotated[StatementRef, Tag("<StatementRef>")]

InnerObject = Annotated[_Activity | _Agent | _Group | _StatementRef, Discriminator(_object_tag)]
"""What a SubStatement can be about: anything but a SubStatement (2.4.4.3.s8.b4)."""


@with_config(FORBID)
class _Core(TypedDict):
    actor: Actor
    verb: Verb
    result: NotRequired[Result]
    attachments: NotRequired[Many[Attachment]]


@with_config(FORBID)
class SubStatement(_Core):
    """A statement that is only spoken of, such as a plan, in version 1.0.x (2.4.4.3.s6)."""

    objectType: Literal["SubStatement"]
    object: InnerObject
    context: NotRequired[Context]
    timestamp: NotRequired[Timestamp]


@with_config(FORBID)
class SubStatement2(_Core):
    """A SubStatement in version 2.0."""

    objectType: Literal["SubStatement"]
    object: InnerObject
    context: NotRequired[Context2]
    timestamp: NotRequired[StrictTimestamp]


@with_config(FORBID)
class Statement(_Core):
    """A statement in version 1.0.x; id and timestamp may be missing."""

    id: NotRequired[Uuid]
    object: Annotated[
        _Activity | _Agent | _Group | _StatementRef | Annotated[SubStatement, Tag("<SubStatement>")],
        Discriminator(_object_tag),
    ]
    context: NotRequired[Context]
    timestamp: NotRequired[Timestamp]
    stored: NotRequired[Timestamp]
    authority: NotRequired[Actor]
    version: NotRequired[Version]


@with_config(FORBID)
class Statement2(_Core):
    """A statement in version 2.0 (IEEE 9274.1.1)."""

    id: NotRequired[Uuid]
    object: Annotated[
        _Activity | _Agent | _Group | _StatementRef | Annotated[SubStatement2, Tag("<SubStatement>")],
        Discriminator(_object_tag),
    ]
    context: NotRequired[Context2]
    timestamp: NotRequired[StrictTimestamp]
    stored: NotRequired[StrictTimestamp]
    authority: NotRequired[Actor]
    version: NotRequired[Version]


_SHAPE_1: Final = TypeAdapter(Statement).validator
_SHAPE_2: Final = TypeAdapter(Statement2).validator


def find_breaches(statement: dict[str, Any], *, default_version: str = VERSION_1) -> list[Breach]:
    """Every rule that a parsed statement breaks, by place; empty for a valid statement.

    Two passes: the types say what each value must be by itself, the checks what must hold between values. The
    rules of 2.0 apply where the statement's version (or `default_version`, where it has none) is 2.x.
    """
    version = statement.get("version", default_version)
    shape = _SHAPE_2 if isinstance(version, str) and version.startswith("2.") else _SHAPE_1
    found: list[Breach] = []
    try:
        shape.validate_python(statement)
    except ValidationError as error:
        found.extend(shape_breaches(error, statement))
    _check_core(statement, (), found)
    if "authority" in statement:
        check_authority(statement["authority"], ("authority",), found)
    return found


def _check_core(statement: dict[str, Any], path: Path, found: list[Breach]) -> None:
    """Check what statements and SubStatements have in common (2.4.4.3.s8.b2)."""
    if "actor" in statement:
        check_actor(statement["actor"], (*path, "actor"), found)
    kind = _check_object(statement, (*path, "object"), found)
    if "result" in statement:
        check_result(statement["result"], (*path, "result"), found)
    if "context" in statement:
        # An object of no known kind breaks a rule of its own; nothing more is made of it here.
        about_activity = kind not in _OBJECT_TAGS or kind == "Activity"
        check_context(statement["context"], (*path, "context"), found, about_activity=about_activity)
    if "attachments" in statement:
        check_attachments(statement["attachments"], (*path, "attachments"), found)


def _check_object(statement: dict[str, Any], path: Path, found: list[Breach]) -> str:
    """Check the object, and that a void names a statement; gives the object's kind, "" where it has none."""
    thing, verb = statement.get("object"), statement.get("verb")
    if not isinstance(thing, dict):
        return ""
    kind = thing.get("objectType", "Activity")
    if isinstance(verb, dict) and verb.get("id") == VOIDED and kind != "StatementRef":
        found.append(Breach("voided-statement-ref", path, thing))
    if kind == "Activity":
        check_activity(thing, path, found)
    elif kind in ("Agent", "Group"):
        check_actor(thing, path, found)
    elif kind == "SubStatement" and path == ("object",):
        _check_core(thing, path, found)
    return kind if isinstance(kind, str) else ""
