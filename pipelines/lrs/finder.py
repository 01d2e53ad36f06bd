"""Statements as they are asked for (Communication 1.0.3, 2.1.3): found, and told piece by piece."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

import orjson

from learnloom.pipelines.lrs.access import MINE, reads_all_statements
from learnloom.pipelines.lrs.activities import definitions_of
from learnloom.pipelines.lrs.attachments import Attachments, attachments_of
from learnloom.pipelines.lrs.entries import Entries, EntryPart, EntryRow
from learnloom.pipelines.lrs.filters import AFTER, COLUMNS, flag, one_of, query_of
from learnloom.pipelines.lrs.give import activity_ids, canonical, http_date, iso, only_ids
from learnloom.pipelines.lrs.language import languages_of
from learnloom.pipelines.lrs.message import JSON, Call, HttpAnswer, RefusedError, in_pieces
from learnloom.pipelines.lrs.multipart import MIXED, Written, written
from learnloom.pipelines.lrs.store import Store

_FORMATS: Final = ("exact", "ids", "canonical")
_BOUNDARY: Final = "learnloom-{}"

Types = dict[str, str]
"""Content types of attachments, by their hashes."""


class Finder:
    """Gives statements back; may be called from many threads."""

    def __init__(
        self,
        store: Store,
        entries: Entries,
        attachments: Attachments,
        *,
        new_id: Callable[[], str],
        max_page_bytes: int,
        path: str,
    ) -> None:
        """Answer GET for /statements.

        Args:
            store: where statements are found.
            entries: reads them.
            attachments: keeps what is attached.
            new_id: gives what no body contains, for boundaries.
            max_page_bytes: of statements, after which a page ends.
            path: where the resource stands, for `more`.
        """
        self._store = store
        self._entries = entries
        self._attachments = attachments
        self._new_id = new_id
        self._max_page_bytes = max_page_bytes
        self._path = path

    def answer(self, call: Call) -> HttpAnswer:
        """Answer with one statement, or with a page of them.

        Raises:
            RefusedError: 400, a parameter is wrong; 404, there is no such statement; 503, one cannot be read now.
        """
        # Asked before anything is read: what is stored meanwhile may be missing.
        headers = {"X-Experience-API-Consistent-Through": iso(self._store.consistent_through())}
        asked = one_of(call)
        form = call.parameters.get("format", "exact")
        if form not in _FORMATS:
            raise RefusedError(400, f"format is {form[:40]!r}: it can be exact, ids or canonical")
        with_attachments = flag(call.parameters, "attachments")
        types: Types = {}
        if asked is not None:
            rows, is_more = [self._one(call, *asked)], False
            headers["Last-Modified"] = http_date(rows[0].stored)
        else:
            rows, is_more = self._many(call)
        parts = self._entries.parts(rows)
        if with_attachments:
            parts = _noted(parts, types)
        if asked is not None:
            pieces = self._alone(call, form, parts)
        else:
            pieces = self._page(call, form, parts, rows[-1].seq if rows and not is_more else None)
        content_type = JSON
        if with_attachments:
            boundary = _BOUNDARY.format(self._new_id())
            content_type = f"{MIXED}; boundary={boundary}"
            pieces = written(self._mixed(pieces, types), boundary)
        return in_pieces(pieces, content_type, headers, statements=len(rows))

    def _one(self, call: Call, statement_id: str, is_voided: bool) -> EntryRow:
        # One without a verb was erased.
        sql = f"SELECT {COLUMNS} FROM entry WHERE id = :id AND is_voided = :is_voided AND verb IS NOT NULL"
        if not reads_all_statements(call.scopes):
            sql += f" AND {MINE}"
        values = {"id": statement_id, "is_voided": is_voided, "key_id": call.key_id}
        with self._store.reading() as connection:
            row = connection.execute(sql, values).fetchone()
        if row is None:
            what = "voided statement" if is_voided else "statement"
            raise RefusedError(404, f"there is no {what} {statement_id}")
        return EntryRow(*row)

    def _many(self, call: Call) -> tuple[list[EntryRow], bool]:
        """Give what a page can hold by number and by the bytes that are known; and whether there is more."""
        query = query_of(call)
        rows: list[EntryRow] = []
        size = 0
        with self._store.snapshot() as connection:
            for row in connection.execute(query.sql, query.values):
                if len(rows) == query.limit or size >= self._max_page_bytes:
                    return rows, True
                rows.append(EntryRow(*row))
                size += rows[-1].size or 0
        return rows, False

    def _alone(self, call: Call, form: str, parts: Iterable[EntryPart]) -> Iterator[bytes]:
        raws = [raw for part in parts for _, raw in part.statements]
        if not raws:
            raise RefusedError(404, "the statement is in the warehouse no more")
        yield from self._formed(raws, form, call)

    def _page(self, call: Call, form: str, parts: Iterable[EntryPart], end: int | None) -> Iterator[bytes]:
        """Give a page, which ends early where it has enough bytes, and where the next one is.

        `end` is the number of the last entry of all; None: there are more.
        """
        last, size = None, 0
        yield b'{"statements":['
        for part in parts:
            last, raws = part.last, [raw for _, raw in part.statements]
            if raws and size:
                yield b","
            yield b",".join(self._formed(raws, form, call))
            size += sum(map(len, raws))
            if size >= self._max_page_bytes:
                break
        is_whole = last == end
        more = "" if is_whole else f"{self._path}?{urlencode({**call.parameters, AFTER: last})}"
        yield b'],"more":' + orjson.dumps(more) + b"}"

    def _formed(self, raws: Sequence[bytes], form: str, call: Call) -> list[bytes]:
        if form == "exact":
            return list(raws)
        statements = [orjson.loads(raw) for raw in raws]
        if form == "ids":
            return [orjson.dumps(only_ids(statement)) for statement in statements]
        languages = languages_of(call.headers.get("accept-language", ""))
        asked = {one for statement in statements for one in activity_ids(statement)}
        with self._store.reading() as connection:
            found = definitions_of(connection, asked)
        known = {activity_id: orjson.loads(definition) for activity_id, definition in found.items()}
        return [orjson.dumps(canonical(statement, known, languages)) for statement in statements]

    def _mixed(self, pieces: Iterator[bytes], types: Types) -> Iterator[Written]:
        """Give the statements, and then what is attached to them: by then `types` has been filled."""
        yield {"Content-Type": JSON}, pieces
        for sha2, content_type in types.items():
            content = self._attachments.content(sha2)
            if content is not None:
                headers = {
                    "Content-Type": content_type,
                    "Content-Transfer-Encoding": "binary",
                    "X-Experience-API-Hash": sha2,
                }
                yield headers, content


def _noted(parts: Iterable[EntryPart], types: Types) -> Iterator[EntryPart]:
    """Pass statements on, and note what is attached to them."""
    for part in parts:
        for _, raw in part.statements:
            for attachment in attachments_of(orjson.loads(raw)):
                types.setdefault(attachment["sha2"].lower(), attachment["contentType"])
        yield part
