"""Statements as they come: cut out of the body, judged, named, kept."""

import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Final, NamedTuple

import msgspec
import orjson

from learnloom.pipelines.ingest.sources.arrays import Scanner
from learnloom.pipelines.ingest.sources.reading import Limits
from learnloom.pipelines.ingest.validate.mending import judge_mended, repairs_named
from learnloom.pipelines.ingest.validate.validator import Validator
from learnloom.pipelines.lrs.access import authority_of, may_define
from learnloom.pipelines.lrs.attachments import AttachedParts, Attachments
from learnloom.pipelines.lrs.findable import findable
from learnloom.pipelines.lrs.guard import check_statement
from learnloom.pipelines.lrs.hiding import Hiding
from learnloom.pipelines.lrs.journal import Incoming, NotComparedError, Submitter, append, keep_refused
from learnloom.pipelines.lrs.log import Log
from learnloom.pipelines.lrs.message import LONG_BODY, Call, RefusedError, told_fault
from learnloom.pipelines.lrs.resent import Resent
from learnloom.pipelines.lrs.store import Joint, Store
from learnloom.schemas.record import Verdict

_MAX_FAULTS: Final = 200
"""Faults told of one request."""
_MAX_FAULTS_OF_ONE: Final = 20
_CHUNK: Final = 65_536
_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])


class Taken(NamedTuple):
    """What became of each statement of a batch."""

    ids: list[str | None]
    """In the order of the batch; None: it was refused."""
    refused: dict[int, RefusedError]
    """Why, by indices in the batch."""


