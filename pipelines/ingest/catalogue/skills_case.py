"""A skill map as a CASE package: a framework of competencies in the JSON of 1EdTech's CASE 1.0 and 1.1.

A CFPackage has CFItems, what is to be learned, and CFAssociations, how these and other things belong together:

isChildOf, isPartOf     the origin lies within the destination. An item that others lie in is a heading: what is
                        said of its order holds for all that lies in it.
precedes                the origin comes before the destination: a prerequisite.
exactMatchOf            both are the same: what is said of one is said of the other. The item listed first stands
                        for both.
isRelatedTo, exemplar   where one end is an item and the other is none, that one is an activity that exercises it.

Other types say nothing that is used here. A skill's IRI is the item's uri.
"""

import graphlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.ingest.catalogue.csv_rows import MAX_ROWS, checked_iri
from learnloom.pipelines.ingest.catalogue.skills_csv import SkillRow
from learnloom.pipelines.ingest.sources.errors import SkillFileError

MAX_BYTES: Final = 256 * 1024 * 1024
"""The largest frameworks published have tens of megabytes."""
_NAME_CHARS: Final = 80
"""A longer statement is cut: names stand within sentences."""
_WITHIN: Final = frozenset({"isChildOf", "isPartOf"})
_MAPS: Final = frozenset({"isRelatedTo", "exemplar"})
_USED: Final = frozenset({*_WITHIN, *_MAPS, "precedes", "exactMatchOf"})

_Json = dict[str, Any]


class _Link(NamedTuple):
    """One association whose type is used."""

    place: str
    kind: str
    origin: str
    """The item's uri; of anything else its own."""
    destination: str
    is_to_framework: bool
    """Whether one end that is no item is said to be a CASE item elsewhere, and so no activity."""


def read_case(path: Path) -> Iterator[SkillRow]:
    """Read what a CASE package says of skills.

    Raises:
        SkillFileError: it is no CASE package, or something in it is wrong; the message names the place.
        OSError: it cannot be read.
    """
    package = _load(path)
    items = _items(package, path)
    links = list(_links(package, path, items))
    same = _same(links, items)
    links = [
        link._replace(
            origin=same.get(link.origin, link.origin),
            destination=same.get(link.destination, link.destination),
        )
        for link in links
    ]
    yield from _item_rows(items, same)
    yield from _order_rows(links, path)
    yield from _activity_rows(links, items, same)


def _load(path: Path) -> _Json:
    if path.stat().st_size > MAX_BYTES:
        raise SkillFileError(f"{path} has more than {MAX_BYTES} bytes: split the framework")
    try:
        package = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise SkillFileError(
            f"{path}, line {error.lineno}, column {error.colno}: no JSON: {error.msg}"
        ) from error
    if isinstance(package, dict) and isinstance(package.get("CFPackage"), dict):
        package = package["CFPackage"]
    if not isinstance(package, dict) or not isinstance(package.get("CFItems"), list):
        raise SkillFileError(
            f"{path}: it has no list CFItems; a CASE package has CFDocument, CFItems and CFAssociations "
            f"(GET /CFPackages/{{id}} of a CASE service gives it)"
        )
    for part in ("CFItems", "CFAssociations"):
        if len(package.get(part) or ()) > MAX_ROWS:
            raise SkillFileError(f"{path}, {part}: more than {MAX_ROWS}: split the framework")
    return package


class _CaseItem(NamedTuple):
    place: str
    uri: str
    name: str


def _items(package: _Json, path: Path) -> dict[str, _CaseItem]:
    """Every item by its identifier and by its uri."""
    found: dict[str, _CaseItem] = {}
    for number, item in enumerate(package["CFItems"]):
        place = f"{path}, CFItems[{number}]"
        if not isinstance(item, dict):
            raise SkillFileError(f"{place}: {item!r} is no object")
        read = _CaseItem(place, _iri(item.get("uri"), f"{place}.uri"), _name(item))
        for key in ("identifier", "uri"):
            known = item.get(key)
            if isinstance(known, str) and found.setdefault(known, read) is not read:
                raise SkillFileError(f"{place}.{key}: {known!r} is also that of {found[known].place}")
    return found


def _name(item: _Json) -> str:
    """A short name: the abbreviated statement, else the full one, cut where it is long, then after its code."""
    short, full, code = (
        " ".join(str(item.get(key) or "").split())
        for key in ("abbreviatedStatement", "fullStatement", "humanCodingScheme")
    )
    name = short or full or code
    if len(name) <= _NAME_CHARS:
        return name
    begin = f"{code}: " if code else ""
    return f"{begin}{name}"[: _NAME_CHARS - 2].rstrip() + " …"


