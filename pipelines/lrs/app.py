"""The store as an ASGI application: bytes of HTTP to calls, answers to bytes, within bounds."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from learnloom.pipelines.config.lrs import LrsBounds
from learnloom.pipelines.lrs.asgi import Given, Message, Receive, Send, in_thread, left
from learnloom.pipelines.lrs.bodies import Bodies, Hold
from learnloom.pipelines.lrs.cors import CORS
from learnloom.pipelines.lrs.documents import KINDS
from learnloom.pipelines.lrs.door import Door
from learnloom.pipelines.lrs.message import LONG_BODY, Call, HttpAnswer, RefusedError, Rest, refusal
from learnloom.pipelines.lrs.stream import STREAM, Streams

_log = logging.getLogger(__name__)
BASE: Final = "/xapi"
"""Below this path stand the resources."""
_THREADS: Final = 32
_LONG_THREADS: Final = 2
"""So few long bodies are judged at once."""
_MOST_FIELDS: Final = 50
_MOST_HEADER_BYTES: Final = 32_768
_LONGEST_METHOD: Final = 20
_VERSIONS: Final = ("1.0", "1.1")


class App:
    """Serves a door."""

    def __init__(self, door: Door, streams: Streams, bounds: LrsBounds) -> None:
        """Serve `door`, and listeners by `streams`, within `bounds`."""
        self._door = door
        self.streams = streams
        self._max_document_bytes = bounds.max_document_bytes
        self._bodies = Bodies(
            max_bytes=bounds.max_body_bytes,
            max_in_hand=bounds.max_bytes_in_hand,
            seconds=bounds.body_seconds,
        )
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="lrs")
        self._long_threads = ThreadPoolExecutor(_LONG_THREADS, thread_name_prefix="lrs-long")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification, HTTP."""
        if scope["type"] != "http":
            return
        try:
            call = _head(scope)
        except RefusedError as error:
            answer = refusal(error)
            await _send(send, HttpAnswer(answer.status, answer.body, headers={**CORS, **answer.headers}))
            return
        if call.path == STREAM and call.method != "OPTIONS":
            await self._stream(call, receive, send)
            return
        with self._bodies.hold() as hold:
            answer = await self._answer(call, hold, receive)
            if answer.rest is not None and scope["http_version"] == "1.0":
                answer = await self._in_thread(_whole, answer, hold)
            await _send(send, answer, has_body=call.method != "HEAD")
            rest = answer.rest
            del answer  # what is on its way is held by the connection
            if rest is not None:
                await self._follow(call, rest, hold, receive, send)

    async def _answer(self, call: Call, hold: Hold, receive: Receive) -> HttpAnswer:
        try:
            body = await self._bodies.read(
                hold, call.headers, receive, admit=lambda: self._in_thread(self._door.admit, call)
            )
            self._check_document(call, body)
        except RefusedError as refused:
            return await self._in_thread(self._door.refuse, call, refused)
        threads = self._long_threads if len(body) > LONG_BODY else self._threads
        return await in_thread(threads, self._door.answer, call.having(body=body), hold.keep)

    async def _follow(self, call: Call, rest: Rest, hold: Hold, receive: Receive, send: Send) -> None:
        """Send what follows an answer until nobody is there: each piece is made when the one before is nearly read."""
        leaving = asyncio.create_task(left(receive))
        try:
            while call.method != "HEAD" and not leaving.done():
                await send(_body(b"", is_last=False))  # waits
                piece = await self._in_thread(next, rest, b"")
                hold.keep(len(piece))
                await send(_body(piece, is_last=not piece))
                if not piece:
                    return
        except Exception as error:  # noqa: BLE001 - it has begun: that it has no end tells that it is not whole
            _log.warning("an answer to %s %s was broken off: %s", call.method, call.path, error)
        finally:
            leaving.cancel()
            await self._in_thread(rest.close)

    async def _stream(self, call: Call, receive: Receive, send: Send) -> None:
        try:
            await self.streams.serve(call, receive, send, self._threads)
        except RefusedError as refused:
            answer = await self._in_thread(self._door.refuse, call, refused)
            await _send(send, answer, has_body=call.method != "HEAD")

    async def _in_thread(self, work: Callable[..., Given], *arguments: Any) -> Given:
        return await in_thread(self._threads, work, *arguments)

    def _check_document(self, call: Call, body: bytes) -> None:
        if call.path in KINDS and len(body) > self._max_document_bytes:
            raise RefusedError(
                413,
                f"a document is at most {self._max_document_bytes:,} bytes long (LEARNLOOM_LRS__MAX_DOCUMENT_BYTES): "
                "keep less in it, or in several",
            )


