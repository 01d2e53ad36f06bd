"""Telling by its fragments that a statement is valid: quick, and certain where the answer is yes.

A statement is valid if each of its fragments is right by itself, what must hold between fragments holds, and no
property stands twice. The last is told by colons: every property has one outside of texts, so a text that has
no more of them than its parsed parts account for repeats no property.
"""

from typing import Final

import msgspec
import orjson

from learnloom.pipelines.ingest.validate.fragment_cache import FragmentCache, UnsureError
from learnloom.schemas.xapi import fragments as xapi

_BACKSLASH: Final = 0x5C
_OUTER_LEVELS: Final = 2
"""Levels of nesting around a fragment, at the most: the statement, and its context or result."""
UNSURE: Final = (UnsureError, msgspec.DecodeError, UnicodeDecodeError, orjson.JSONDecodeError, RecursionError)
"""What `FragmentValidator.recognise` raises where it cannot tell that a statement is valid."""


class FragmentValidator:
    """Knows valid statements by fragments that it remembers. Not for several threads at once."""

    def __init__(self, *, cache_bytes: int, max_depth: int) -> None:
        """Remember nothing yet; be sure of statements nested up to `max_depth` levels."""
        self.cache = FragmentCache(cache_bytes, max_depth - _OUTER_LEVELS)

    # Branch upon branch, for here a call costs as much as what it would do.
    def recognise(self, raw: bytes, default_version: str) -> str | None:  # noqa: C901, PLR0912
        """Give the id of a valid statement, None if it has none.

        Raises one of `UNSURE` if it is not valid, or not for certain.
        """
        if raw.find(_BACKSLASH) >= 0 and b"\\u003" in raw:
            raise UnsureError  # a colon may be escaped: such are not counted
        parts = xapi.split(raw)
        cache = self.cache
        fragment = bytes(parts.actor)
        colons = cache.actors.get(fragment) or cache.learn(cache.actors, fragment, xapi.is_actor)
        fragment = bytes(parts.verb)
        colons += cache.verbs.get(fragment) or cache.learn(cache.verbs, fragment, xapi.is_common_verb)
        fragment = bytes(parts.object)
        of_object = cache.objects.get(fragment) or cache.learn_object(fragment)
        colons += abs(of_object)
        if parts.id is not None:
            if not xapi.is_uuid(parts.id):
                raise UnsureError
            colons += 1
        is_version_2 = default_version.startswith("2.")
        if parts.version is not None:
            if not xapi.is_version(parts.version):
                raise UnsureError
            is_version_2 = parts.version.startswith("2.")
            colons += 1
        is_time = xapi.is_strict_timestamp if is_version_2 else xapi.is_timestamp
        if (time := parts.timestamp) is not None:
            if not is_time(time):
                raise UnsureError
            colons += 1 + time.count(":")
        if (time := parts.stored) is not None:
            if not is_time(time):
                raise UnsureError
            colons += 1 + time.count(":")
        if parts.result is not None:
            colons += 1 + self._result(parts.result)
        if parts.context is not None:
            colons += 1 + self._context(parts.context, is_activity=of_object > 0, is_version_2=is_version_2)
        if parts.authority is not None:
            colons += cache.colons(cache.authorities, parts.authority, xapi.is_authority)
        if parts.attachments is not None:
            colons += cache.colons(cache.attachments, parts.attachments, xapi.is_attachments)
        if raw.count(b":") != colons:
            raise UnsureError
        return parts.id

    def _result(self, parts: xapi.ResultParts) -> int:
        """Count the colons within a result that is right."""
        cache = self.cache
        colons = (parts.success is not None) + (parts.completion is not None)
        if parts.extensions is not None:
            fragment = bytes(parts.extensions)
            colons += cache.extensions.get(fragment) or cache.learn_extensions(fragment)
        if parts.score is not None:
            fragment = bytes(parts.score)
            colons += cache.scores.get(fragment) or cache.learn(cache.scores, fragment, xapi.is_score)
        if parts.response is not None:
            colons += 1 + parts.response.count(":")
        if parts.duration is not None:
            if not xapi.is_duration(parts.duration):
                raise UnsureError
            colons += 1
        return colons

    def _context(  # noqa: C901, PLR0912 (likewise)
        self, parts: xapi.ContextParts, *, is_activity: bool, is_version_2: bool
    ) -> int:
        """Count the colons within a context that is right beside such an object, in such a version."""
        cache = self.cache
        colons = 0
        if parts.extensions is not None:
            fragment = bytes(parts.extensions)
            colons += cache.extensions.get(fragment) or cache.learn_extensions(fragment)
        if parts.contextActivities is not None:
            table, fragment = cache.context_activities, bytes(parts.contextActivities)
            colons += table.get(fragment) or cache.learn(table, fragment, xapi.is_context_activities)
        if parts.registration is not None:
            if not xapi.is_uuid(parts.registration):
                raise UnsureError
            colons += 1
        if (text := parts.platform) is not None:
            if not is_activity:
                raise UnsureError
            colons += 1 + text.count(":")
        if (text := parts.revision) is not None:
            if not is_activity:
                raise UnsureError
            colons += 1 + text.count(":")
        if parts.language is not None:
            if not xapi.is_language(parts.language):
                raise UnsureError
            colons += 1
        if parts.instructor is not None:
            colons += cache.colons(cache.actors, parts.instructor, xapi.is_actor)
        if parts.team is not None:
            colons += cache.colons(cache.teams, parts.team, xapi.is_team)
        if parts.statement is not None:
            colons += cache.colons(cache.references, parts.statement, xapi.is_reference)
        if parts.contextAgents is not None or parts.contextGroups is not None:
            if not is_version_2:
                raise UnsureError
            colons += self._context_actors(parts)
        return colons

    def _context_actors(self, parts: xapi.ContextParts) -> int:
        cache = self.cache
        colons = 0
        if parts.contextAgents is not None:
            colons += cache.colons(cache.context_agents, parts.contextAgents, xapi.is_context_agents)
        if parts.contextGroups is not None:
            colons += cache.colons(cache.context_groups, parts.contextGroups, xapi.is_context_groups)
        return colons
