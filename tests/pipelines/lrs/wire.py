"""HTTP as it should not be: bytes to a port, and what comes back until the other side has enough."""

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

_SECONDS = 30


class Reply(NamedTuple):
    """What came back; status 0: nothing did before the connection ended."""

    status: int
    head: bytes
    body: bytes

    @property
    def error(self) -> str:
        """The reason that is told."""
        return str(json.loads(self.body)["error"])


class Wire:
    """A connection."""

    def __init__(self, address: str, holds: int | None = None) -> None:
        """Connect; `holds` is how many bytes are taken before they are read."""
        parts = urlsplit(address)
        self._held = b""
        self.socket = socket.socket()
        self.socket.settimeout(_SECONDS)
        if holds is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, holds)
        self.socket.connect((parts.hostname, parts.port))

    def send(self, data: bytes) -> bool:
        """Send bytes; False: the other side takes no more."""
        try:
            self.socket.sendall(data)
        except OSError:
            return False
        return True

    def reply(self) -> Reply:
        """Read one answer, or to the end of the connection."""
        self._read_until(lambda: b"\r\n\r\n" in self._held)
        head, _, rest = self._held.partition(b"\r\n\r\n")
        if not head:
            return Reply(0, b"", b"")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].split(b":")[1]) if lengths else 0
        self._held = rest
        self._read_until(lambda: len(self._held) >= length)
        body, self._held = self._held[:length], self._held[length:]
        return Reply(int(head.split()[1]), head, body)

    def _read_until(self, is_enough: Callable[[], bool]) -> None:
        with contextlib.suppress(ConnectionError):
            while not is_enough() and (part := self.socket.recv(65_536)):
                self._held += part

    def is_closed(self) -> bool:
        """Wait until the other side ends the connection."""
        try:
            return self.socket.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        """End the connection."""
        self.socket.close()


@contextlib.contextmanager
def wire(address: str, holds: int | None = None) -> Iterator[Wire]:
    """Open a connection."""
    found = Wire(address, holds)
    try:
        yield found
    finally:
        found.close()


def request(method: str, path: str, *lines: str, **headers: Any) -> bytes:
    """Write the head of a request: further lines as they are, and headers by name."""
    told = [f"{method} {path} HTTP/1.1", "Host: lrs.example", "X-Experience-API-Version: 1.0.3", *lines]
    told += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(told) + "\r\n\r\n").encode("latin-1")
