"""Server-sent events of statements as they come: `GET /xapi/statements/stream` (WHATWG HTML, 9.2).

A listener is not sent what it does not read: the next statements are read from the index when the ones before are on
their way, so each has a few of them in memory at the most. The id of an event is the statement's number in the index;
who comes again with it as Last-Event-ID goes on behind it, and misses nothing.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

import orjson

from learnloom.pipelines.lrs.asgi import Given, Receive, Send, in_thread, left
from learnloom.pipelines.lrs.cors import CORS
from learnloom.pipelines.lrs.door import Door
from learnloom.pipelines.lrs.entries import Entries
from learnloom.pipelines.lrs.message import Call, RefusedError
from learnloom.pipelines.lrs.news import News, NewsPage
from learnloom.pipelines.lrs.store import Store

_log = logging.getLogger(__name__)
STREAM: Final = "/statements/stream"
_POLL_SECONDS: Final = 0.2
"""So soon news is looked for, once for all listeners."""
_LAST_SECONDS: Final = 60.0
"""For the last event to be read."""
_RETRY_MILLISECONDS: Final = 3_000
_BARRED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_HEADERS: Final = CORS | {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold events back
}


class _Ended(Exception):  # noqa: N818 - no error: how a stream ends
    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Streams:
    """Serves listeners; belongs to one event loop."""

    def __init__(self, store: Store, entries: Entries, door: Door, *, most: int, seconds: float) -> None:
        """Serve nobody yet.

        Args:
            store: whose statements are told.
            entries: gives statements as they are told.
            door: lets listeners in.
            most: listeners at once.
            seconds: for so long a listener may leave unread what it is sent; half of it is the longest silence.
        """
        self._store = store
        self._entries = entries
        self._door = door
        self._most = most
        self._seconds = seconds
        self._listeners = 0
        self._news = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self.is_over: Callable[[], bool] = lambda: False
        """Whether the server stops: then listeners are told, and it need not wait for them."""

    async def serve(self, call: Call, receive: Receive, send: Send, threads: Executor) -> None:
        """Serve one listener until it leaves, or has to.

        Raises:
            RefusedError: before anything was sent: it may not listen, or asks for what there is not.
        """
        if call.method != "GET":
            raise RefusedError(405, f"{call.method} is not allowed here", Allow="GET, OPTIONS")
        if self._listeners >= self._most:
            raise RefusedError(
                503, f"{self._most} listen already (LEARNLOOM_LRS__MAX_STREAMS): try later", Retry_After="30"
            )
        self._listeners += 1
        try:
            listener = _Listener(self, call, send, threads)
            await listener.admit()
            if self._watch is None:
                self._watch = asyncio.create_task(self._look_for_news(threads))
            await listener.serve(receive)
        finally:
            self._listeners -= 1

    async def _look_for_news(self, threads: Executor) -> None:
        """Wake all listeners where something has come, or the server stops; ends with the last of them."""
        last = -1
        while self._listeners:
            with suppress(RefusedError):  # the database is away: listeners find that out by themselves
                newest = (await in_thread(threads, self._store.progress)).last_seq
                if newest != last or self.is_over():
                    last = newest
                    self._news.set()
                    self._news = asyncio.Event()
            await asyncio.sleep(_POLL_SECONDS)
        self._watch = None

    # For listeners --------------------------------------------------------------------------------------------
    def let_in(self, call: Call) -> Call:
        """See that a listener may listen, at its beginning and now and then."""
        return self._door.listening(call)

    def open(self, call: Call) -> tuple[News, int]:
        """Give what a listener has asked for, and where it begins."""
        news = News(self._store, call)
        return news, news.begin()

    def read(self, news: News, seq: int) -> tuple[NewsPage, bytes]:
        """Give the next statements, and the events that tell them."""
        page = news.after(seq)
        part = next(self._entries.parts(page.rows), None)
        if part is None:
            return page, b""
        return page.until(part.last), b"".join(_event(number, raw) for number, raw in part.statements)

    async def wait(self) -> None:
        """Wait for news, or for as long as a listener may be left in silence."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), self._seconds / 2)

    @property
    def seconds(self) -> float:
        """For so long a listener may leave unread what it is sent."""
        return self._seconds

    def done(self, call: Call, statements: int, began: float) -> None:
        """Take note of a listener that has gone; it began at a moment of `time.perf_counter`."""
        self._door.listened(call, statements, began)


