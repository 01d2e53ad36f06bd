"""A request and its answer, free of any server's types."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, Self

import orjson

from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.record import Fault

JSON: Final = "application/json"
PIECE_BYTES: Final = 262_144
"""Of an answer in pieces, each has so many at the least, but for the last: nothing waits for more of them than one."""
LONG_BODY: Final = 1_048_576
"""Bytes from which a body is long: it takes many times its length while it is judged."""

Rest = Generator[bytes, None, None]
"""The pieces that follow a body; an empty one is the last."""


class RefusedError(LearnloomError):
    """A request is not carried out; the sender is told why."""

    def __init__(
        self, status: int, message: str, *, faults: Sequence[Mapping[str, Any]] = (), **headers: str
    ) -> None:
        """Refuse with a status of HTTP, a sentence, faults of single statements, and headers (`_` stands for `-`)."""
        super().__init__(message)
        self.status = status
        self.faults = faults
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Learner(NamedTuple):
    """Whom a short key is for: with it, one student does one course."""

    agent: str
    """Key of the student's identifier."""
    registration: str | None
    activities: frozenset[str]
    """What it is about; empty: anything."""


@dataclass(frozen=True)
class Call:
    """A request."""

    method: str
    path: str
    """Below the store's own path: `/statements`."""
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes = b""
    key_id: str = ""
    """Whose key it came with; set once that is known."""
    scopes: frozenset[str] = frozenset()
    home_pages: frozenset[str] = frozenset()
    """Where accounts of actors may be; empty: anywhere."""
    learner: Learner | None = None
    """Set where it came with a short key."""
    address: str = ""
    """The sender's, without port."""
    origin: str = ""
    """Where the store stands, as the sender calls it: https://lrs.example/xapi."""
    version: str = ""
    """The version of xAPI by which it is judged: 1.0.3 or 2.0.0."""

    def having(self, **changed: Any) -> Self:
        """Give the same call with some fields changed."""
        return replace(self, **changed)

    @property
    def content_type(self) -> str:
        """The type of the body, without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_version_2(self) -> bool:
        """Whether the rules of 2.0 hold."""
        return self.version.startswith("2.")


@dataclass(frozen=True)
class HttpAnswer:
    """What is given back."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    statements: int = 0
    """How many were taken in or given; for limits and the audit, not sent."""
    rest: Rest | None = None
    """What follows the body, made as it is sent; for one thread at a time."""


def as_json(value: Any, status: int = 200, **headers: str) -> HttpAnswer:
    """Answer with a value as JSON."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return HttpAnswer(status, orjson.dumps(value), headers=named)


def in_pieces(
    pieces: Iterable[bytes], content_type: str, headers: Mapping[str, str], *, statements: int
) -> HttpAnswer:
    """Answer with what is made piece by piece; what makes the first one may refuse all."""
    rest = _gathered(pieces)
    body = next(rest)
    is_all = len(body) < PIECE_BYTES
    return HttpAnswer(200, body, content_type, headers, statements, None if is_all else rest)


def _gathered(pieces: Iterable[bytes]) -> Rest:
    """Put pieces together that are small."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= PIECE_BYTES:
            # Whoever takes it has it alone.
            yield held.pop() if len(held) == 1 else b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def refusal(error: RefusedError) -> HttpAnswer:
    """Answer with the reason why a call is not carried out."""
    told: dict[str, Any] = {"error": str(error)}
    if error.faults:
        told["faults"] = error.faults
    return HttpAnswer(error.status, orjson.dumps(told), headers=error.headers)


def told_fault(fault: Fault, index: int) -> dict[str, Any]:
    """A fault of the statement at `index` of a batch, as JSON tells it."""
    return {"index": index, **fault._asdict()}


def only(parameters: Mapping[str, str], allowed: frozenset[str]) -> None:
    """Refuse parameters that are not `allowed` (Communication 1.0.3, 1.2 and 3.2: also those in another case).

    Raises:
        RefusedError: 400, naming them.
    """
    if unknown := sorted(set(parameters) - allowed):
        raise RefusedError(
            400,
            f"unknown parameter {', '.join(unknown)}: allowed are {', '.join(sorted(allowed))}, in this spelling",
        )


def needed(parameters: Mapping[str, str], name: str) -> str:
    """Give a parameter that must be there.

    Raises:
        RefusedError: 400, it is missing.
    """
    if name not in parameters:
        raise RefusedError(400, f"the parameter {name} is missing: add it to the query")
    return parameters[name]
