"""A student in the statements of others: found, and replaced by a pseudonym."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.privacy.tokens import Token, without
from learnloom.schemas.xapi.identity import student_key

HOME_PAGE: Final = "https://learnloom.example/erased"
"""Home page of the account that stands in the place of a student who was erased."""
_IDENTIFIERS: Final = ("account", "mbox", "mbox_sha1sum", "openid")


def agent_key(value: Mapping[str, Any]) -> str | None:
    """Key of an agent or an identified group; None where it is neither."""
    if not any(name in value for name in _IDENTIFIERS):
        return None
    return student_key({**value, "objectType": "Agent"})


def agents_in(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every agent within a value with its key, wherever it stands."""
    if isinstance(value, dict):
        key = agent_key(value)
        if key is not None:
            yield key, value
        for part in value.values():
            yield from agents_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from agents_in(part)


def decoded(raw: bytes | str) -> Any:
    """Read JSON; numbers stay as they are written.

    Raises:
        ValueError: it is no JSON.
    """
    return json.loads(raw, parse_float=_verbatim, parse_int=_verbatim)


def _verbatim(number: str) -> orjson.Fragment:
    return orjson.Fragment(number)


def redacted(raw: str, keys: Collection[str], tokens: Sequence[Token], pseudonym: str) -> str | None:
    """A statement of somebody else without the student.

    An agent is replaced as a whole, its name with it; in all other texts the tokens are.

    Args:
        raw: the statement as it came.
        keys: keys of the student.
        tokens: the student's texts.
        pseudonym: stands in their place.

    Returns:
        The statement as it is kept from now on; None where the student is not in it.
    """
    statement = decoded(raw)
    redaction = _Redaction(frozenset(keys), tuple(tokens), pseudonym)
    changed = redaction.of(statement)
    if changed == statement:
        return None
    try:
        return orjson.dumps(changed).decode()
    except (TypeError, orjson.JSONEncodeError):  # half of a pair of UTF-16 cannot be written as UTF-8
        return json.dumps(redaction.of(json.loads(raw)))


def redacted_text(text: str, keys: Collection[str], tokens: Sequence[Token], pseudonym: str) -> str | None:
    """A text, or a JSON document, without the student; as `redacted`."""
    try:
        return redacted(text, keys, tokens, pseudonym)
    except ValueError:
        changed = without(text, tokens, pseudonym)
        return changed if changed != text else None


class _Redaction(NamedTuple):
    """What is replaced, and by what."""

    keys: frozenset[str]
    tokens: tuple[Token, ...]
    pseudonym: str

    def of(self, value: Any) -> Any:
        """A value without the student."""
        if isinstance(value, str):
            return without(value, self.tokens, self.pseudonym)
        if isinstance(value, list):
            return [self.of(part) for part in value]
        if not isinstance(value, dict):
            return value
        if agent_key(value) in self.keys:
            rest = {name: part for name, part in value.items() if name not in (*_IDENTIFIERS, "name")}
            return self.of(rest) | {"account": {"homePage": HOME_PAGE, "name": self.pseudonym}}
        return {without(name, self.tokens, self.pseudonym): self.of(part) for name, part in value.items()}
