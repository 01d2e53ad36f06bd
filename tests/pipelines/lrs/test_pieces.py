"""Long answers come piece by piece and are held so; bodies are bounded by the number of their statements, too."""

import asyncio
import hashlib
import json
import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from learnloom.pipelines.lrs.asgi import Message
from learnloom.pipelines.lrs.bodies import Bodies, Hold
from learnloom.pipelines.lrs.message import PIECE_BYTES, RefusedError
from learnloom.pipelines.lrs.multipart import read_parts
from learnloom.pipelines.lrs.receive import cut
from servers.waiting import wait_until
from tests.pipelines.lrs.attaching import attachment, part, send
from tests.pipelines.lrs.serving import Client, new_key, serving, statement
from tests.pipelines.lrs.test_hostile_http import basic_of
from tests.pipelines.lrs.test_stream import Listener
from tests.pipelines.lrs.wire import Wire, request, wire

_LONG: dict[str, Any] = {"result": {"response": "x" * (PIECE_BYTES * 3 // 4)}}
_VERY_LONG: dict[str, Any] = {"result": {"response": "x" * 900_000}}
_TEN = {"agent": '{"mbox":"mailto:ten@example.org"}', "ascending": "true"}


@pytest.fixture(scope="module")
def sent(client: Client) -> list[str]:
    """Ten statements, in pieces of two; gives their ids."""
    return client.post(*(statement("ten", **_LONG) for _ in range(10)))


def _ids(body: bytes) -> list[str]:
    return [one["id"] for one in orjson.loads(body)["statements"]]


@pytest.mark.parametrize("form", ["exact", "ids", "canonical"])
def test_a_page_in_pieces_is_whole(client: Client, sent: list[str], form: str) -> None:
    """An answer longer than a piece has every statement once, in order, without its length said before."""
    answer = client("GET", "/statements", params=_TEN | {"format": form})
    assert _ids(answer.content) == sent
    assert ("content-length" in answer.headers) == (form == "ids" and len(answer.content) < PIECE_BYTES)


def test_head_tells_of_a_page_in_pieces(client: Client, sent: list[str]) -> None:
    """HEAD is answered without a body, and the connection goes on."""
    with httpx.Client() as held:
        for _ in range(2):
            answer = held.head(
                f"{client.address}/statements",
                params=_TEN,
                auth=client.key,
                headers={"X-Experience-API-Version": "1.0.3"},
            )
            assert (answer.status_code, answer.content) == (200, b"")


def test_http_1_0_gets_a_page_as_one(client: Client, sent: list[str]) -> None:
    """Who speaks HTTP/1.0, as some proxies do, gets a length and no chunks."""
    head = request("GET", "/xapi/statements?limit=10", Authorization=basic_of(client.key))
    with wire(client.address) as connection:
        connection.send(head.replace(b"HTTP/1.1", b"HTTP/1.0"))
        reply = connection.reply()
    assert b"transfer-encoding" not in reply.head.lower()
    assert len(_ids(reply.body)) == 10


def test_the_audit_counts_all_pieces(client: Client, sent: list[str], folder: Path) -> None:
    """The line about an answer in pieces has the bytes of all of them."""
    answer = client("GET", "/statements", params=_TEN)
    (line,) = (folder / "lrs" / "audit.jsonl").read_text().splitlines()[-1:]
    assert json.loads(line)["bytes_out"] == len(answer.content)


def test_a_long_attachment_comes_back_byte_for_byte(client: Client) -> None:
    """What is attached comes in pieces, too, behind statements that do."""
    content = hashlib.sha256(b"seed").digest() * 20_000
    assert send(
        client, statement("file", **_LONG, attachments=[attachment(content)]), part(content)
    ).is_success
    client.post(*(statement("file", **_LONG) for _ in range(3)))
    asked = {"agent": '{"mbox":"mailto:file@example.org"}', "attachments": "true"}
    whole = client("GET", "/statements", params=asked)
    told, kept = read_parts(whole.headers["content-type"], whole.content)
    assert len(_ids(told.content)) == 4
    assert kept.content == content


def test_listeners_are_told_of_long_statements_a_few_at_a_time(client: Client) -> None:
    """Statements that make more than a piece together are all told, once and in order."""
    with httpx.stream(
        "GET",
        f"{client.address}/statements/stream",
        params={"agent": '{"mbox":"mailto:told@example.org"}'},
        auth=client.key,
        timeout=60,
    ) as answer:
        listener = Listener(answer)
        ids = client.post(*(statement("told", **_LONG) for _ in range(5)))
        assert listener.ids(5) == ids


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Client]:
    """A store that holds two long pieces at once, and has a page that is longer than what a socket takes."""
    with serving(tmp_path, max_bytes_in_hand=2_500_000, max_body_bytes=2_500_000) as address:
        client = Client(address, new_key(tmp_path))
        for _ in range(7):
            client.post(*(statement(**_VERY_LONG) for _ in range(2)))
        yield client


def _asking(client: Client, stack: ExitStack) -> Wire:
    """Ask for all there is, and read the beginning only."""
    connection = stack.enter_context(wire(client.address, holds=4_096))
    connection.send(request("GET", "/xapi/statements", Authorization=basic_of(client.key)))
    assert connection.socket.recv(12) == b"HTTP/1.1 200"
    return connection


@pytest.mark.slow
def test_answers_that_nobody_reads_hold_a_piece_each(narrow: Client) -> None:
    """What is not read counts as long as it is held; beyond the bound others are told to come again, until it ends."""
    with ExitStack() as stack:
        for _ in range(2):
            _asking(narrow, stack)
        answer = narrow("GET", "/statements", params={"limit": "1"})
        assert answer.status_code == 503
        assert "LEARNLOOM_LRS__MAX_BYTES_IN_HAND" in answer.json()["error"]
        assert int(answer.headers["retry-after"]) >= 1
    wait_until(lambda: narrow("GET", "/statements", params={"limit": "1"}).is_success, lambda: None)


@pytest.mark.slow
def test_an_answer_that_cannot_go_on_has_no_end(narrow: Client, tmp_path: Path) -> None:
    """Where the bytes of a later statement cannot be read, the answer breaks off: nobody takes it for whole."""
    with ExitStack() as stack:
        connection = _asking(narrow, stack)
        with closing(sqlite3.connect(tmp_path / "lrs" / "lrs.sqlite")) as journal, journal:
            journal.execute("UPDATE entry SET raw = ? WHERE seq = 1", (b"{",))
        told = b"".join(iter(lambda: connection.socket.recv(1_048_576), b""))
    assert len(told) > 8_000_000
    assert not told.endswith(b"0\r\n\r\n")
    assert narrow("GET", "/statements", params={"limit": "1"}).is_success


def test_a_body_that_finds_no_room_makes_room() -> None:
    """Of bodies that are too long together those that come last are refused, and the others go on at once."""
    bodies = Bodies(max_bytes=1_000, max_in_hand=1_000, seconds=60)

    async def read(hold: Hold, *sizes: int) -> int:
        messages: list[Message] = [
            {"type": "http.request", "body": b"x" * size, "more_body": True} for size in sizes
        ]
        coming = iter([*messages, {"type": "http.request"}])

        async def receive() -> Message:
            return next(coming)

        async def admit() -> None:
            """Let everybody in."""

        return len(await bodies.read(hold, {"authorization": "Basic x"}, receive, admit=admit))

    with bodies.hold() as first, bodies.hold() as second, bodies.hold() as third:
        assert asyncio.run(read(first, 600)) == 600
        with pytest.raises(RefusedError) as refused:
            asyncio.run(read(second, 300, 200))
        assert refused.value.status == 503
        assert asyncio.run(read(third, 300, 100)) == 400
        with pytest.raises(RefusedError):
            first.keep(601)
        first.keep(600)


@pytest.mark.slow
def test_a_batch_has_a_number_of_statements(tmp_path: Path) -> None:
    """More statements than the setting says are refused together, and the answer names it."""
    with serving(tmp_path, max_batch_statements=2) as address:
        client = Client(address, new_key(tmp_path))
        client.post(statement(), statement())
        answer = client("POST", "/statements", json=[statement()] * 3)
    assert answer.status_code == 413
    assert "LEARNLOOM_LRS__MAX_BATCH_STATEMENTS" in answer.json()["error"]


@pytest.mark.long
def test_a_body_of_millions_is_counted_before_it_is_cut() -> None:
    """Elements of two bytes each would take many times the memory of the body: none is made of too many."""
    body = b"[" + b"1," * 2_000_000 + b'{"a": [1, 2, "],["]}]'
    assert cut(body[:-1], most=3_000_000) == [body[:-1]]
    tracemalloc.start()
    with pytest.raises(RefusedError) as refused:
        cut(body, most=2_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.status == 413
    assert peak < len(body) * 4
