"""Connections of the HTTP server within bounds: how many, how long each may be silent, how slowly one may read.

uvicorn bounds none of these by itself: it waits for headers for ever, holds an answer that nobody reads for ever, and
beyond a number of connections it refuses requests, so that whoever opens many keeps all others out. Here the connection
that has been idle longest is closed instead.
"""

import socket
import struct
from asyncio import BaseTransport, TimerHandle, Transport
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import orjson

from learnloom.pipelines.config.lrs import LrsBounds

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as _Protocol
else:
    from uvicorn.protocols.http.auto import AutoHTTPProtocol as _Protocol

_MOST_HEADER_BYTES: Final = 40_960
"""Less than at which the parser gives up without a reason; see `server`."""
_END: Final = b"\r\n\r\n"
"""Of the headers."""
_LINGER_SECONDS: Final = 5.0
"""How long the rest of a body is thrown away whose request was answered: else the answer would be lost with it."""
_UNSENT_BYTES: Final = 131_072
_AT_ONCE: Final = struct.pack("ii", 1, 0)
"""On, and for no seconds: what is left to send is thrown away."""
_REASONS: Final = {408: "Request Timeout", 431: "Request Header Fields Too Large", 503: "Service Unavailable"}


class BoundedProtocol(_Protocol):
    """A connection."""

    bounds: ClassVar[LrsBounds]
    idle: ClassVar[dict["BoundedProtocol", None]]
    """Those that wait for a request, the longest first."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._timer: TimerHandle | None = None
        self._writing: TimerHandle | None = None
        self._header_bytes = 0
        self._tail = b""
        self._is_ended = False

    def connection_made(self, transport: BaseTransport) -> None:
        """Wait for a request, and make room where there are too many."""
        # TCP's, also where it is uvloop's, which is of no class of asyncio.
        super().connection_made(cast("Transport", transport))
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            # Else the kernel takes megabytes of what is not read yet, and for minutes no reading is seen.
            transport.get_extra_info("socket").setsockopt(
                socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_BYTES
            )
        self._is_idle()
        self._set_timer(self.bounds.header_seconds)
        if len(self.connections) <= self.bounds.max_connections:
            return
        oldest = next(iter(self.idle))
        self.idle.pop(oldest)
        if oldest is self:
            # All others are at work.
            self._end(503, f"more than {self.bounds.max_connections:,} requests are in hand: send this again")
        else:
            oldest.transport.close()

    def data_received(self, data: bytes) -> None:
        """Take what comes; headers within their time and length."""
        if self._is_ended:
            return
        is_waiting = self in self.idle
        if is_waiting and not self._header_bytes and self.cycle is not None:
            self._set_timer(self.bounds.header_seconds)
        if is_waiting:
            self._header_bytes += len(data)
            if self._header_bytes > _MOST_HEADER_BYTES and _END not in self._tail + data:
                self._end(431, f"the headers are longer than {_MOST_HEADER_BYTES:,} bytes together")
                return
            self._tail = data[-len(_END) :]
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._is_at_work()

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the rest of the body of this one."""
        super().on_response_complete()
        self._watch_writing()
        if not self.cycle.response_complete or self.transport.is_closing():
            return  # the next one was there already, or none is to come
        if self.cycle.more_body:
            self._set_timer(min(_LINGER_SECONDS, self.bounds.body_seconds))
        else:
            self._is_idle()

    def pause_writing(self) -> None:
        """See that whoever gets an answer reads it."""
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        """Watch anew: what was there is nearly read, and more of the answer may come."""
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        self._watch_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.idle.pop(self, None)
        for timer in (self._timer, self._writing):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def _is_idle(self) -> None:
        self._header_bytes = 0
        self.idle.pop(self, None)
        self.idle[self] = None

    def _is_at_work(self) -> None:
        self.idle.pop(self, None)
        self._header_bytes = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, self._is_over)

    def _is_over(self) -> None:
        """End a connection whose request, or the rest of whose body, did not come in time."""
        self._timer = None
        if self._header_bytes and not self._is_ended:
            seconds = self.bounds.header_seconds
            self._end(408, f"the headers did not come within {seconds:g} s (LEARNLOOM_LRS__HEADER_SECONDS)")
        else:
            self.transport.close()

    def _end(self, status: int, reason: str) -> None:
        """Answer what is no request yet, and close: where more of it comes, when that was thrown away for a while."""
        body = orjson.dumps({"error": reason})
        head = (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nretry-after: 1\r\nconnection: close\r\n\r\n"
        )
        if self.transport.is_closing():
            return
        self.transport.write(head.encode() + body)
        if status == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            self._is_ended = True
            self._set_timer(min(_LINGER_SECONDS, self.bounds.body_seconds))
        else:
            self.transport.close()
        self._watch_writing()

    def _watch_writing(self) -> None:
        size = self.transport.get_write_buffer_size()
        if size and self._writing is None:
            self._writing = self.loop.call_later(self.bounds.body_seconds, self._check_writing, size)

    def _check_writing(self, before: int) -> None:
        """Give up an answer of which nothing was read for so long."""
        self._writing = None
        size = self.transport.get_write_buffer_size()
        if size >= before:
            # Reset: else the kernel would go on holding what nobody reads.
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self.transport.abort()
        elif size:
            self._watch_writing()


def bounded_protocol(bounds: LrsBounds) -> type[BoundedProtocol]:
    """Give the protocol of one server, with its bounds and its connections."""
    return type("Connection", (BoundedProtocol,), {"bounds": bounds, "idle": {}})
