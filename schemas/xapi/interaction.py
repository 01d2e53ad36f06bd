"""Questions: the properties that make an activity an interaction (xAPI-Data 2.4.4.1.s6 to s16)."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, Final, Literal, NotRequired, get_args

from pydantic import with_config
from typing_extensions import TypedDict  # pydantic asks for it below Python 3.12

from learnloom.schemas.xapi.atoms import FORBID, Breaks, LanguageMap
from learnloom.schemas.xapi.many import ENOUGH
from learnloom.schemas.xapi.rule import Breach, Path

_Kind = Literal[
    "true-false",
    "choice",
    "fill-in",
    "long-fill-in",
    "matching",
    "performance",
    "sequencing",
    "likert",
    "numeric",
    "other",
]
_KINDS: Final = get_args(_Kind)

InteractionType = Annotated[_Kind, Breaks("interaction-type")]

COMPONENT_LISTS: Final = {
    "choices": ("choice", "sequencing"),
    "scale": ("likert",),
    "source": ("matching",),
    "target": ("matching",),
    "steps": ("performance",),
}
"""Each list of components with the interaction types that may have it (2.4.4.1.s15.table2)."""

_INTERACTION_PROPERTIES: Final = frozenset((*COMPONENT_LISTS, "interactionType", "correctResponsesPattern"))

_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_DELIMITER: Final = "[,]"
_NUMERIC: Final = re.compile(rf"(?:{_DECIMAL})?\[:\](?:{_DECIMAL})?|{_DECIMAL}")


@with_config(FORBID)
class Component(TypedDict):
    """One choice, step, or point of a scale."""

    id: str
    description: NotRequired[LanguageMap]


def check_interaction(definition: dict[str, Any], path: Path, found: list[Breach]) -> None:
    """Add to `found` what is wrong between the interaction properties of an activity definition."""
    if _INTERACTION_PROPERTIES.isdisjoint(definition):
        return
    kind = definition.get("interactionType")
    if "interactionType" not in definition:
        found.append(Breach("interaction-type-required", path, definition, "lacks interactionType"))
    for name, kinds in COMPONENT_LISTS.items():
        if name not in definition:
            continue
        if kind in _KINDS and kind not in kinds:
            lead = f"is part of an interaction of type {kind}"
            found.append(Breach("interaction-components-type", (*path, name), definition[name], lead))
        found.extend(islice(_repeated_ids(definition[name], (*path, name)), ENOUGH))
    found.extend(islice(_odd_patterns(kind, definition, path), ENOUGH))


def _repeated_ids(components: Any, path: Path) -> Iterator[Breach]:
    seen = set()
    for index, component in enumerate(components if isinstance(components, list) else ()):
        name = component.get("id") if isinstance(component, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            yield Breach("component-id-unique", (*path, index, "id"), name, f'repeats the id "{name[:40]}"')
        seen.add(name)


def _odd_patterns(kind: Any, definition: dict[str, Any], path: Path) -> Iterator[Breach]:
    patterns = definition.get("correctResponsesPattern")
    knows_items = kind == "choice" and _has_ids_only(definition.get("choices"))
    for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
        if not isinstance(pattern, str):
            continue
        place = (*path, "correctResponsesPattern", index)
        if kind == "true-false" and pattern not in {"true", "false"}:
            yield Breach("pattern-true-false", place, pattern)
        if kind == "numeric" and not _NUMERIC.fullmatch(pattern):
            yield Breach("pattern-numeric", place, pattern)
        if knows_items and _DELIMITER in pattern and sum(map(bool, pattern.split(_DELIMITER))) == 1:
            yield Breach("pattern-delimiter", place, pattern)


def _has_ids_only(choices: Any) -> bool:
    """Whether each choice has an id that is not empty: then nothing before or after a delimiter is no item."""
    listed = choices if isinstance(choices, list) else []
    return bool(listed) and all(isinstance(one, dict) and one.get("id") for one in listed)
