"""What a text says to whoever looks for students in it: as JSON, also within strings, or as it is written."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from learnloom.pipelines.ingest.sources.reading import DEEPEST, depth_of
from learnloom.pipelines.privacy.tokens import Token, holds, holds_written
from learnloom.schemas.xapi.identity import student_key

IDENTIFIERS: Final = ("account", "mbox", "mbox_sha1sum", "openid")
_IDENTIFIERS: Final = frozenset(IDENTIFIERS)
_CONTAINERS: Final = (dict, list)
BEGINS: Final = ("{", "[")
"""How a JSON document begins in which somebody may stand."""
STRING_LEVELS: Final = 2
"""For so many levels of nesting counts a document that is a string of another one."""


def agent_key(value: Mapping[str, Any]) -> str | None:
    """Key of an agent or an identified group; None where it is neither."""
    if _IDENTIFIERS.isdisjoint(value):
        return None
    return student_key({**value, "objectType": "Agent"})


def agents_in(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every agent within a value with its key, wherever it stands."""
    for part in _containers(value):
        if isinstance(part, dict):
            key = agent_key(part)
            if key is not None:
                yield key, part


def strings_in(value: Any) -> Iterator[str]:
    """Names and texts of a JSON document, at any depth."""
    for part in _containers([value]):
        if isinstance(part, dict):
            yield from part
        yield from (each for each in _parts(part) if isinstance(each, str))


def _containers(value: Any) -> Iterator[Any]:
    """Objects and arrays of a document, however deep: Python calls itself a thousand times at the most."""
    waiting = [value] if isinstance(value, _CONTAINERS) else []
    while waiting:
        part = waiting.pop()
        yield part
        waiting += [each for each in _parts(part) if isinstance(each, _CONTAINERS)]


def _parts(container: Any) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


class Content:
    """A text, read once for all who are looked for in it.

    What is nested deeper than a statement can be is taken as it is written.
    """

    def __init__(self, text: str) -> None:
        """Read it."""
        self._text = text
        self._strings: list[str] = []
        self._unread: list[str] = []
        keys: set[str] = set()
        waiting = [(text, 0)]
        while waiting:
            some, depth = waiting.pop()
            try:
                value = orjson.loads(some)
                within = depth + depth_of(value)
            except ValueError:
                self._unread.append(some)
                continue
            if within > DEEPEST:
                self._unread.append(some)
                continue
            keys.update(key for key, _ in agents_in(value))
            for part in strings_in(value):
                self._strings.append(part)
                if part.startswith(BEGINS):
                    waiting.append((part, within + STRING_LEVELS))
        self.agents = frozenset(keys)
        """Keys of the agents in it."""

    def holds(self, tokens: Collection[Token]) -> set[Token]:
        """Which tokens it holds, however they are written."""
        every = "\n".join((self._text, *self._strings))
        near = [token for token in tokens if token.text in every]  # of most, all texts are passed by at once
        found = holds(self._text, near)
        for text in self._strings if near else ():
            found |= holds(text, near)
        for text in self._unread:
            found |= holds_written(text, tokens)
        return found

    def names(self, keys: Collection[str], tokens: Collection[Token]) -> bool:
        """Whether a student stands in it, by a key or by a text; also where a name of JSON stands twice."""
        return not self.agents.isdisjoint(keys) or bool(
            self.holds(tokens) or holds_written(self._text, tokens)
        )
