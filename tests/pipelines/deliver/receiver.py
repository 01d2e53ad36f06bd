"""A receiver on this machine: a real HTTP server that keeps what it gets and answers as it is told."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import orjson


class Call(NamedTuple):
    """What came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The body as JSON."""
        return dict(orjson.loads(self.body))


class Reply(NamedTuple):
    """What is answered."""

    status: int = 204
    headers: Mapping[str, str] = {}
    body: bytes = b""
    raw: bytes | None = None
    """Sent as it is, instead of an answer in HTTP."""
    is_late: bool = False
    """Whether it comes only when the receiver is closed."""


Answering = Callable[[Call], Reply]


class Receiver:
    """Keeps every call, answered or not, in the order in which they came."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.calls: list[Call] = []
        self.answering: Answering = lambda _: Reply()
        self.closing = threading.Event()

    def events(self) -> list[dict[str, Any]]:
        """The bodies of all calls."""
        return [call.event for call in self.calls]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Start a receiver, and stop it at the end."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            length = int(self.headers.get("content-length", 0))
            lowered = {name.lower(): value for name, value in self.headers.items()}
            call = Call(self.command, self.path, lowered, self.rfile.read(length))
            receiver.calls.append(call)
            reply = receiver.answering(call)
            if reply.is_late:
                receiver.closing.wait()
            if reply.raw is not None or reply.is_late:
                self.wfile.write(reply.raw or b"")
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_POST = do_PUT = do_GET = _take  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
