"""One message of a topic as records: what its headers say, and its value as one statement or an array of them.

Headers of other names are passed over: tracing and connectors add theirs. One of these names with a value that
cannot be followed makes a dead letter: to read the message regardless would be a guess. Of an array each statement
stands for itself.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import orjson

from learnloom.pipelines.ingest.sources.arrays import ArraySplitter
from learnloom.pipelines.ingest.sources.lines import KEPT_BYTES, too_large
from learnloom.pipelines.tracing.span import MAX_LINKS, TRACEPARENT
from learnloom.schemas.record import Fault, Record
from learnloom.schemas.xapi.statement import VERSION_1, VERSION_2

CONTENT_TYPE: Final = "content-type"
CONTENT_ENCODING: Final = "content-encoding"
XAPI_VERSION: Final = "xapi-version"
SOURCE: Final = "source"
STATEMENT_ID: Final = "statement-id"
RECORD_ID: Final = "record-id"
STORED: Final = "stored"
AUTHORITY: Final = "authority"
_MAX_TRACEPARENT_BYTES: Final = 128

JSON_TYPE: Final = "application/json"
_SHOWN_CHARS = 200
MAX_SOURCE_CHARS: Final = 200
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_UTF8 = {"utf-8", "utf8"}

HEADER_RULES: Final = {
    "header-content-type": f"{CONTENT_TYPE} must be {JSON_TYPE}, its charset UTF-8",
    "header-content-encoding": f"{CONTENT_ENCODING} must be identity: Kafka compresses batches itself "
    "(compression.type of the producer)",
    "header-xapi-version": f"{XAPI_VERSION} must be 1.0.x or 2.0.x",
    "header-source": f"{SOURCE} must be at most {MAX_SOURCE_CHARS} characters of UTF-8",
    "header-statement-id": f"{STATEMENT_ID} must be a UUID",
    "header-record-id": f"{RECORD_ID} must be at most {MAX_SOURCE_CHARS} characters of UTF-8",
    "header-encoding": "the value of a header must be text in UTF-8",
}
"""Everything for which a message can be refused on account of its headers: rule id, and what must hold."""

RawHeaders = Sequence[tuple[str, bytes | None]]


class Heading(NamedTuple):
    """What the headers say of the message."""

    source: str | None = None
    xapi_version: str | None = None
    """The version to judge by, as `judge` names it."""
    fault: Fault | None = None
    statement_id: str | None = None
    """What whoever received the statement calls it, where it has no id of its own."""
    record_id: str | None = None
    """What the message is called, however often it is sent."""


_NOTHING = Heading()


def read_headers(headers: RawHeaders) -> Heading:
    """Read the headers that have a meaning here; the last of several with one name counts."""
    if not headers:
        return _NOTHING
    found: dict[str, str] = {}
    for name, raw in headers:
        read = _READERS.get(name.lower())
        if read is None or raw is None:
            continue
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            return _refused("header-encoding", name, raw.decode(errors="replace"), found)
        rule, value = read(text)
        if rule is not None:
            return _refused(rule, name, text, found)
        if value is not None:
            found[name.lower()] = value
    return Heading(
        found.get(SOURCE), found.get(XAPI_VERSION), None, found.get(STATEMENT_ID), found.get(RECORD_ID)
    )


def traceparent_of(headers: RawHeaders) -> str | None:
    """Give what a message says of the span it came from (W3C Trace Context), unread; None where it says nothing."""
    for name, raw in headers or ():
        if raw is not None and name.lower() == TRACEPARENT and len(raw) <= _MAX_TRACEPARENT_BYTES:
            return raw.decode("ascii", errors="replace")
    return None


Read = tuple[str | None, str | None]
"""The rule that is broken, or the value."""


def _content_type(text: str) -> Read:
    kind, *parameters = (part.strip().lower() for part in text.split(";"))
    charsets = [p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")]
    if kind != JSON_TYPE or any(charset not in _UTF8 for charset in charsets):
        return "header-content-type", None
    return None, None


def _content_encoding(text: str) -> Read:
    return (None, None) if text.strip().lower() in {"", "identity"} else ("header-content-encoding", None)


def _xapi_version(text: str) -> Read:
    version = text.strip()
    if version == "1.0" or version.startswith("1.0."):
        return None, VERSION_1
    if version == "2.0" or version.startswith("2.0."):
        return None, VERSION_2
    return "header-xapi-version", None


def _source(text: str) -> Read:
    return (None, text) if len(text) <= MAX_SOURCE_CHARS else ("header-source", None)


def _statement_id(text: str) -> Read:
    return (None, text.lower()) if _UUID.fullmatch(text) else ("header-statement-id", None)


def _record_id(text: str) -> Read:
    return (None, text) if len(text) <= MAX_SOURCE_CHARS else ("header-record-id", None)


_READERS = {
    CONTENT_TYPE: _content_type,
    CONTENT_ENCODING: _content_encoding,
    XAPI_VERSION: _xapi_version,
    SOURCE: _source,
    STATEMENT_ID: _statement_id,
    RECORD_ID: _record_id,
}
_OF_ONE_MESSAGE: Final = frozenset({STATEMENT_ID, RECORD_ID, STORED})
"""What differs from message to message: whoever sends it is not remembered by it."""


def _refused(rule: str, name: str, value: str, found: Mapping[str, str]) -> Heading:
    shown = orjson.dumps(value[:_SHOWN_CHARS]).decode()
    message = f"The message's header {name} is {shown}: {HEADER_RULES[rule]}."
    fault = Fault(rule, "", shown, message)
    return Heading(found.get(SOURCE), None, fault, record_id=found.get(RECORD_ID))


EMPTY_ARRAY: Final = "message-empty-array"
_WHITE = b" \t\r\n"
_REMEMBERED_BYTES: Final = 1_024
"""Longer headers are read anew each time, so that what is remembered is bounded."""


@lru_cache(maxsize=1_024)
def _remembered(headers: tuple[tuple[str, bytes | None], ...]) -> Heading:
    """A sender's messages all have the same headers."""
    return read_headers(headers)


