"""What: verbs, activities and references to statements (xAPI-Data 2.4.3, 2.4.4)."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import with_config
from typing_extensions import TypedDict  # pydantic asks for it below Python 3.12

from learnloom.schemas.xapi.atoms import FORBID, Breaks, Extensions, Iri, Irl, LanguageMap, Uuid
from learnloom.schemas.xapi.interaction import Component, InteractionType, check_interaction
from learnloom.schemas.xapi.many import Many
from learnloom.schemas.xapi.rule import Breach, Path


@with_config(FORBID)
class Verb(TypedDict):
    """The action; its id alone carries the meaning (2.4.3)."""

    id: Iri
    display: NotRequired[LanguageMap]


@with_config(FORBID)
class Definition(TypedDict):
    """What is known of an activity (2.4.4.1.s2) and, for a question, of its answers."""

    name: NotRequired[LanguageMap]
    description: NotRequired[LanguageMap]
    type: NotRequired[Iri]
    moreInfo: NotRequired[Irl]
    extensions: NotRequired[Extensions]
    interactionType: NotRequired[InteractionType]
    correctResponsesPattern: NotRequired[Many[str]]
    choices: NotRequired[Many[Component]]
    scale: NotRequired[Many[Component]]
    source: NotRequired[Many[Component]]
    target: NotRequired[Many[Component]]
    steps: NotRequired[Many[Component]]


@with_config(FORBID)
class Activity(TypedDict):
    """Something that was done or worked on (2.4.4.1)."""

    objectType: NotRequired[Annotated[Literal["Activity"], Breaks("object-type")]]
    id: Iri
    definition: NotRequired[Definition]


@with_config(FORBID)
class StatementRef(TypedDict):
    """A pointer to another statement, which need not exist here (2.4.4.3.s2)."""

    objectType: Annotated[Literal["StatementRef"], Breaks("statement-ref-type")]
    id: Uuid


def check_activity(activity: Any, path: Path, found: list[Breach]) -> None:
    """Add to `found` what is wrong between the properties of an activity's definition."""
    definition = activity.get("definition") if isinstance(activity, dict) else None
    if isinstance(definition, dict):
        check_interaction(definition, (*path, "definition"), found)
