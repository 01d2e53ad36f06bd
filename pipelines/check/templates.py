"""Checking one statement against one xAPI Profile: the algorithm of part three, section 2.1, with its reasons.

A template applies to every statement with all of its determining properties. Each of its rules that the statement
breaks becomes one sentence. Concepts apply to every statement that uses them.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import jsonpath
import orjson

from learnloom.pipelines.check.xapi_profile import StatementTemplate, TemplateRule, XapiProfile

# Stands for a location at which the selector finds nothing (section 8.1, selector).
_UNMATCHABLE: Final = object()
_ROLES: Final = ("parent", "grouping", "category", "other")
_SHOWN_VALUES: Final = 5
_EXTENSION_PLACES: Final = {
    "ContextExtension": (("context",), "in the context"),
    "ResultExtension": (("result",), "in the result"),
    "ActivityExtension": (("object", "definition"), "in the definition of an activity"),
}


class Failure(NamedTuple):
    """One requirement that a statement does not meet."""

    part: str
    """IRI of the template or concept."""
    name: str
    requirement: str
    """What it asks for: a sentence."""
    path: str
    """JSON Pointer to where the statement fails; empty where something is missing."""


class Held(NamedTuple):
    """How a statement keeps to a profile."""

    is_naming: bool
    """Whether it names the profile in its category."""
    is_matched: bool
    """Whether a template speaks of it."""
    failures: tuple[Failure, ...]


class _Query(NamedTuple):
    rule: TemplateRule
    location: Any
    selector: Any
    requirement: str


class ProfileChecker:
    """One profile, made ready for many statements."""

    def __init__(self, profile: XapiProfile) -> None:
        self._names = profile.names
        self._templates = [
            (template, [_query(rule) for rule in template.rules]) for template in profile.templates
        ]
        self._extensions = {
            concept.id: (concept, *_EXTENSION_PLACES[concept.type])
            for concept in profile.concepts
            if concept.type in _EXTENSION_PLACES
        }
        self._deprecated = {concept.id: concept for concept in profile.concepts if concept.deprecated}

    def hold(self, statement: dict[str, Any]) -> Held:
        """Hold a statement against the profile; what is ill-shaped in it counts as absent."""
        seen = _normalised(statement)
        failures = list(self._concepts(seen))
        is_matched = False
        for template, queries in self._templates:
            if _matches(seen, template):
                is_matched = True
                failures += _template_failures(seen, template, queries)
        categories = {activity.get("id") for activity in _activities(seen, "category")}
        return Held(
            is_naming=any(isinstance(one, str) and one in self._names for one in categories),
            is_matched=is_matched,
            failures=tuple(failures),
        )

    def _concepts(self, statement: dict[str, Any]) -> Iterator[Failure]:
        for iri, path in (
            (_get(statement, "verb", "id"), "/verb/id"),
            (_get(statement, "object", "definition", "type"), "/object/definition/type"),
        ):
            concept = self._deprecated.get(iri) if isinstance(iri, str) else None
            if concept is not None:
                yield Failure(concept.id, concept.name, "is deprecated: use its replacement.", path)
        for holder, _ in _EXTENSION_PLACES.values():
            extensions = _get(statement, *holder, "extensions")
            for key in extensions if isinstance(extensions, dict) else ():
                path = "/" + "/".join((*holder, "extensions", key.replace("~", "~0").replace("/", "~1")))
                if key in self._deprecated:
                    yield Failure(
                        key, self._deprecated[key].name, "is deprecated: use its replacement.", path
                    )
                if key in self._extensions and self._extensions[key][1] != holder:
                    concept, _, place = self._extensions[key]
                    yield Failure(key, concept.name, f"is allowed only {place}.", path)


def _template_failures(
    statement: dict[str, Any], template: StatementTemplate, queries: list[_Query]
) -> Iterator[Failure]:
    for size, holder in (
        (template.objectStatementRefTemplate, ("object",)),
        (template.contextStatementRefTemplate, ("context", "statement")),
    ):
        if size and _get(statement, *holder, "objectType") != "StatementRef":
            requirement = f"{'.'.join(holder)} must be a StatementRef."
            yield Failure(template.id, template.name, requirement, _pointer(statement, holder))
    for query in queries:
        found = list(query.location.finditer(statement))
        if not _follows(query, [match.obj for match in found]):
            path = found[0].pointer() if found else ""
            yield Failure(template.id, template.name, query.requirement, str(path))


def _follows(query: _Query, values: list[Any]) -> bool:
    """Whether the values at a rule's location are as it asks (part three, 2.1, follows_rule)."""
    rule = query.rule
    if query.selector is not None:
        selected: list[Any] = []
        for value in values:
            found = query.selector.findall(value) if isinstance(value, dict | list) else []
            selected += found or [_UNMATCHABLE]
        values = selected
    matchable = [value for value in values if value is not _UNMATCHABLE]
    has_unmatchable = len(matchable) < len(values)
    if rule.presence == "included" and (has_unmatchable or not values):
        return False
    if rule.presence == "excluded":
        return not matchable
    if rule.presence == "recommended" and not values:
        return True
    keys = {_key(value) for value in matchable}
    return (
        (rule.any is None or not keys.isdisjoint(map(_key, rule.any)))
        and (rule.all is None or (not has_unmatchable and keys <= set(map(_key, rule.all))))
        and (rule.none is None or keys.isdisjoint(map(_key, rule.none)))
    )


