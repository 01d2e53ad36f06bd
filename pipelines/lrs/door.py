"""From a request to its answer: version, key, scope, resource. Knows nothing of sockets."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from learnloom.pipelines.lrs.access import SESSIONS, check_scope
from learnloom.pipelines.lrs.activities import answer_activity, answer_agent
from learnloom.pipelines.lrs.alternate import unfolded
from learnloom.pipelines.lrs.cors import CORS, preflight
from learnloom.pipelines.lrs.documents import KINDS, answer_document
from learnloom.pipelines.lrs.gate import Exchange, Gate
from learnloom.pipelines.lrs.give import iso
from learnloom.pipelines.lrs.guard import check_parameters
from learnloom.pipelines.lrs.hiding import Hiding
from learnloom.pipelines.lrs.message import Call, HttpAnswer, RefusedError, Rest, as_json, refusal
from learnloom.pipelines.lrs.sessions import FETCH, answer_fetch, answer_sessions
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.xapi.statement import VERSION_1, VERSION_2

_log = logging.getLogger(__name__)
VERSIONS: Final = ("1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0")
_VERSION_HEADER: Final = "X-Experience-API-Version"

Resource = Callable[[Call], HttpAnswer]


@dataclass
class _Visit:
    """A call as far as it is understood, and the headers that its answer gets in any case."""

    call: Call
    headers: dict[str, str]


class Door:
    """Answers requests; may be called from many threads."""

    def __init__(self, store: Store, statements: Resource, gate: Gate, hiding: Hiding) -> None:
        """Answer by what `store` holds under the names that `hiding` leaves, to whom `gate` lets in.

        `statements` answers for /statements.
        """
        self._store = store
        self._hiding = hiding
        self._gate = gate
        self._resources: Mapping[str, Resource] = {
            "/statements": statements,
            "/activities": lambda call: answer_activity(store, call),
            "/agents": lambda call: answer_agent(store, call),
            SESSIONS: lambda call: answer_sessions(store, call, hiding),
            **dict.fromkeys(KINDS, lambda call: answer_document(store, call)),
        }

    def admit(self, call: Call) -> None:
        """See that a call comes from somebody, before its body is read.

        Raises:
            RefusedError: it does not.
        """
        self._gate.caller(call)

    def answer(self, call: Call, keep: Callable[[int], None]) -> HttpAnswer:
        """Answer, whatever comes: errors are answers, too.

        Args:
            call: what is asked.
            keep: is told how long an answer is that holds what was read, and may refuse it. One that tells what was
                written is short, and cannot be refused any more.
        """

        def answered(visit: _Visit) -> HttpAnswer:
            answer = self._answered(visit)
            if visit.call.method == "GET":
                keep(len(answer.body))
            return answer

        return self._told(call, answered)

    def refuse(self, call: Call, error: RefusedError) -> HttpAnswer:
        """Answer a call whose body was not read."""
        return self._told(call, lambda _: refusal(error))

    def listening(self, call: Call) -> Call:
        """Let somebody in who wants to be told of statements; what is not of the specification has no version.

        Raises:
            RefusedError: 401, 403, 429, 503: it may not.
        """
        admitted = self._let_in(call.having(path="/statements", version=VERSION_1))
        check_scope(admitted)
        return self._hiding.call(admitted)

    def listened(self, call: Call, statements: int, began: float) -> None:
        """Take note of somebody who was told of so many statements from a moment of `time.perf_counter` on."""
        self._gate.done(call, Exchange(200, statements, 0, 0, began))

    def _told(self, call: Call, answered: Callable[[_Visit], HttpAnswer]) -> HttpAnswer:
        began = time.perf_counter()
        visit = _Visit(call, dict(CORS))
        try:
            answer = answered(visit)
        except RefusedError as error:
            answer = refusal(error)
        except Exception:  # noqa: BLE001 - whatever goes wrong, the sender gets an answer
            _log.exception("%s %s failed", call.method, call.path)
            answer = refusal(RefusedError(500, "the store has failed; its log says why"))
        if call.path == "/statements":
            moment = self._store.consistent_through()
            visit.headers.setdefault("X-Experience-API-Consistent-Through", iso(moment))
        answer = replace(answer, headers=visit.headers | dict(answer.headers))
        exchange = Exchange(answer.status, answer.statements, len(visit.call.body), len(answer.body), began)
        if answer.rest is None:
            self._gate.done(visit.call, exchange)
            return answer
        rest = self._followed(visit.call.having(body=b""), exchange, answer.rest)
        next(rest)  # begun, so that its end is noted in any case
        return replace(answer, rest=rest)

    def _followed(self, call: Call, exchange: Exchange, rest: Rest) -> Rest:
        """Give nothing, and then what follows an answer; how much that was is noted when it ends or is broken off."""
        size = exchange.bytes_out
        try:
            yield b""
            for piece in rest:
                size += len(piece)
                yield piece
        finally:
            self._gate.done(call, exchange._replace(bytes_out=size))

    def _answered(self, visit: _Visit) -> HttpAnswer:
        call = visit.call
        if call.method == "OPTIONS":
            return preflight(call)
        visit.headers[_VERSION_HEADER] = VERSION_1
        if call.path == "/about":
            if call.method not in ("GET", "HEAD"):
                raise RefusedError(405, f"{call.method} is not allowed here", Allow="GET, HEAD, OPTIONS")
            return as_json({"version": list(VERSIONS), "extensions": {}})
        if call.path == FETCH:
            return answer_fetch(self._store, call, self._store.milliseconds(), failed=self._gate.note_failure)
        if call.path not in self._resources:
            raise RefusedError(
                404, f"there is nothing at {call.path[:200]}: see /about, /statements, /activities, /agents"
            )
        # What is not of the specification has no version.
        visit.call = call if call.path == SESSIONS else _understood(call, visit.headers)
        visit.call = self._let_in(visit.call)
        check_scope(visit.call)
        kept = self._hiding.call(visit.call)
        check_parameters(visit.call, kept)
        return self._resources[call.path](kept)

    def _let_in(self, call: Call) -> Call:
        caller = self._gate.caller(call)
        return call.having(
            key_id=caller.key_id,
            scopes=caller.scopes,
            home_pages=caller.home_pages,
            learner=caller.learner,
            method="GET" if call.method == "HEAD" else call.method,
        )


def _understood(call: Call, headers: dict[str, str]) -> Call:
    """Unfold the alternate request syntax, and agree on the version, which the headers of the answer tell."""
    is_alternate = "method" in call.parameters
    call = unfolded(call)
    version = _version(call.headers.get("x-experience-api-version"))
    headers[_VERSION_HEADER] = version
    if is_alternate and version == VERSION_2:
        raise RefusedError(400, "xAPI 2.0 has no alternate request syntax: send the request itself")
    return call.having(version=version)


def _version(given: str | None) -> str:
    if given is None:
        raise RefusedError(
            400, f"the header {_VERSION_HEADER} is missing: add 1.0.3 or 2.0.0 (Communication 3.3)"
        )
    if given == "1.0" or given in VERSIONS[:4]:
        return VERSION_1
    if given.startswith("2.0.") and given[4:].isdigit():
        return VERSION_2
    raise RefusedError(400, f"version {given[:20]!r} is not spoken here: {', '.join(VERSIONS)} are")
