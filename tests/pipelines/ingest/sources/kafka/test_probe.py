"""What answers in the place of a broker is told apart within the time that it may take."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError, KafkaSettingsError

_WEB = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n"
_BROKEN = b"\x00\x00\x00\x06\x00\x00\x00\x01\x00\x00"
"""A frame of Kafka's that ends in the middle of its answer."""

Answering = Callable[[bytes | None], str]


@pytest.fixture
def answering() -> Iterator[Answering]:
    """Serves one connection that answers so, and never where it is None; gives the address."""
    servers: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(answer: bytes | None) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        if answer is not None:
            threads.append(threading.Thread(target=_answer, args=(server, answer)))
            threads[-1].start()
        return f"127.0.0.1:{server.getsockname()[1]}"

    yield serve
    for thread in threads:
        thread.join()
    for server in servers:
        server.close()


def _answer(server: socket.socket, answer: bytes) -> None:
    connected, _ = server.accept()
    with closing(connected):
        connected.recv(4_096)
        connected.sendall(answer)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (_WEB, "no Kafka broker, or does not speak as kafka_security_protocol says"),
        (_BROKEN, "no Kafka broker, or does not speak as kafka_security_protocol says"),
        (b"", "it hangs up"),
        (None, "timed out"),
    ],
    ids=["web", "broken", "nothing", "silent"],
)
def test_what_is_no_broker_is_told(answering: Answering, answer: bytes | None, told: str) -> None:
    """A web server, half an answer, none, and silence are each told with the address."""
    address = answering(answer)
    with pytest.raises(BrokerUnavailableError, match=f"{address}: .*{told}"):
        KafkaConnection(address).reached(seconds=0.2)


def test_tls_that_never_answers_is_given_up(answering: Answering) -> None:
    """A port that accepts and then says nothing to TLS is left when its time is up."""
    with pytest.raises(BrokerUnavailableError, match="timed out"):
        KafkaConnection(answering(None), security="SSL").reached(seconds=0.2)


def test_tls_with_what_knows_none_is_told(answering: Answering) -> None:
    """A port that answers TLS with something else is a matter of the settings."""
    with pytest.raises(KafkaSettingsError, match="kafka_security_protocol is what this port speaks"):
        KafkaConnection(answering(_WEB), security="SSL").reached(seconds=2)


def test_every_server_that_does_not_answer_is_named(answering: Answering) -> None:
    """Where none of several lets us in, the reason of each is told."""
    one, other = answering(b""), answering(_WEB)
    with pytest.raises(BrokerUnavailableError, match=f"{one}: it hangs up; {other}: what answers"):
        KafkaConnection(f"{one},{other}").reached(seconds=2)
