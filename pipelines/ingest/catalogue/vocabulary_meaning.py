"""What a verb and an activity type mean by rules, for one statement at a time.

A refresh decides the same for all statements, in SQL (sql/dimensional/dim_usage.sql).
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from learnloom.pipelines.ingest.catalogue.vocabulary_rules import RuleRow

_REMEMBERED: Final = 10_000
"""Combinations of words whose rules are found once."""


class Meanings:
    """Rules, looked up by the word as sent."""

    def __init__(self, rows: Iterable[RuleRow]) -> None:
        """`rows`: rules in force, by position."""
        self._by_word: dict[tuple[str, str | None], list[RuleRow]] = {}
        for row in rows:
            self._by_word.setdefault((row.form, row.from_id), []).append(row)
        self.verb_rules = lru_cache(_REMEMBERED)(self._verb_rules)
        """The rules that fit a verb, the one that counts first.

        Called with the verb, the type of the object as sent, the platform, and the types in the context as sent.
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

    def type_rules(
        self, activity_type: str, activity_id: str | None, platform: str | None
    ) -> tuple[RuleRow, ...]:
        """The rules that fit an activity type, the one that counts first."""
        return tuple(
            row
            for row in self._by_word.get(("type", activity_type), ())
            if row.platform in (None, platform)
            and (row.matching is None or re.search(row.matching, activity_id or ""))
        )

    def category_rules(self, category_ids: Iterable[str]) -> Iterator[RuleRow]:
        """The rules that fit the categories of a statement, whose object has no type."""
        ids = tuple(category_ids)
        for (form, prefix), rows in self._by_word.items():
            if form == "category" and prefix and any(iri.startswith(prefix) for iri in ids):
                yield from rows
