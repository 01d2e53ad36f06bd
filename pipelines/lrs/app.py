"""The store as an ASGI application: bytes of HTTP to calls, answers to bytes, within bounds."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import parse_qsl

from learnloom.pipelines.lrs.door import Door
from learnloom.pipelines.lrs.message import Answer, Call, RefusedError, refusal

BASE: Final = "/xapi"
"""Below this path stand the resources."""
_THREADS: Final = 32
_MOST_FIELDS: Final = 50

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class App:
    """Serves a door."""

    def __init__(self, door: Door, *, max_body_bytes: int, body_seconds: float) -> None:
        """Serve `door`.

        Args:
            door: gives the answers.
            max_body_bytes: a longer body is refused as it comes.
            body_seconds: how long a body may take to come.
        """
        self._door = door
        self._max_body_bytes = max_body_bytes
        self._body_seconds = body_seconds
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="lrs")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification, HTTP."""
        if scope["type"] != "http":
            return
        try:
            call = await self._call(scope, receive)
        except RefusedError as error:
            await _send(send, refusal(error))
            return
        answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._door.answer, call)
        await _send(send, answer, has_body=call.method != "HEAD")

    async def _call(self, scope: Message, receive: Receive) -> Call:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        path = scope["path"].rstrip("/")
        if path != BASE and not path.startswith(BASE + "/"):
            raise RefusedError(404, f"the store stands below {BASE}: {BASE}/about says what it speaks")
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await self._body(headers, receive)
        except TimeoutError:
            raise RefusedError(
                408, f"the body did not come within {self._body_seconds:g} s", Connection="close"
            ) from None
        return Call(
            scope["method"], path.removeprefix(BASE), _parameters(scope["query_string"]), headers, body
        )

    async def _body(self, headers: dict[str, str], receive: Receive) -> bytes:
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._max_body_bytes:
            raise self._too_long()
        pieces, size, is_more = [], 0, True
        while is_more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RefusedError(400, "the connection was closed before the body was there")
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > self._max_body_bytes:
                raise self._too_long()
            is_more = message.get("more_body", False)
        return b"".join(pieces)

    def _too_long(self) -> RefusedError:
        return RefusedError(
            413,
            f"the body is longer than {self._max_body_bytes:,} bytes (LEARNLOOM_LRS__MAX_BODY_BYTES): send fewer "
            "statements at once; a whole history comes in with learnloom import",
            Connection="close",
        )


def _parameters(query: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise RefusedError(400, f"the query cannot be read: {error}") from error
    names = [name for name, _ in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RefusedError(400, f"the parameter {twice[0][:60]} stands twice")
    return dict(pairs)


async def _send(send: Send, answer: Answer, *, has_body: bool = True) -> None:
    headers = {"Content-Length": str(len(answer.body)), **answer.headers}
    if answer.body:
        headers["Content-Type"] = answer.content_type
    if answer.status == 204:  # noqa: PLR2004 - No Content has neither (RFC 9110, 8.6)
        headers.pop("Content-Length")
    raw = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in headers.items()
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": answer.body if has_body else b""})
