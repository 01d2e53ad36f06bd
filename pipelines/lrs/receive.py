"""Statements as they come: cut out of the body, judged, named, kept."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import orjson

from learnloom.pipelines.ingest.sources.reading import Limits
from learnloom.pipelines.ingest.validate.validator import Validator
from learnloom.pipelines.lrs.access import authority_of, may_define
from learnloom.pipelines.lrs.findable import findable
from learnloom.pipelines.lrs.guard import check_statements
from learnloom.pipelines.lrs.journal import Content, Incoming, Sender, append, keep_refused
from learnloom.pipelines.lrs.log import Log
from learnloom.pipelines.lrs.message import Call, RefusedError, told_fault
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.record import Verdict

_MAX_FAULTS: Final = 200
"""Faults told of one request."""
_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])


class Receiver:
    """Takes statements in; may be called from many threads."""

    def __init__(
        self, store: Store, log: Log, *, limits: Limits, content: Content, new_id: Callable[[], str]
    ) -> None:
        """Take statements in.

        Args:
            store: where they are kept.
            log: where landing reads them.
            limits: bounds on one statement.
            content: gives the bytes of a statement that the store has no more.
            new_id: gives the id of a statement that came without.
        """
        self._store = store
        self._content = content
        self._new_id = new_id
        self._log = log
        self._lock = threading.Lock()
        self._max_bytes = limits.max_bytes
        self._validator = Validator(limits=limits)

    def receive(
        self,
        call: Call,
        raws: Sequence[bytes],
        *,
        put_id: str | None = None,
        before: Callable[[Sequence[dict[str, Any]]], None] = lambda _: None,
    ) -> list[str]:
        """Judge and keep statements; returns their ids, once all of them are on the disk.

        Args:
            call: whose statements they are.
            raws: each in its bytes.
            put_id: the id of the only one, by the address that it was sent to.
            before: is given the statements before they are kept, and may refuse them.

        Raises:
            RefusedError: nothing is kept as a statement: 400, some are invalid; 409, an id is another statement's;
                503, they cannot be kept now; 403, an actor is not one of those whom the key is for.
        """
        self._log.check()
        verdicts = self._judged(call, raws)
        statements = [orjson.loads(raw) for raw in raws]
        before(statements)
        ids = [(verdict.statement_id or put_id or self._new_id()).lower() for verdict in verdicts]
        if put_id is not None and ids != [put_id.lower()]:
            raise RefusedError(
                400, f"the statement's id is {ids[0]}, and it was sent to statementId={put_id}"
            )
        if len(set(ids)) < len(ids):
            twice = next(one for one in ids if ids.count(one) > 1)
            raise RefusedError(
                400, f"the id {twice} stands twice in this batch: give every statement its own id"
            )
        check_statements(call, statements)
        authority = authority_of(call.key_id)
        incoming = [
            Incoming(*one, findable(one[2], authority), call.version)
            for one in zip(ids, raws, statements, strict=True)
        ]
        sender = Sender(call.key_id, may_define(call.scopes))
        last = self._store.write(
            lambda connection, moment: append(connection, moment, incoming, sender, self._content)
        )
        self._log.settle(last)
        return ids

    def _judged(self, call: Call, raws: Sequence[bytes]) -> list[Verdict]:
        with self._lock:
            verdicts = [self._validator.validate(raw, default_version=call.version) for raw in raws]
        refused = [index for index, verdict in enumerate(verdicts) if verdict.faults]
        if not refused:
            return verdicts
        # Of what is too long as much is kept as shows that it is.
        kept = [raws[index][: self._max_bytes + 1] for index in refused]
        self._store.write(
            lambda connection, moment: keep_refused(connection, moment, kept, call.key_id, call.version)
        )
        told = [told_fault(fault, index) for index in refused for fault in verdicts[index].faults]
        raise RefusedError(
            400,
            f"{len(refused)} of {len(raws)} statements are invalid, so none was taken: correct them and send all again",
            faults=told[:_MAX_FAULTS],
        )


def cut(body: bytes) -> list[bytes]:
    """Cut a body into statements: one object, or the elements of an array, each in its bytes."""
    if not body.lstrip().startswith(b"["):
        return [body]
    try:
        return [bytes(one) for one in _ARRAY.decode(body)]
    except (msgspec.DecodeError, RecursionError):
        return [body]  # the judge says what is wrong with it