def _iri(value: object, place: str) -> str:
    try:
        return checked_iri(value)
    except ValueError as error:
        raise SkillFileError(f"{place}: {error}") from None


def _links(package: _Json, path: Path, items: dict[str, _CaseItem]) -> Iterator[_Link]:
    for number, link in enumerate(package.get("CFAssociations") or ()):
        place = f"{path}, CFAssociations[{number}]"
        if not isinstance(link, dict) or not isinstance(link.get("associationType"), str):
            raise SkillFileError(f"{place}.associationType: it is absent; give one such as isChildOf")
        if link["associationType"] not in _USED:
            continue
        ends = [_end(link, key, place, items) for key in ("originNodeURI", "destinationNodeURI")]
        yield _Link(
            place, link["associationType"], ends[0][0], ends[1][0], any(is_outside for _, is_outside in ends)
        )


def _end(link: _Json, key: str, place: str, items: dict[str, _CaseItem]) -> tuple[str, bool]:
    """The IRI at one end of an association, and whether that is an item of another framework."""
    node = link.get(key)
    if not isinstance(node, dict):
        raise SkillFileError(f"{place}.{key}: it must be an object with identifier and uri")
    for name in ("identifier", "uri"):
        known = node.get(name)
        if isinstance(known, str) and known in items:
            return items[known].uri, False
    return _iri(node.get("uri"), f"{place}.{key}.uri"), node.get("targetType") == "CASE"


def _same(links: list[_Link], items: dict[str, _CaseItem]) -> dict[str, str]:
    """For each IRI that matches others exactly the one that stands for all: an item before what is none."""
    order = {item.uri: number for number, item in enumerate(items.values())}
    groups: dict[str, set[str]] = {}
    for link in links:
        if link.kind == "exactMatchOf":
            group = groups.get(link.origin, {link.origin}) | groups.get(link.destination, {link.destination})
            for iri in group:
                groups[iri] = group
    return {
        iri: min(group, key=lambda one: (order.get(one, len(order)), one)) for iri, group in groups.items()
    }


def _item_rows(items: dict[str, _CaseItem], same: dict[str, str]) -> Iterator[SkillRow]:
    """Every item under its name; of those that match exactly, one."""
    # Each item has two keys.
    for item in dict.fromkeys(items.values()):
        if same.get(item.uri, item.uri) == item.uri:
            yield SkillRow(place=item.place, skill=item.uri, skill_name=item.name)


def _order_rows(links: list[_Link], path: Path) -> Iterator[SkillRow]:
    """What comes before what."""
    within: dict[str, list[str]] = {}
    """What lies in each heading."""
    for link in links:
        if link.kind in _WITHIN:
            within.setdefault(link.destination, []).append(link.origin)
    leaves: dict[str, tuple[str, ...]] = {}
    """What lies in each heading and is none itself."""
    for iri in _from_inside(within, path):
        inner = [leaf for part in within.get(iri, ()) for leaf in leaves[part]]
        leaves[iri] = tuple(dict.fromkeys(inner)) or (iri,)
    for link in links:
        if link.kind == "precedes":
            before = leaves.get(link.origin, (link.origin,))
            # A heading has no answers of its own as a rule, so nothing waits for it; it may wait itself.
            for skill in dict.fromkeys((*leaves.get(link.destination, ()), link.destination)):
                yield SkillRow(place=link.place, skill=skill, prerequisites=before)


def _activity_rows(
    links: list[_Link], items: dict[str, _CaseItem], same: dict[str, str]
) -> Iterator[SkillRow]:
    """Which activities exercise which items."""
    known = {same.get(item.uri, item.uri) for item in items.values()}
    mapped: set[tuple[str, str]] = set()
    for link in links:
        if link.kind not in _MAPS or link.is_to_framework:
            continue
        ends = ((link.origin, link.destination), (link.destination, link.origin))
        for activity, skill in ends:
            if skill in known and activity not in known and (activity, skill) not in mapped:
                mapped.add((activity, skill))
                yield SkillRow(place=link.place, skill=skill, activity=activity)


def _from_inside(within: dict[str, list[str]], path: Path) -> list[str]:
    """Headings and what lies in them, each after all that lies in it."""
    try:
        return list(graphlib.TopologicalSorter(within).static_order())
    except graphlib.CycleError as error:
        ring = " → ".join(reversed(error.args[1]))
        raise SkillFileError(f"{path}, CFAssociations: items lie within themselves: {ring}") from error
