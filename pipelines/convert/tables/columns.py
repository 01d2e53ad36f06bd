"""Where in the rows of one file each part of an answer stands: a mapping matched with a header."""

import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from learnloom.pipelines.convert.tables.mapping import TableMapping, Wide
from learnloom.pipelines.ingest.sources.errors import InputError

_TAG: Final = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
ABSENT: Final = -1
NAMED: Final = 40
"""Columns that an error names."""


class ColumnIndexes(NamedTuple):
    """Index of each role's column; ABSENT where there is none."""

    student: int
    email: int
    item: int
    item_name: int
    correct: int
    score: int
    max: int
    at: int
    order: int
    duration: int
    skill: int
    skill_name: int
    course: int
    quiz: int
    attempt: int
    response: int
    hints: int


class ItemPlace(NamedTuple):
    """Columns of one question or piece of work of a wide table."""

    item: str
    """Its id; of several with one id, the later ones have a number added."""
    name: str
    type: str
    score: int
    correct: int
    response: int
    right_answer: int
    name_cell: int
    max_score: str
    """Points that can be had, as the header says; empty where it does not."""


def find_places(mapping: TableMapping, header: Sequence[str]) -> tuple[ColumnIndexes, list[ItemPlace]]:
    """Match a mapping with a header.

    Raises:
        InputError: a column that is needed is absent.
    """
    lower = [name.lower() for name in header]
    place = ColumnIndexes(*(_index(getattr(mapping.columns, role), lower) for role in ColumnIndexes._fields))
    for role in _needed(mapping):
        names = getattr(mapping.columns, role)
        if names and getattr(place, role) == ABSENT:
            raise InputError(
                f"it has no column {' or '.join(map(repr, names))} ({role}): its columns are "
                f"{', '.join(header[:NAMED])}; name the right one in the mapping"
            )
    if place.student == ABSENT and place.email == ABSENT:
        names = mapping.columns.student + mapping.columns.email
        raise InputError(
            f"it has no column {' or '.join(map(repr, names))} that identifies the student: its columns are "
            f"{', '.join(header[:NAMED])}; name the right one in the mapping"
        )
    if mapping.wide is None:
        return place, []
    taken = {index for index in place if index != ABSENT}
    items = find_items(mapping.wide, header, taken)
    if not items:
        raise InputError(
            "none of its columns is of a question or a piece of work by [wide] of the mapping: its columns are "
            f"{', '.join(header[:NAMED])}"
        )
    return place, items


def _needed(mapping: TableMapping) -> list[str]:
    """Roles whose columns a school has named, and one of a preset's that must be there."""
    if mapping.wide is not None:
        return []
    how = [role for role in ("correct", "score", "response") if getattr(mapping.columns, role)]
    return ["item", *how[:1]]


def _index(names: Sequence[str], lower: Sequence[str]) -> int:
    return next((lower.index(name.lower()) for name in names if name.lower() in lower), ABSENT)


def find_items(wide: Wide, header: Sequence[str], taken: set[int]) -> list[ItemPlace]:
    """Give the questions or pieces of work of a header, some of whose columns mean something else."""
    skip = re.compile(wide.skip, re.IGNORECASE) if wide.skip else None
    left = {
        index: title
        for index, title in enumerate(header)
        if index not in taken and not (skip is not None and skip.fullmatch(title))
    }
    found: dict[str, dict[str, str]] = {}
    places: dict[str, dict[str, int]] = {}
    for role in ("pair", "score", "correct", "right_answer", "name", "response"):
        known: set[str] = set()
        for pattern in getattr(wide, role):
            columns = _matched(pattern, left)
            for item, (index, told) in columns.items():
                del left[index]
                if item in known:
                    continue
                parts = places.setdefault(item, {})
                if role == "pair":
                    left.pop(index + 1, None)
                    points = index + 1 if index + 1 < len(header) else ABSENT
                    parts |= {"response": index, "score": points}
                    told["max"] = header[points] if points != ABSENT else ""
                else:
                    parts[role] = index
                found[item] = {**told, **found.get(item, {})}
            known |= set(columns)
    return [
        _place(item, parts, found[item])
        for item, parts in places.items()
        if "score" in parts or not wide.only_scored
    ]


def _matched(pattern: str, columns: Mapping[int, str]) -> dict[str, tuple[int, dict[str, str]]]:
    """Index and what is told of each item by a pattern; the same name twice is two items."""
    # A question's text may go over several lines.
    compiled = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    matched: dict[str, tuple[int, dict[str, str]]] = {}
    seen: Counter[str] = Counter()
    for index, title in columns.items():
        match = compiled.fullmatch(title)
        if match is None:
            continue
        told = {name: text.strip() for name, text in match.groupdict().items() if text and text.strip()}
        item = told.pop("item", "")
        seen[item] += 1
        matched[item if seen[item] == 1 else f"{item}~{seen[item]}"] = (index, told)
    return matched


def _plain(name: str) -> str:
    """Give the text of a question without the marks of HTML, in one line."""
    return " ".join(html.unescape(_TAG.sub(" ", name)).split())


def _place(item: str, parts: Mapping[str, int], told: Mapping[str, str]) -> ItemPlace:
    return ItemPlace(
        item,
        _plain(told.get("name", "")),
        told.get("type", "").lower(),
        score=parts.get("score", ABSENT),
        correct=parts.get("correct", ABSENT),
        response=parts.get("response", ABSENT),
        right_answer=parts.get("right_answer", ABSENT),
        name_cell=parts.get("name", ABSENT),
        max_score=told.get("max", ""),
    )
