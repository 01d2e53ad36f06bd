"""A student in what others have sent: found, and replaced by a pseudonym."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

from learnloom.pipelines.ingest.land.erased import HOME_PAGE
from learnloom.pipelines.ingest.sources.reading import DEEPEST, depth_of
from learnloom.pipelines.privacy.content import BEGINS, IDENTIFIERS, STRING_LEVELS, agent_key
from learnloom.pipelines.privacy.pattern import Pattern, Texts
from learnloom.pipelines.privacy.tokens import Token, without, without_written

MAY_BE_ESCAPED: Final = "\\u00"
"""Begins a letter or digit that is written as an escape: nobody does so, but JSON allows it."""


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


class Nearby(Texts):
    """Texts in which somebody may stand."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Lay them out, and tell those apart that have to be read."""
        super().__init__(texts)
        self.escaped = frozenset(text for text in texts if MAY_BE_ESCAPED in text)


class Redaction:
    """Takes a student out of what others have sent.

    An agent is replaced as a whole, its name with it; in all other texts the tokens are. So is a number that is the
    student's account within `extensions` and within strings, where anything may stand. Elsewhere it is null then:
    whatever reads a number there takes it for unknown.
    """

    def __init__(
        self, keys: Collection[str], tokens: Iterable[Token], pseudonym: str, *, shared: Iterable[Token] = ()
    ) -> None:
        """Take note of whom to take out.

        Args:
            keys: keys of the student.
            tokens: texts that the student alone has.
            pseudonym: stands in their place.
            shared: texts that others have, too: they stay, but an agent who has one may be the student.
        """
        self.keys = frozenset(keys)
        self.tokens = tuple(tokens)
        self._pseudonym = pseudonym
        self._numbers = {token.text for token in self.tokens if token.is_distinct and token.text.isdecimal()}
        self._pattern = Pattern.of((*self.tokens, *shared))

    def near(self, texts: Nearby) -> set[str]:
        """Those of some texts in which the student may stand."""
        return {*self._pattern.among(texts), *texts.escaped}

    def of(self, text: str) -> str | None:
        """A statement or document of somebody else as it is kept from now on; None where the student is not in it.

        What is no JSON, or is nested deeper than a statement can be, is changed as a text.
        """
        changed = self._document(text, 0)
        return None if changed == text else changed

    def _document(self, text: str, depth: int) -> str:
        try:
            return self._of_json(text, depth)
        except ValueError:
            return without_written(text, self.tokens, self._pseudonym)

    def _of_json(self, text: str, depth: int) -> str:
        value = _decoded(text)
        if depth + depth_of(value) > DEEPEST:
            raise ValueError("it is nested too deep")
        changed = self._of_value(value, depth, is_free=depth > 0)
        if changed == value:
            return text
        try:
            return orjson.dumps(changed, default=_written, option=orjson.OPT_PASSTHROUGH_SUBCLASS).decode()
        except TypeError as error:
            raise ValueError("half of a pair of UTF-16 cannot be written as UTF-8") from error

    def _of_value(self, value: Any, depth: int, *, is_free: bool) -> Any:
        """A value without the student; `is_free`: any type may stand in its place."""
        if isinstance(value, _Number):
            if value not in self._numbers:
                return value
            return self._pseudonym if is_free else None
        if isinstance(value, str):
            if value.startswith(BEGINS):
                return self._document(value, depth + STRING_LEVELS)
            return without(value, self.tokens, self._pseudonym)
        if isinstance(value, list):
            return [self._of_value(part, depth + 1, is_free=is_free) for part in value]
        return self._of_object(value, depth, is_free=is_free) if isinstance(value, dict) else value

    def _of_object(self, value: Mapping[str, Any], depth: int, *, is_free: bool) -> dict[str, Any]:
        is_theirs = agent_key(value) in self.keys
        changed = {
            without(name, self.tokens, self._pseudonym): self._of_value(
                part, depth + 1, is_free=is_free or name == "extensions"
            )
            for name, part in value.items()
            if not (is_theirs and name in (*IDENTIFIERS, "name"))
        }
        if is_theirs:
            changed["account"] = {"homePage": HOME_PAGE, "name": self._pseudonym}
        return changed


def _decoded(text: str) -> Any:
    """Read JSON; numbers stay as they are written.

    Raises:
        ValueError: it is no JSON or no UTF-8, it is nested too deep, or a name stands twice in an object.
    """
    text.encode()
    try:
        return json.loads(text, parse_float=_Number, parse_int=_Number, object_pairs_hook=_object)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def _written(number: _Number) -> orjson.Fragment:
    return orjson.Fragment(number.encode())


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice: one of the values would be lost")
    return made
