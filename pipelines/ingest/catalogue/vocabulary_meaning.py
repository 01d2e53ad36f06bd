"""What a verb and an activity type mean by rules, for one statement at a time.

A refresh decides the same for all statements, in SQL (sql/dimensional/dim_usage.sql).
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Final

from learnloom.pipelines.ingest.catalogue.vocabulary_presets import effective_rules
from learnloom.pipelines.ingest.catalogue.vocabulary_rules import RuleRow
from learnloom.schemas.vocabulary import ACTIVITY_TYPES, VERBS

_REMEMBERED: Final = 10_000
"""Verbs with their circumstances, and activities with theirs, whose rules are found once."""


class Meanings:
    """Rules, looked up by the word as sent."""

    def __init__(self, rows: Iterable[RuleRow]) -> None:
        """`rows`: rules in force, by position."""
        self._by_word: dict[tuple[str, str | None], list[RuleRow]] = {}
        self._other_types: set[str | None] = set()
        for row in rows:
            self._by_word.setdefault((row.form, row.from_id), []).append(row)
            self._other_types.add(row.from_id if row.form in ("drop", "lift", "other") else row.on_type)
        self.verb_rules = lru_cache(_REMEMBERED)(self._verb_rules)
        """The rules that fit a verb, the one that counts first.

        Called with the verb, the type of the object as sent, the platform, and the types in the context as sent.
        """
        self.type_rules = lru_cache(_REMEMBERED)(self._type_rules)
        """The rules that fit an activity type, the one that counts first.

        Called with the type as sent, the activity's id, and the platform.
        """

    def _verb_rules(
        self, verb_id: str, on_type: str | None, platform: str | None, within: frozenset[str]
    ) -> tuple[RuleRow, ...]:
        return tuple(
            row
            for row in self._by_word.get(("verb", verb_id), ())
            if row.on_type in (None, on_type)
            and row.platform in (None, platform)
            and (row.within_type is None or row.within_type in within)
        )

    def _type_rules(
        self, activity_type: str, activity_id: str | None, platform: str | None
    ) -> tuple[RuleRow, ...]:
        return tuple(
            row
            for row in self._by_word.get(("type", activity_type), ())
            if row.platform in (None, platform)
            and (row.matching is None or re.search(row.matching, activity_id or ""))
        )

    def is_part(self, activity_type: str) -> bool:
        """Whether an object of a type may be part of a parent that is meant."""
        return ("lift", activity_type) in self._by_word

    def lift_rules(self, activity_type: str, parent_types: Iterable[str]) -> Iterator[RuleRow]:
        """The rules by which an object of a type is part of a parent of one of these, the one that counts first."""
        types = tuple(parent_types)
        return (row for row in self._by_word.get(("lift", activity_type), ()) if row.to_id in types)

    def category_rules(self, category_ids: Iterable[str]) -> Iterator[RuleRow]:
        """The rules that fit the categories of a statement, whose object has no type."""
        ids = tuple(category_ids)
        for (form, prefix), rows in self._by_word.items():
            if form == "category" and prefix and any(iri.startswith(prefix) for iri in ids):
                yield from rows

    def is_known_type(self, activity_type: str) -> bool:
        """Whether a type without a meaning of its own stands in a rule all the same: nobody needs to look at it."""
        return activity_type in self._other_types


@cache
def preset_meanings() -> Meanings:
    """The rules of all presets."""
    return Meanings(effective_rules([]))


def meaning_of(word: str, rules: tuple[RuleRow, ...]) -> str:
    """What a verb or type means by the rules that fit it: itself where it is one of ours; empty where nobody knows."""
    if rules:
        return rules[0].to_id or ""
    return word if word in VERBS or word in ACTIVITY_TYPES else ""