def records_of(
    offset: int, value: bytes | None, headers: RawHeaders, max_record_bytes: int, header_bytes: int = -1
) -> list[Record]:
    """Give the records of a message: at least one, whatever it holds.

    Args:
        offset: its place in its partition.
        value: its bytes; None: a tombstone.
        headers: its headers.
        max_record_bytes: a larger statement is refused, and only its beginning kept.
        header_bytes: size of all headers; -1: unknown.
    """
    heading = _heading(headers, is_short=0 <= header_bytes <= _REMEMBERED_BYTES)
    source, version = heading.source, heading.xapi_version
    record_id = heading.record_id
    # What bears one name is one record, whatever it holds.
    is_one = value is None or heading.record_id is not None or heading.statement_id is not None
    if heading.fault is not None:
        kept = value if value is None or len(value) <= max_record_bytes else value[:KEPT_BYTES]
        return [Record(offset, 0, kept, heading.fault, source, version, record_id=record_id)]
    if value is None or is_one or not value.lstrip(_WHITE).startswith(b"["):
        if value is not None and len(value) > max_record_bytes:
            truncated = too_large(value, len(value), max_record_bytes)
            return [Record(offset, 0, truncated.kept, truncated.fault, source, version, record_id=record_id)]
        return [
            Record(
                offset,
                0,
                value,
                None,
                source,
                version,
                statement_id=heading.statement_id,
                record_id=record_id,
            )
        ]
    return list(_elements(offset, value, source, version, max_record_bytes))


def _heading(headers: RawHeaders, *, is_short: bool) -> Heading:
    """Read the headers; of what all messages of a sender have in common only once."""
    if not is_short or not headers:
        return read_headers(headers)
    own = [header for header in headers if header[0].lower() in _OF_ONE_MESSAGE]
    if not own:
        return _remembered(tuple(headers))
    common = _remembered(tuple(header for header in headers if header not in own))
    if common.fault is not None:
        return common
    read = read_headers(own)
    return common._replace(statement_id=read.statement_id, record_id=read.record_id, fault=read.fault)


def _elements(
    offset: int, value: bytes, source: str | None, version: str | None, max_record_bytes: int
) -> Iterator[Record]:
    """Cut an array into its elements, each with its own bytes."""
    element = -1
    for element, frame in enumerate(ArraySplitter(max_record_bytes).frames(iter([value]))):
        raw, fault = (frame, None) if isinstance(frame, bytes) else frame
        yield Record(offset, element, raw, fault, source, version)
    if element < 0:
        message = "The message is an array without a statement: do not send empty batches."
        yield Record(offset, 0, value[:KEPT_BYTES], Fault(EMPTY_ARRAY, "", "[]", message), source, version)


class Spans:
    """Some of the spans that messages came from; nothing is looked at where nobody collects spans."""

    def __init__(self, *, is_wanted: bool) -> None:
        """Have found none yet.

        Args:
            is_wanted: whether anybody collects spans.
        """
        self._is_wanted = is_wanted
        self._found: dict[str, None] = {}

    def add(self, headers: RawHeaders) -> None:
        """Look at a message's headers, as long as there is room."""
        if self._is_wanted and len(self._found) < MAX_LINKS:
            found = traceparent_of(headers)
            if found is not None:
                self._found[found] = None

    def taken(self) -> tuple[str, ...]:
        """Give what was found, and begin anew."""
        found, self._found = tuple(self._found), {}
        return found
