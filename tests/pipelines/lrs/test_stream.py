"""Listeners are told of statements as they come, may go on where they were, and are dropped where they do not read."""

import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import orjson
import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lrs.keys import revoke_key
from learnloom.pipelines.lrs.store import Store
from tests.pipelines.lrs.serving import Client, Clock, new_key, serving, statement
from tests.pipelines.lrs.test_follow import _land

_AGENT = '{"mbox":"mailto:%s@example.org"}'


class Event(NamedTuple):
    """What a listener was told."""

    id: str
    name: str
    data: Any


class Listener:
    """Reads events of a stream, one by one."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.last_id = ""
        self._events = self._read()

    def next(self) -> Event:
        """Wait for the next event."""
        return next(self._events)

    def ids(self, count: int) -> list[str]:
        """Wait for so many statements; gives their ids."""
        return [self.next().data["id"] for _ in range(count)]

    def _read(self) -> Iterator[Event]:
        name, data = "", []
        for line in self.answer.iter_lines():
            field, _, value = line.partition(": ")
            if field == "id":
                self.last_id = value
            elif field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif not line and data:
                yield Event(self.last_id, name, orjson.loads("\n".join(data)))
                name, data = "", []


@contextmanager
def _listening(client: Client, last_id: str | None = None, **parameters: str) -> Iterator[Listener]:
    headers = {} if last_id is None else {"Last-Event-ID": last_id}
    url = f"{client.address}/statements/stream"
    with httpx.stream("GET", url, params=parameters, headers=headers, auth=client.key, timeout=60) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Listener(answer)


@pytest.mark.slow
def test_a_listener_is_told_of_what_comes_by_any_way(folder: Path, client: Client) -> None:
    """Statements that were sent, and that were imported, come as they are given by GET, each with a number."""
    client.post(statement("before"))
    with _listening(client) as listener:
        (sent,) = client.post(statement("sam"))
        first = listener.next()
        landed = statement("lea", id=str(uuid.uuid4()))
        _land(Settings(warehouse=folder), landed)
        second = listener.next()
    assert (first.name, first.data["id"]) == ("statement", sent)
    assert second.data["id"] == landed["id"]
    assert int(second.id) > int(first.id)
    for event in (first, second):
        given = client("GET", "/statements", params={"statementId": event.data["id"]})
        assert given.json() == event.data


@pytest.mark.slow
def test_whoever_comes_again_misses_nothing_and_is_told_nothing_twice(client: Client) -> None:
    """With the last id, as a header or as `after`, a listener goes on behind it, more than one part long."""
    with _listening(client) as listener:
        one, two = client.post(statement(), statement())
        assert listener.ids(1) == [one]
        last_id = listener.last_id
    others = [statement_id for _ in range(3) for statement_id in client.post(*[statement()] * 40)]
    with _listening(client, last_id, after="0") as listener:
        assert listener.ids(121) == [two, *others]
    with _listening(client, after=last_id) as listener:
        assert listener.ids(2) == [two, others[0]]


def test_filters_are_those_of_get(client: Client) -> None:
    """A listener may ask for an agent, a verb and so on; what refers to what fits, fits too."""
    with _listening(client, agent=_AGENT % "flo", verb=statement()["verb"]["id"]) as listener:
        client.post(statement("other"))
        (by_flo,) = client.post(statement("flo"))
        client.post(statement("flo", verb={"id": "urn:other"}))
        (about,) = client.post(statement("other", object={"objectType": "StatementRef", "id": by_flo}))
        (again,) = client.post(statement("other", object={"objectType": "StatementRef", "id": about}))
        assert listener.ids(3) == [by_flo, about, again]
    with _listening(client, activity="https://example.org/page", since="2020-01-01T00:00:00Z") as listener:
        assert listener.next().data["object"]["id"] == "https://example.org/page"


@pytest.mark.parametrize(
    ("parameters", "headers", "status"),
    [
        ({"limit": "3"}, {}, 400),
        ({"agent": "no JSON"}, {}, 400),
        ({}, {"Last-Event-ID": "no number"}, 400),
        ({}, {"Authorization": "Basic bm86bm8="}, 401),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_is_sent(
    client: Client, parameters: dict[str, str], headers: dict[str, str], status: int
) -> None:
    """Unknown parameters, wrong values and unknown keys are answered like elsewhere."""
    path = "/statements/stream"
    auth = {} if headers.get("Authorization") else {"auth": client.key}
    answer = httpx.get(client.address + path, params=parameters, headers=headers, **auth)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.json()["error"]
    assert client("POST", path, json={}).status_code == 405


def test_a_key_hears_what_it_may_read_until_it_is_revoked(folder: Path, address: str, client: Client) -> None:
    """With statements/read/mine only its own are told; a revoked key is told so, and heard no more."""
    own = Client(address, new_key(folder, "statements/read/mine", "statements/write"))
    with _listening(own) as listener:
        client.post(statement())
        (mine,) = own.post(statement())
        assert listener.ids(1) == [mine]
        with Store(folder, now=Clock()) as store:
            revoke_key(store, own.key[0])
        client.post(statement())
        event = listener.next()
    assert (event.name, event.data["reason"]) == ("end", "refused")
    writer = Client(address, new_key(folder, "statements/write"))
    assert writer("GET", "/statements/stream").status_code == 403


def test_listeners_are_told_that_the_store_stops_and_hold_it_up_no_longer(tmp_path: Path) -> None:
    """Where the server ends, the last event says so; beyond the bound, listeners are refused; silence is broken."""
    told: list[Event] = []
    with serving(tmp_path, max_streams=1, stream_seconds=0.2) as address:
        client = Client(address, new_key(tmp_path))
        is_listening = threading.Event()

        def listen() -> None:
            with _listening(client) as listener:
                for line in listener.answer.iter_lines():
                    if line.startswith(": "):
                        is_listening.set()
                    if line.startswith("data: "):
                        told.append(orjson.loads(line.removeprefix("data: ")))

        thread = threading.Thread(target=listen)
        thread.start()
        assert is_listening.wait(60)
        refused = client("GET", "/statements/stream")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
    thread.join()
    assert [one["reason"] for one in told] == ["stopping"]  # type: ignore[call-overload]


@pytest.mark.slow
def test_whoever_does_not_read_is_dropped_with_a_last_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Others are told meanwhile; when the slow one reads at last, the last event says why it is the last."""
    with serving(tmp_path, stream_seconds=1, body_seconds=600) as address:
        client = Client(address, new_key(tmp_path))
        long = {"urn:ext:long": "x" * 500_000}
        where = urlsplit(address)
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
            slow.connect((where.hostname, where.port))
            request = httpx.Request("GET", f"{address}/statements/stream?after=0")
            signed = next(httpx.BasicAuth(*client.key).auth_flow(request))
            head = f"GET /xapi/statements/stream?after=0 HTTP/1.1\r\nHost: {where.netloc}\r\n"
            slow.sendall(f"{head}Authorization: {signed.headers['authorization']}\r\n\r\n".encode())
            with _listening(client) as listener:
                while "too slow" not in caplog.text:  # what the machine holds between the two has to be full
                    assert client.post(statement(context={"extensions": long})) == listener.ids(1)
            slow.settimeout(60)
            received = b""
            while not received.endswith(b"0\r\n\r\n"):
                received = received[-2_000:] + slow.recv(1 << 20)
        assert b"event: end" in received
        assert b'"reason":"slow"' in received
        assert client("GET", "/about").status_code == 200