def _key(value: Any) -> bytes:
    """A value as it is compared: as JSON, 1 and 1.0 being one number."""
    return orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _query(rule: TemplateRule) -> _Query:
    selector = None if rule.selector is None else jsonpath.compile(rule.selector)
    return _Query(rule, jsonpath.compile(rule.location), selector, _sentence(rule))


def _sentence(rule: TemplateRule) -> str:
    """What a rule asks for, in words."""
    place = rule.location if rule.selector is None else f"{rule.location} → {rule.selector}"
    asked = []
    if rule.presence == "excluded":
        return f"{place} must be absent."
    if rule.presence == "included":
        asked.append("must be present")
    if rule.any is not None:
        asked.append(f"must contain at least one of {_listed(rule.any)}")
    if rule.all is not None:
        asked.append(f"must contain only {_listed(rule.all)}")
    if rule.none is not None:
        asked.append(f"must not contain {_listed(rule.none)}")
    where = ", if it is present" if rule.presence == "recommended" else ""
    return f"{place} {' and '.join(asked) or 'is recommended'}{where}."


def _listed(values: list[Any]) -> str:
    shown = ", ".join(orjson.dumps(value).decode() for value in values[:_SHOWN_VALUES])
    return shown + (f" and {len(values) - _SHOWN_VALUES} more" if len(values) > _SHOWN_VALUES else "")


def _matches(statement: dict[str, Any], template: StatementTemplate) -> bool:
    """Whether a statement has all determining properties of a template (section 8)."""
    if template.verb is not None and _get(statement, "verb", "id") != template.verb:
        return False
    kind = template.objectActivityType
    if kind is not None and _get(statement, "object", "definition", "type") != kind:
        return False
    by_role = {
        "grouping": template.contextGroupingActivityType,
        "parent": template.contextParentActivityType,
        "other": template.contextOtherActivityType,
        "category": template.contextCategoryActivityType,
    }
    for role, size in by_role.items():
        if size and not _holds(
            (_get(one, "definition", "type") for one in _activities(statement, role)), size
        ):
            return False
    attachments = statement.get("attachments")
    listed = [one for one in attachments if isinstance(one, dict)] if isinstance(attachments, list) else []
    return _holds((one.get("usageType") for one in listed), template.attachmentUsageType)


def _holds(values: Iterator[Any], size: list[str]) -> bool:
    return {value for value in values if isinstance(value, str)} >= set(size)


def _normalised(statement: dict[str, Any]) -> dict[str, Any]:
    """The statement with single context activities as arrays of one (section 8.1)."""
    around = _get(statement, "context", "contextActivities")
    if not isinstance(around, dict) or not any(isinstance(around.get(role), dict) for role in _ROLES):
        return statement
    arrays = {role: [value] if isinstance(value, dict) else value for role, value in around.items()}
    return {**statement, "context": {**statement["context"], "contextActivities": arrays}}


def _activities(statement: dict[str, Any], role: str) -> list[dict[str, Any]]:
    listed = _get(statement, "context", "contextActivities", role)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _get(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _pointer(statement: dict[str, Any], holder: tuple[str, ...]) -> str:
    return "/" + "/".join(holder) if _get(statement, *holder) is not None else ""