def _head(scope: Message) -> Call:
    """Read all but the body of a request.

    Raises:
        RefusedError: 404, there is nothing at its path; 400, 431 or 505, its headers or query cannot be taken.
    """
    if scope["http_version"] not in _VERSIONS:
        raise RefusedError(
            505, f"HTTP/{scope['http_version']} is not spoken here: use HTTP/1.1", Connection="close"
        )
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        # A name that stands twice is one with both values (RFC 9110, 5.3): nobody reads one, and a proxy the other.
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    if sum(len(name) + len(value) for name, value in scope["headers"]) > _MOST_HEADER_BYTES:
        raise RefusedError(431, f"the headers are longer than {_MOST_HEADER_BYTES:,} bytes together")
    if "transfer-encoding" in headers and "content-length" in headers:
        raise RefusedError(
            400, "Transfer-Encoding and Content-Length exclude each other (RFC 9112, 6.1)", Connection="close"
        )
    address = scope.get("client") or ("", 0)
    return Call(
        scope["method"][:_LONGEST_METHOD],
        _path(scope),
        _parameters(scope["query_string"]),
        headers,
        address=address[0],
        origin=f"{scope.get('scheme', 'http')}://{headers.get('host', '')}{BASE}",
    )


def _path(scope: Message) -> str:
    """Give the path below the store's own; nothing of it is decoded, since no resource has anything to decode."""
    path: str = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    for scheme in ("http://", "https://"):
        if path.lower().startswith(scheme):
            # A whole address, as proxies are asked (RFC 9112, 3.2.2).
            path = "/" + path[len(scheme) :].partition("/")[2]
    path = path.removesuffix("/")
    if scope["method"] == "OPTIONS":
        # Granted anywhere: else a page with a wrong address is told nothing of the address.
        return path
    if path != BASE and not path.startswith(BASE + "/"):
        raise RefusedError(404, f"the store stands below {BASE}: {BASE}/about says what it speaks")
    if "%" in path:
        raise RefusedError(404, "there is nothing at this path: write it as it is, without %")
    return path.removeprefix(BASE)


def _parameters(query: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise RefusedError(400, f"the query cannot be read: {error}") from error
    names = [name for name, _ in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RefusedError(400, f"the parameter {twice[0][:60]} stands twice")
    return dict(pairs)


def _whole(answer: HttpAnswer, hold: Hold) -> HttpAnswer:
    """Put an answer together for HTTP/1.0, which knows no pieces."""
    pieces, size = [answer.body], len(answer.body)
    try:
        for piece in answer.rest or ():
            pieces.append(piece)
            size += len(piece)
            hold.keep(size)
    except RefusedError as refused:
        return refusal(refused)
    return replace(answer, body=b"".join(pieces), rest=None)


async def _send(send: Send, answer: HttpAnswer, *, has_body: bool = True) -> None:
    headers = dict(answer.headers)
    if answer.rest is None:
        headers.setdefault("Content-Length", str(len(answer.body)))
    if answer.body:
        headers["Content-Type"] = answer.content_type
    if answer.status == 204:  # noqa: PLR2004 - No Content has neither (RFC 9110, 8.6)
        headers.pop("Content-Length", None)
    raw = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in headers.items()
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    body = answer.body if has_body else b""
    await send(_body(body, is_last=not has_body or answer.rest is None))


def _body(body: bytes, *, is_last: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": not is_last}
