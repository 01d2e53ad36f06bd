"""Bodies as they come and go: within a length, a time, and what all of them may take of the memory at once."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Final, Self

from learnloom.pipelines.lrs.asgi import Receive
from learnloom.pipelines.lrs.message import RefusedError

_UNASKED: Final = 16_384
"""Bytes that are read before anybody asks whose they are."""
_STRANGERS_SHARE: Final = 8
"""The part of the memory that bodies may take whose sender is not known before they are read."""
_STRANGERS_BYTES: Final = 1_048_576
"""Longest body of such a sender: forms of the alternate request syntax hold the key within."""


class Hold:
    """The bytes of one request; use as a context manager."""

    def __init__(self, bodies: "Bodies") -> None:
        """Hold nothing yet."""
        self._bodies = bodies
        self._size = 0
        self._is_stranger = False

    def __enter__(self) -> Self:
        """Give the hold."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the bytes."""
        self._bodies.add(-self._size, is_stranger=self._is_stranger)

    def keep(self, size: int) -> None:
        """Hold so many bytes of an answer from now on, and nothing else any more.

        Raises:
            RefusedError: 503, all bodies together are too long.
        """
        self._bodies.add(-self._size, is_stranger=self._is_stranger)
        self._size, self._is_stranger = 0, False
        self._bodies.add(size, is_stranger=False)
        self._size = size

    async def read(
        self, headers: Mapping[str, str], receive: Receive, *, admit: Callable[[], Awaitable[None]]
    ) -> bytes:
        """Read the body of a request; `admit` sees whose it is, before more than its beginning is read.

        Raises:
            RefusedError: 400, it breaks off; 408, it takes too long; 413, it is too long; 503, all bodies together are;
                and what `admit` raises.
        """
        # Grown as one: pieces that are let go of leave holes which nothing else of this length fits.
        body = bytearray()
        try:
            await self._gather(body, headers, receive, admit)
        except BaseException:
            # Now, and not with its answer: else those that are read meanwhile would be refused for what is of no use.
            body.clear()
            self.keep(0)
            raise
        return bytes(body)

    async def _gather(
        self,
        body: bytearray,
        headers: Mapping[str, str],
        receive: Receive,
        admit: Callable[[], Awaitable[None]],
    ) -> None:
        limit = self._bodies.max_bytes
        length = headers.get("content-length", "0")
        announced = int(length) if length.isdecimal() else 0
        if announced > limit:
            raise _too_long(limit)
        self._is_stranger = "authorization" not in headers
        # A form of the alternate request syntax may hold the key within.
        is_form = headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded")
        is_asked, is_more = False, True
        while is_more:
            if not is_asked and max(self._size, announced) > _UNASKED:
                is_asked = True
                if not (self._is_stranger and is_form):
                    await admit()
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RefusedError(400, "the connection was closed before the body was there")
            piece = message.get("body", b"")
            self._take(len(piece))
            body += piece
            is_more = message.get("more_body", False)

    def _take(self, size: int) -> None:
        self._bodies.add(size, is_stranger=self._is_stranger)
        self._size += size
        if self._size > self._bodies.max_bytes:
            raise _too_long(self._bodies.max_bytes)
        if self._is_stranger and self._size > _STRANGERS_BYTES:
            raise RefusedError(
                413,
                f"without the header Authorization a body is at most {_STRANGERS_BYTES:,} bytes long: send the header",
            )


class Bodies:
    """Bounds on bodies of requests and answers, and how many bytes of them are held."""

    def __init__(self, *, max_bytes: int, max_in_hand: int, seconds: float) -> None:
        """Bound them.

        Args:
            max_bytes: a longer body is refused as it comes.
            max_in_hand: bytes of all bodies that are held at once.
            seconds: how long a body may take to come.
        """
        self.max_bytes = max_bytes
        self._max_in_hand = max_in_hand
        self._seconds = seconds
        self._lock = threading.Lock()
        self._in_hand = 0
        self._strangers = 0

    def hold(self) -> Hold:
        """Begin with a request."""
        return Hold(self)

    def add(self, size: int, *, is_stranger: bool) -> None:
        """Count bytes that have come, or are let go; from any thread.

        Raises:
            RefusedError: 503, more would be there than is held at once; they are not counted.
        """
        of_strangers = size if is_stranger else 0
        with self._lock:
            is_full = self._in_hand + size > self._max_in_hand or (
                is_stranger and self._strangers + size > self._max_in_hand // _STRANGERS_SHARE
            )
            is_refused = size > 0 and is_full
            if not is_refused:
                self._in_hand += size
                self._strangers += of_strangers
        if is_refused:
            raise RefusedError(
                503,
                f"bodies of more than {self._max_in_hand:,} bytes are in hand (LEARNLOOM_LRS__MAX_BYTES_IN_HAND): send "
                "this again",
                Retry_After="2",
            )

    async def read(
        self,
        hold: Hold,
        headers: Mapping[str, str],
        receive: Receive,
        *,
        admit: Callable[[], Awaitable[None]],
    ) -> bytes:
        """Read a body within its time; see `Hold.read`."""
        try:
            async with asyncio.timeout(self._seconds) as clock:

                async def admitted() -> None:
                    # What the store takes to see whose it is, the sender cannot help.
                    clock.reschedule(None)
                    await admit()
                    clock.reschedule(asyncio.get_running_loop().time() + self._seconds)

                return await hold.read(headers, receive, admit=admitted)
        except TimeoutError:
            raise RefusedError(
                408,
                f"the body did not come within {self._seconds:g} s (LEARNLOOM_LRS__BODY_SECONDS)",
                Connection="close",
            ) from None


def _too_long(limit: int) -> RefusedError:
    return RefusedError(
        413,
        f"the body is longer than {limit:,} bytes (LEARNLOOM_LRS__MAX_BODY_BYTES): send fewer statements at once; a "
        "whole history comes in with learnloom import",
    )
