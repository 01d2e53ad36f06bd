"""Fragments that have been found right, remembered by their bytes, within a bound.

What does not fit is forgotten all at once: a stream in which nothing repeats costs no more than the bound, and
what does repeat is soon known again. Keys are hashed with Python's own keyed hash (SipHash), so that a sender
cannot choose bytes that collide, unless PYTHONHASHSEED is fixed.
"""

from typing import Any, Final

import msgspec
import orjson

from learnloom.pipelines.ingest.sources.reading import depth_of
from learnloom.schemas.xapi.fragments import Fits, is_activity, is_actor, is_extension_key, is_reference

_LONGEST: Final = 16_384
"""Bytes of a fragment, at the most, to be remembered: longer ones hardly repeat."""
_OVERHEAD: Final = 200
"""Bytes that a remembered fragment takes besides its text: objects and its place in a table, which doubles."""

Table = dict[bytes, int]
"""Fragments of one kind that are right, each with the colons that belong to it: one for the property that holds
it, one for each property within, and those in its texts. A text that repeats a property has more of them."""


class UnsureError(Exception):
    """A fragment is not right by itself, or not for certain: the whole statement has to be judged."""


class FragmentCache:
    """What is known of fragments. Not for several threads at once."""

    def __init__(self, max_bytes: int, max_depth: int) -> None:
        """Remember up to `max_bytes` (about), and be sure of fragments up to `max_depth` levels."""
        self.actors: Table = {}
        self.teams: Table = {}
        self.authorities: Table = {}
        self.verbs: Table = {}
        self.objects: Table = {}
        """Of what is no Activity the number is negative."""
        self.references: Table = {}
        self.context_activities: Table = {}
        self.context_agents: Table = {}
        self.context_groups: Table = {}
        self.scores: Table = {}
        self.attachments: Table = {}
        self.extensions: Table = {}
        self.learned = 0
        """Fragments that had to be judged."""
        self._tables = [table for table in vars(self).values() if isinstance(table, dict)]
        self._keys: dict[tuple[str, ...], int] = {}
        self._max_bytes = self._left = max_bytes
        self._max_depth = max_depth

    def colons(self, table: Table, part: msgspec.Raw, fits: Fits) -> int:
        """Look up a fragment, and learn it where it is not known."""
        fragment = bytes(part)
        return table.get(fragment) or self.learn(table, fragment, fits)

    def learn(self, table: Table, fragment: bytes, fits: Fits) -> int:
        """Judge a fragment by `fits`, and remember it in `table` if it is right.

        Raises:
            UnsureError: it is not.
            orjson.JSONDecodeError: it is no JSON.
        """
        parsed = orjson.loads(fragment)
        return self._remember(table, fragment, self._judged(fragment, parsed, fits))

    def learn_object(self, fragment: bytes) -> int:
        """Judge the object of a statement likewise; SubStatements are left to who judges statements."""
        parsed = orjson.loads(fragment)
        kind = parsed.get("objectType", "Activity") if isinstance(parsed, dict) else None
        if kind == "Activity":
            return self._remember(self.objects, fragment, self._judged(fragment, parsed, is_activity))
        fits = is_reference if kind == "StatementRef" else is_actor
        return self._remember(self.objects, fragment, -self._judged(fragment, parsed, fits))

    def learn_extensions(self, fragment: bytes) -> int:
        """Judge extensions likewise; beyond their keys, which repeat, only their depth is to be judged."""
        parsed = orjson.loads(fragment)
        if not isinstance(parsed, dict):
            raise UnsureError
        keys = tuple(parsed)
        colons = self._keys.get(keys) or self._learn_keys(keys)
        for value in parsed.values():
            kind = type(value)
            if kind is str:
                colons += value.count(":")
            elif kind is dict or kind is list:
                if depth_of(value) >= self._max_depth:
                    raise UnsureError
                colons += orjson.dumps(value).count(b":")
        return self._remember(self.extensions, fragment, colons)

    def _learn_keys(self, keys: tuple[str, ...]) -> int:
        if not all(map(is_extension_key, keys)):
            raise UnsureError
        colons = 1 + len(keys) + sum(key.count(":") for key in keys)
        length = sum(map(len, keys))
        if length <= _LONGEST:
            self._left -= 4 * length + 2 * _OVERHEAD
            if self._left < 0:
                self._forget(4 * length + 2 * _OVERHEAD)
            self._keys[keys] = colons
        return colons

    def _judged(self, fragment: bytes, parsed: Any, fits: Fits) -> int:
        """Count the colons that belong to a fragment, which must be right and not too deep."""
        if not fits(parsed) or (
            fragment.count(b"{") + fragment.count(b"[") > self._max_depth
            and depth_of(parsed) > self._max_depth
        ):
            raise UnsureError
        return 1 + orjson.dumps(parsed).count(b":")

    def _remember(self, table: Table, fragment: bytes, colons: int) -> int:
        self.learned += 1
        size = len(fragment)
        if size <= _LONGEST:
            self._left -= size + _OVERHEAD
            if self._left < 0:
                self._forget(size + _OVERHEAD)
            table[fragment] = colons
        return colons

    def _forget(self, size: int) -> None:
        """Forget everything, and make room for `size` bytes."""
        self._left = self._max_bytes - size
        self._keys.clear()
        for table in self._tables:
            table.clear()
