"""The resource /statements (Communication 1.0.3, 2.1)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from learnloom.pipelines.lrs.access import MINE, reads_all_statements
from learnloom.pipelines.lrs.activities import definitions_of
from learnloom.pipelines.lrs.attachments import Attachments, attachments_of, check_parts
from learnloom.pipelines.lrs.contents import LandedContent
from learnloom.pipelines.lrs.filters import AFTER, flag, one_of, query_of
from learnloom.pipelines.lrs.give import LANDED, activity_ids, assigned, canonical, http_date, iso, only_ids
from learnloom.pipelines.lrs.hiding import Hiding
from learnloom.pipelines.lrs.language import languages_of
from learnloom.pipelines.lrs.message import JSON, Call, HttpAnswer, RefusedError, as_json, needed, only
from learnloom.pipelines.lrs.multipart import BodyPart, read_parts, write_parts
from learnloom.pipelines.lrs.receive import Receiver, cut
from learnloom.pipelines.lrs.store import Store

MIXED: Final = "multipart/mixed"
PARTIAL: Final = "partial"
"""Our own: take the good statements of a batch, though others are refused."""
_FORMATS: Final = ("exact", "ids", "canonical")
_AT_ONCE: Final = 20
"""Statements whose bytes are read together."""
_BOUNDARY: Final = "learnloom-{}"

Row = tuple[int, str, int, str, str, bytes | None]
"""Number, id, moment, key, version and bytes of an entry (filters.COLUMNS)."""


class Statements:
    """Takes statements in, and gives them back."""

    def __init__(
        self,
        store: Store,
        receiver: Receiver,
        attachments: Attachments,
        *,
        content: LandedContent,
        new_id: Callable[[], str],
        hiding: Hiding,
        max_page_bytes: int,
        path: str,
    ) -> None:
        """Answer for /statements.

        Args:
            store: where statements are found.
            receiver: takes them in.
            attachments: keeps what is attached.
            content: gives the bytes of a statement that the store has no more.
            new_id: gives what no body contains, for boundaries.
            max_page_bytes: of statements, after which a page ends.
            path: where the resource stands, for `more`.
            hiding: what is done about names.
        """
        self._hiding = hiding
        self._store = store
        self._receiver = receiver
        self._attachments = attachments
        self._content = content
        self._new_id = new_id
        self._max_page_bytes = max_page_bytes
        self._path = path

    def answer(self, call: Call) -> HttpAnswer:
        """Carry out GET, PUT or POST."""
        if call.method == "GET":
            return self._get(call)
        if call.method == "PUT":
            return self._put(call)
        if call.method == "POST":
            return self._post(call)
        raise RefusedError(405, f"{call.method} is not allowed here", Allow="GET, HEAD, POST, PUT, OPTIONS")

    def _put(self, call: Call) -> HttpAnswer:
        only(call.parameters, frozenset({"statementId"}))
        put_id = needed(call.parameters, "statementId")
        raws, parts = self._cut(call)
        if len(raws) != 1:
            raise RefusedError(400, "PUT takes one statement: POST several, or PUT each to its own id")
        self._receive(call, raws, parts, put_id)
        return HttpAnswer(204, statements=1)

    def _post(self, call: Call) -> HttpAnswer:
        only(call.parameters, frozenset({PARTIAL}))
        raws, parts = self._cut(call)
        if flag(call.parameters, PARTIAL):
            return self._post_good(call, raws, parts)
        ids = self._receive(call, raws, parts)
        return replace(as_json(ids), statements=len(ids))

    def _post_good(self, call: Call, raws: Sequence[bytes], parts: Sequence[BodyPart]) -> HttpAnswer:
        """Take the good statements of a batch, and say which were refused and why."""
        if parts:
            raise RefusedError(
                400, f"{PARTIAL}=true is for statements without parts: send attachments without it"
            )
        ids, refused = self._receiver.receive_good(call, raws)
        told = [
            {"index": index, "status": error.status, "error": str(error), "faults": error.faults}
            for index, error in refused.items()
        ]
        status = 400 if len(refused) == len(ids) and ids else 200
        answer = as_json({"ids": ids, "refused": told}, status)
        return replace(answer, statements=len(ids) - len(refused))

    def _cut(self, call: Call) -> tuple[list[bytes], list[BodyPart]]:
        if call.content_type == JSON:
            return cut(call.body), []
        if call.content_type != MIXED:
            raise RefusedError(
                400,
                f"the Content-Type is {call.content_type[:60]!r}: send {JSON}, or {MIXED} with attachments",
            )
        parts = read_parts(call.headers["content-type"], call.body)
        if not parts or parts[0].headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise RefusedError(400, f"the first part of {MIXED} is the statements: Content-Type: {JSON}")
        return cut(parts[0].content), parts[1:]

    def _receive(
        self, call: Call, raws: Sequence[bytes], parts: Sequence[BodyPart], put_id: str | None = None
    ) -> list[str]:
        def before(statements: Sequence[dict[str, Any]]) -> None:
            check_parts(statements, parts)
            self._attachments.keep(self._hiding.parts(statements, parts))

        return self._receiver.receive(call, raws, put_id=put_id, before=before)

    def _get(self, call: Call) -> HttpAnswer:
        through = iso(self._store.consistent_through())
        one = one_of(call)
        form = call.parameters.get("format", "exact")
        if form not in _FORMATS:
            raise RefusedError(400, f"format is {form[:40]!r}: it can be exact, ids or canonical")
        with_attachments = flag(call.parameters, "attachments")
        body: bytes
        if one is not None:
            row = self._one(call, *one)
            raws = [raw for _, raw in self.given([row])]
            if not raws:
                raise RefusedError(404, f"the statement {one[0]} is in the warehouse no more")
            (body,) = self._formed(raws, form, call)
            headers = {"Last-Modified": http_date(row[2])}
        else:
            raws, more = self._many(call)
            listed = b",".join(self._formed(raws, form, call))
            body = b'{"statements":[' + listed + b'],"more":' + orjson.dumps(more) + b"}"
            headers = {}
        headers["X-Experience-API-Consistent-Through"] = through
        if not with_attachments:
            return HttpAnswer(200, body, headers=headers, statements=len(raws))
        boundary = _BOUNDARY.format(self._new_id())
        parts = [BodyPart({"Content-Type": JSON}, body), *self._parts(raws)]
        return HttpAnswer(
            200, write_parts(parts, boundary), f"{MIXED}; boundary={boundary}", headers, len(raws)
        )

    def _one(self, call: Call, statement_id: str, is_voided: bool) -> Row:
        sql = "SELECT seq, id, stored, key_id, version, raw FROM entry WHERE id = :id AND is_voided = :is_voided"
        if not reads_all_statements(call.scopes):
            sql += f" AND {MINE}"
        values = {"id": statement_id, "is_voided": is_voided, "key_id": call.key_id}
        with self._store.reading() as connection:
            row: Row | None = connection.execute(sql, values).fetchone()
        if row is None:
            what = "voided statement" if is_voided else "statement"
            raise RefusedError(404, f"there is no {what} {statement_id}")
        return row

    def _many(self, call: Call) -> tuple[list[bytes], str]:
        """Give the statements of a page, which has an end by number and by bytes, and where the next one is."""
        query = query_of(call)
        with self._store.snapshot() as connection:
            rows, is_more = self._first(connection.execute(query.sql, query.values), query.limit)
        raws: list[bytes] = []
        n_told = 0
        while n_told < len(rows) and sum(map(len, raws)) < self._max_page_bytes:
            some = rows[n_told : n_told + _AT_ONCE]
            raws += [raw for _, raw in self.given(some)]
            n_told += len(some)
        more = ""
        if is_more or n_told < len(rows):
            more = f"{self._path}?{urlencode({**call.parameters, AFTER: rows[n_told - 1][0]})}"
        return raws, more

    def _first(self, rows: Iterable[Row], limit: int) -> tuple[list[Row], bool]:
        """Take as many rows as a page can hold; and whether there are more."""
        taken: list[Row] = []
        size = 0
        for row in rows:
            if len(taken) == limit or size >= self._max_page_bytes:
                return taken, True
            taken.append(row)
            size += len(row[5] or b"")
        return taken, False

    def given(self, rows: Sequence[Row]) -> list[tuple[int, bytes]]:
        """Give statements as they are told, each with its number; what the warehouse has no more is left out.

        Raises:
            RefusedError: 503, the bytes of one cannot be read now.
        """
        landed = self._content.of([row[1] for row in rows if row[5] is None])
        given = []
        for seq, statement_id, stored, key_id, version, raw in rows:
            content = landed.get(statement_id) if raw is None else raw
            if content is not None:
                given.append((seq, assigned(content, statement_id, stored, key_id, version)))
            elif key_id != LANDED:
                raise RefusedError(503, f"the bytes of {statement_id} cannot be read now", Retry_After="5")
            # Else a warehouse was restored that has it no more.
        return given

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

    def _parts(self, raws: Sequence[bytes]) -> list[BodyPart]:
        parts: dict[str, BodyPart] = {}
        for raw in raws:
            for attachment in attachments_of(orjson.loads(raw)):
                sha2 = attachment["sha2"].lower()
                content = None if sha2 in parts else self._attachments.content(sha2)
                if content is not None:
                    headers = {
                        "Content-Type": attachment["contentType"],
                        "Content-Transfer-Encoding": "binary",
                        "X-Experience-API-Hash": sha2,
                    }
                    parts[sha2] = BodyPart(headers, content)
        return list(parts.values())
