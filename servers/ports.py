"""Free ports of this machine."""

import random
import socket

LOOPBACK = "127.0.0.1"
_FIRST, _LAST = 15_000, 32_000
"""Below the range from which Linux and macOS take the ports of outgoing connections. A port of that range may be taken
while its server is down, and a client that knocks at it over and over may even be connected to itself."""
_TRIES = 1_000
_KNOCK_SECONDS = 5.0


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """Find a port that nobody listens on; drawn at random, so that two who ask at once hardly get the same."""
    draw = random.SystemRandom()
    for _ in range(_TRIES):
        port = draw.randint(_FIRST, _LAST)
        if is_free(port):
            return port
    raise OSError(f"none of {_TRIES} ports tried between {_FIRST} and {_LAST} is free on {LOOPBACK}")


def answers(address: str) -> bool:
    """Whether somebody listens at host:port."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_KNOCK_SECONDS).close()
    except OSError:
        return False
    return True
