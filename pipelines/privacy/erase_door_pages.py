"""What of the store of `learnloom lrs` is looked through whole, a page at a time: refused records, documents, bytes.

Nothing tells whom a refused record or a document of others names, and there may be many: memory holds a page of them,
and for a page who writes to the store waits.
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha1
from typing import Any, Final

from learnloom.pipelines.lrs.database import Connection, Database
from learnloom.pipelines.privacy.mentions import redacted_text
from learnloom.pipelines.privacy.tokens import Token, bounded, variants

RECORDS: Final = 1_000
"""Records of a page: of at most `max_statement_bytes` each, and of a few thousand bytes as a rule."""
DOCUMENTS: Final = 50
"""Documents of a page, which are larger."""


def statements_waiting(database: Database) -> Iterator[bytes]:
    """Give the bytes of all statements that the journal has, as of the moment when the first is asked for."""
    with database.snapshot() as connection:
        yield from (raw for _, raw in _records(connection, "id IS NOT NULL"))


def refused_naming(connection: Connection, tokens: Sequence[Token]) -> Iterator[bytes]:
    """Give the records that were refused and name a student."""
    patterns = _patterns(tokens)
    yield from (raw for _, raw in _records(connection, "id IS NULL") if _names(patterns, raw))


def drop_refused(database: Database, tokens: Sequence[Token]) -> int:
    """Delete the records that were refused and name a student; give how many those were."""
    patterns, last, count = _patterns(tokens), -1, 0
    while True:
        with database.transaction() as connection:
            page = _page(connection, "id IS NULL", last)
            for seq, raw in page:
                if _names(patterns, raw):
                    count += connection.execute("DELETE FROM entry WHERE seq = ?", (seq,)).rowcount
        if len(page) < RECORDS:
            return count
        last = page[-1][0]


def redact_documents(database: Database, keys: Sequence[str], tokens: Sequence[Token], pseudonym: str) -> int:
    """Replace a student in documents of others and of activities, and give how many these were."""
    after, values, count = "", (), 0
    while True:
        with database.transaction() as connection:
            page = connection.execute(
                f"SELECT kind, place, document_id, content FROM document {after} "
                f"ORDER BY kind, place, document_id LIMIT {DOCUMENTS}",
                values,
            ).fetchall()
            count += sum(_redact(connection, each, keys, tokens, pseudonym) for each in page)
        if len(page) < DOCUMENTS:
            return count
        after, values = "WHERE (kind, place, document_id) > (?, ?, ?)", tuple(page[-1][:3])


def _redact(
    connection: Connection, document: Any, keys: Sequence[str], tokens: Sequence[Token], pseudonym: str
) -> int:
    *key, content = document
    try:
        text = bytes(content).decode()
    except UnicodeDecodeError:
        return 0  # a picture, or what else is no text
    new = redacted_text(text, keys, tokens, pseudonym)
    if new is None:
        return 0
    etag = sha1(new.encode(), usedforsecurity=False).hexdigest()
    return connection.execute(
        "UPDATE document SET content = ?, etag = ? WHERE kind = ? AND place = ? AND document_id = ?",
        (new.encode(), etag, *key),
    ).rowcount


def _records(connection: Connection, which: str) -> Iterator[tuple[int, bytes]]:
    page = _page(connection, which, -1)
    while page:
        yield from page
        page = _page(connection, which, page[-1][0]) if len(page) == RECORDS else []


def _page(connection: Connection, which: str, last: int) -> list[tuple[int, bytes]]:
    rows = connection.execute(
        f"SELECT seq, raw FROM entry WHERE seq > ? AND {which} AND raw IS NOT NULL ORDER BY seq LIMIT {RECORDS}",
        (last,),
    ).fetchall()
    return [(seq, bytes(raw)) for seq, raw in rows]


def _patterns(tokens: Sequence[Token]) -> list[re.Pattern[str]]:
    return [bounded(text) for token in tokens if token.is_distinct for text in variants(token.text)]


def _names(patterns: Sequence[re.Pattern[str]], raw: bytes) -> bool:
    text = raw.decode("utf-8", "replace")
    return any(pattern.search(text) for pattern in patterns)