class Receiver:
    """Takes statements in; may be called from many threads."""

    def __init__(
        self,
        store: Store,
        log: Log,
        *,
        limits: Limits,
        repairs: Sequence[str] = (),
        resent: Resent,
        new_id: Callable[[], str],
        attachments: Attachments,
        hiding: Hiding,
    ) -> None:
        """Take statements in.

        Args:
            store: where they are kept.
            log: where landing reads them.
            limits: bounds on one statement.
            repairs: names of those that mend what would be refused; what is mended is kept in its stead.
            resent: compares what comes again.
            new_id: gives the id of a statement that came without.
            attachments: keeps what is attached.
            hiding: what is done about names.
        """
        self._attachments = attachments
        self._hiding = hiding
        self._store = store
        self._resent = resent
        self._new_id = new_id
        self._log = log
        self._lock = threading.Lock()
        self._max_bytes = limits.max_bytes
        self._judge = judge_mended(Validator(limits=limits).validate, repairs_named(repairs, of_import=True))

    def receive(
        self, call: Call, raws: Sequence[bytes], attached: AttachedParts, *, put_id: str | None = None
    ) -> list[str]:
        """Judge and keep statements; returns their ids, once all of them are on the disk.

        Args:
            call: whose statements they are.
            raws: each in its bytes.
            attached: what came with them.
            put_id: the id of the only one, by the address that it was sent to.

        Raises:
            RefusedError: nothing is kept as a statement: 400, some are invalid; 409, an id is another statement's;
                503, they cannot be kept now; 403, an actor is not one of those whom the key is for.
        """
        self._log.check()
        incoming = self._prepared(call, raws, attached, put_id)
        self._attachments.keep(attached.named(with_signatures=not self._hiding.is_on))
        self._keep(incoming)
        return [one.statement_id for one in incoming]

    def _prepared(
        self, call: Call, raws: Sequence[bytes], attached: AttachedParts, put_id: str | None
    ) -> list[Incoming]:
        """Judge statements; what is left of each is small, and the rest is let go of before the next one is parsed."""
        verdicts = self._judged(call, raws)
        ids = [(verdict.statement_id or put_id or self._new_id()).lower() for verdict in verdicts]
        if put_id is not None and ids != [put_id.lower()]:
            raise RefusedError(
                400, f"the statement's id is {ids[0]}, and it was sent to statementId={put_id}"
            )
        seen: set[str] = set()
        incoming = []
        for index, (statement_id, verdict) in enumerate(zip(ids, verdicts, strict=True)):
            _check_new(statement_id, seen)
            incoming.append(self._checked(call, verdict, statement_id, index, attached))
        return incoming

    def _checked(
        self, call: Call, verdict: Verdict, statement_id: str, index: int, attached: AttachedParts
    ) -> Incoming:
        """Give what is kept of a valid statement: its bytes as they came, or those of what is left without names.

        Raises:
            RefusedError: 400 or 403, it cannot be taken for what it is a part of, or comes from.
        """
        raw = verdict.raw or b""
        statement = orjson.loads(raw)
        attached.check(statement, index)
        kept = self._hiding.statement(statement)
        check_statement(call, statement, kept, index)
        return Incoming(
            statement_id,
            orjson.dumps(kept) if self._hiding.is_on else raw,
            findable(kept, authority_of(call.key_id)),
            call.version,
            Submitter(call.key_id, may_define(call.scopes)),
        )

    def receive_good(self, call: Call, raws: Sequence[bytes]) -> Taken:
        """Judge statements, and keep those that are good, each by itself.

        Args:
            call: whose statements they are.
            raws: each in its bytes; none has attachments in the body.

        Raises:
            RefusedError: 503, nothing can be kept now.
        """
        self._log.check()
        verdicts = self._verdicts(call, raws)
        refused = {
            index: RefusedError(
                400,
                "the statement is invalid",
                faults=[fault._asdict() for fault in verdict.faults[:_MAX_FAULTS_OF_ONE]],
            )
            for index, verdict in enumerate(verdicts)
            if verdict.faults
        }
        self._keep_refused(call, [raws[index] for index in refused])
        nothing = AttachedParts([])
        good: dict[int, Incoming] = {}
        seen: set[str] = set()
        for index, verdict in enumerate(verdicts):
            if index in refused:
                continue
            statement_id = (verdict.statement_id or self._new_id()).lower()
            try:
                _check_new(statement_id, seen)
                good[index] = self._checked(call, verdict, statement_id, index, nothing)
            except RefusedError as error:
                refused[index] = error.with_traceback(None)
        refused |= self._keep_good(good)
        ids = [good[index].statement_id if index not in refused else None for index in range(len(raws))]
        return Taken(ids, dict(sorted(refused.items())))

    def _keep_good(self, good: dict[int, Incoming]) -> dict[int, RefusedError]:
        """Keep those that the store can keep; gives the others by their indices."""
        # Before anything is written, so that the warehouse is asked for all of them together.
        same, others = self._resent.compared(list(good.values()))
        kept = {one.statement_id: one for one in same}
        refused = {
            index: others[one.statement_id] for index, one in good.items() if one.statement_id in others
        }
        try:
            self._keep(same)
        except RefusedError as error:
            if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
                raise
        else:
            return refused
        # Some cannot be kept, and all was undone: one by one it shows which.
        for index, one in good.items():
            if index in refused:
                continue
            try:
                self._keep([kept[one.statement_id]])
            except RefusedError as error:
                if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
                refused[index] = error.with_traceback(None)
        return refused

    def _keep(self, incoming: Sequence[Incoming]) -> None:
        while True:
            try:
                last = self._store.write(Joint(append, incoming))
            except NotComparedError:
                incoming, others = self._resent.compared(incoming)
                if others:
                    raise next(iter(others.values())) from None
            else:
                break
        self._log.settle(last)

    def _verdicts(self, call: Call, raws: Sequence[bytes]) -> list[Verdict]:
        with self._lock:
            return [self._judge(raw, default_version=call.version) for raw in raws]

    def _keep_refused(self, call: Call, raws: Sequence[bytes]) -> None:
        """Keep what breaks a rule; of what is too long as much as shows that it is."""
        with self._lock:
            kept = self._hiding.refused([raw[: self._max_bytes + 1] for raw in raws], self._judge)
        if kept:
            self._store.write(
                lambda connection, moment: keep_refused(connection, moment, kept, call.key_id, call.version)
            )

    def _judged(self, call: Call, raws: Sequence[bytes]) -> list[Verdict]:
        verdicts = self._verdicts(call, raws)
        refused = [index for index, verdict in enumerate(verdicts) if verdict.faults]
        if not refused:
            return verdicts
        self._keep_refused(call, [raws[index] for index in refused])
        told = (told_fault(fault, index) for index in refused for fault in verdicts[index].faults)
        raise RefusedError(
            400,
            f"{len(refused)} of {len(raws)} statements are invalid, so none was taken: correct them and send all again",
            faults=list(islice(told, _MAX_FAULTS)),
        )


def _check_new(statement_id: str, seen: set[str]) -> None:
    if statement_id in seen:
        raise RefusedError(
            400, f"the id {statement_id} stands twice in this batch: give every statement its own id"
        )
    seen.add(statement_id)


def cut(body: bytes, *, most: int) -> list[bytes]:
    """Cut a body into statements: one object, or the elements of an array, each in its bytes.

    Raises:
        RefusedError: 413, it has more than `most`.
    """
    if not body.lstrip().startswith(b"["):
        return [body]
    if len(body) > LONG_BODY and _elements(body) > most:
        raise _too_many(most)
    try:
        elements = _ARRAY.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return [body]  # the judge says what is wrong with it
    if len(elements) > most:
        raise _too_many(most)
    return [bytes(one) for one in elements]


def _elements(body: bytes) -> int:
    """Count the elements of an array without making any of them, of which each takes more memory than it is long."""
    scanner = Scanner()
    chunks = (body[start : start + _CHUNK] for start in range(0, len(body), _CHUNK))
    return 1 + sum(before == after == 1 for chunk in chunks for _, before, after in scanner.marks(chunk))


def _too_many(most: int) -> RefusedError:
    return RefusedError(
        413,
        f"the body has more than {most:,} statements (LEARNLOOM_LRS__MAX_BATCH_STATEMENTS): send fewer at once; a "
        "whole history comes in with learnloom import",
    )