class _Listener:
    def __init__(self, streams: Streams, call: Call, send: Send, threads: Executor) -> None:
        self._streams = streams
        self._call = self._admitted = call
        self._send = send
        self._threads = threads
        self._told = 0
        self._began = time.perf_counter()
        self._sent = time.monotonic()

    async def admit(self) -> None:
        """Let it in, and read what it wants."""
        self._admitted = await self._in_thread(self._streams.let_in, self._call)
        self._news, self._seq = await self._in_thread(self._streams.open, self._admitted)

    async def serve(self, receive: Receive) -> None:
        """Tell what comes until the listener leaves, or has to."""
        raw = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
        await self._send({"type": "http.response.start", "status": 200, "headers": raw})
        telling = asyncio.create_task(self._tell())
        leaving = asyncio.create_task(left(receive))
        try:
            await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (telling, leaving):
                task.cancel()
            await asyncio.gather(telling, leaving, return_exceptions=True)
            await self._in_thread(self._streams.done, self._admitted, self._told, self._began)

    async def _tell(self) -> None:
        try:
            await self._write(b"retry: %d\nid: %d\n\n" % (_RETRY_MILLISECONDS, self._seq))
            while True:
                await self._step()
        except _Ended as ended:
            last = {"reason": ended.reason, "message": str(ended)}
        except Exception:  # noqa: BLE001 - whatever goes wrong, the listener is told
            _log.exception("telling a listener of statements has failed")
            last = {"reason": "failed", "message": "the store has failed; its log says why"}
        with suppress(TimeoutError):
            body = b"event: end\ndata: " + orjson.dumps(last) + b"\n\n"
            await self._write(body, seconds=_LAST_SECONDS, more=False)

    async def _step(self) -> None:
        """Tell what is there, or wait for more."""
        if self._streams.is_over():
            raise _Ended("stopping", "the store is stopping: come again with the last id")
        try:
            self._admitted = await self._in_thread(self._streams.let_in, self._call)
            part, events = await self._in_thread(self._streams.read, self._news, self._seq)
        except RefusedError as error:
            if error.status in _BARRED:
                raise _Ended("refused", str(error)) from error
            part, events = NewsPage([], self._seq, is_all=True), b""  # the database is away, for a while
        self._seq = part.last
        is_silent = time.monotonic() - self._sent >= self._streams.seconds / 2
        if events:
            await self._write(events)
            self._told += len(part.rows)
        elif is_silent:
            # No event, and yet a place to go on from (9.2.6: an id without data is kept).
            await self._write(b": listening\nid: %d\n\n" % self._seq)
        if part.is_all:
            await self._streams.wait()

    async def _write(self, body: bytes, *, seconds: float | None = None, more: bool = True) -> None:
        message = {"type": "http.response.body", "body": body, "more_body": more}
        allowed = self._streams.seconds if seconds is None else seconds
        try:
            await asyncio.wait_for(self._send(message), allowed)
        except TimeoutError:
            if more:
                _log.warning("a listener was too slow: %s", self._admitted.key_id)
                raise _Ended(
                    "slow",
                    f"what was sent was not read within {allowed:g} s (LEARNLOOM_LRS__STREAM_SECONDS): come again "
                    "with the last id",
                ) from None
            raise
        self._sent = time.monotonic()

    async def _in_thread(self, work: Callable[..., Given], *arguments: Any) -> Given:
        return await in_thread(self._threads, work, *arguments)


def _event(seq: int, raw: bytes) -> bytes:
    """Write a statement as an event; line ends in it stand between values, so that each line may be data of its own."""
    lines = raw.replace(b"\r", b"\n").replace(b"\n", b"\ndata: ")
    return b"id: %d\nevent: statement\ndata: %s\n\n" % (seq, lines)
