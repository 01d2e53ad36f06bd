"""What a rule is, and what it is to break one."""

from typing import Any, Final, NamedTuple

import orjson

MINIMAL_RECORD: Final = (
    b'{"actor": {"mbox": "mailto:ada@example.org"}, "verb": {"id": "https://example.org/verbs/read"}, '
    b'"object": {"id": "https://example.org/quiz/1"}}'
)
"""A record with all that a statement needs, and nothing else."""

Path = tuple[str | int, ...]
"""The way from the statement to a value: property names and array indices."""


class Rule(NamedTuple):
    """One rule of the specification (or of JSON, or of our limits) that a record can break."""

    id: str
    """Stable name, in kebab-case. It is never given to another rule."""
    section: str
    """Where it stands: a section of xAPI-Data 1.0.3 unless another source is named."""
    meaning: str
    """What must hold: a clause that starts in lower case and ends without a full stop."""
    fix: str
    """What the sender should do: an imperative clause of the same form."""
    right: str | bytes | None
    """A record that keeps the rule; see `record_of`."""
    wrong: str | bytes | None
    """A record that breaks this rule and no other."""


class Breach(NamedTuple):
    """One place in a statement where a rule is broken."""

    rule: str
    path: Path
    value: Any
    """The offending value, as parsed."""
    lead: str = ""
    """How a sentence about the place goes on, where "is {value}" would not do: `lacks id`. In it, {value}
    stands for the offending value."""


def pointer(path: Path) -> str:
    """The path as a JSON Pointer (RFC 6901, section 5); the empty text for the statement itself."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def record_of(example: str | bytes | None) -> bytes | None:
    """The record that an example of a rule stands for.

    Bytes and None (no value) are the record itself, and so is a text that begins with a brace; any other text
    is members of a statement, which take the place of those of `MINIMAL_RECORD`.
    """
    if not isinstance(example, str):
        return example
    if example.startswith("{"):
        return example.encode()
    return orjson.dumps(orjson.loads(MINIMAL_RECORD) | orjson.loads("{" + example + "}"))
