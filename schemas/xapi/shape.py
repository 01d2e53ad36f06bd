"""From pydantic's errors to broken rules: every refusal of the types becomes a rule of the table.

Types that stand for one rule carry its id as their error type (atoms.Breaks). What is left says only that a
value has the wrong JSON type, that a property is missing or that it is unknown: there the place decides.
"""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from learnloom.schemas.xapi.interaction import COMPONENT_LISTS
from learnloom.schemas.xapi.rule import Breach, Path
from learnloom.schemas.xapi.rules import RULES
from learnloom.schemas.xapi.spelling import right_spelling

_EXPECTED: Final = {
    "dict_type": "an object",
    "list_type": "an array",
    "string_type": "a string",
    "bool_type": "true or false",
    "float_type": "a number",
}
_MISSING: Final = {
    "actor": "statement-required",
    "verb": "statement-required",
    "object": "statement-required",
    "homePage": "account-required",
    "name": "account-required",
    "usageType": "attachment-required",
    "display": "attachment-required",
    "contentType": "attachment-required",
    "length": "attachment-required",
    "sha2": "attachment-required",
    "agent": "context-actor-required",
    "group": "context-actor-required",
}
_MISSING_KIND: Final = {"statement": "statement-ref-type", "team": "team-group", "group": "actor-type"}


def shape_breaches(error: ValidationError, statement: dict[str, Any]) -> Iterator[Breach]:
    """Translate what pydantic found wrong with a statement, in its order."""
    for line in error.errors(include_url=False, include_context=False):
        yield _breach(line, _path(line["loc"], statement))


def _path(loc: tuple[int | str, ...], statement: dict[str, Any]) -> Path:
    """The way through the data: pydantic's marks of unions and keys, which are no steps in it, fall away."""
    path: list[int | str] = []
    here: Any = statement
    for step in loc:
        if isinstance(here, dict) and step in here:
            here = here[str(step)]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            continue
        path.append(step)
    return tuple(path)


def _breach(line: ErrorDetails, path: Path) -> Breach:
    kind, loc, value = line["type"], line["loc"], line["input"]
    name = str(loc[-1])
    if kind == "missing":
        return Breach(_missing_rule(name, loc), path, value, f"lacks {name}")
    if kind == "extra_forbidden":
        right = right_spelling(name)
        return Breach(_extra_rule(name, loc), path, value, right and f"should be written {right}")
    if kind in {"union_tag_not_found", "union_tag_invalid"}:
        path, value = (*path, "objectType"), value["objectType"]
    if value is None:
        return Breach("value-null", path, value)
    return _misfit(kind, loc, path, value)


def _misfit(kind: str, loc: tuple[int | str, ...], path: Path, value: Any) -> Breach:
    """A value that is not what belongs in its place."""
    if kind in RULES:
        return Breach(kind, path, value)
    if kind == "too_short":
        return Breach("relevant-types-empty", path, value)
    if kind in _EXPECTED:
        return Breach("value-type", path, value, f"is {{value}}, but should be {_EXPECTED[kind]}")
    return Breach(_kind_rule(loc, value), path, value)


def _missing_rule(name: str, loc: tuple[int | str, ...]) -> str:
    if name in _MISSING:
        return _MISSING[name]
    steps = {str(step) for step in loc[-4:-1]}
    if name == "objectType":
        return _MISSING_KIND.get(str(loc[-2]), "context-actor-required")
    if loc[-2] == "verb":
        return "verb-id-required"
    if loc[-2] in {"<StatementRef>", "statement"}:
        return "statement-ref-id-required"
    return "component-id-required" if steps & set(COMPONENT_LISTS) else "activity-id-required"


def _extra_rule(name: str, loc: tuple[int | str, ...]) -> str:
    if right_spelling(name):
        return "property-case"
    around = loc[-2] if len(loc) > 1 else None
    if around == "contextActivities":
        return "context-activities-key"
    if around == "context" and name in {"contextAgents", "contextGroups"}:
        return "property-version"
    if around == "<SubStatement>" and name in {"id", "stored", "version", "authority"}:
        return "substatement-property"
    return "property-unknown"


def _kind_rule(loc: tuple[int | str, ...], kind: Any) -> str:
    """The rule about objectType in a place that takes several kinds, or only agents or only groups."""
    if "member" in loc:
        return "group-member-agent"
    if loc[-1] == "objectType" and loc[-2] == "team":
        return "team-group"
    if loc[-1] == "object":
        return "substatement-nested" if kind == "SubStatement" else "object-type"
    return "actor-type"
