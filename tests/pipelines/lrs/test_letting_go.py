"""What a request brought is let go of with its answer, without waiting for the garbage collector."""

import gc
import sqlite3
import tracemalloc
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import orjson
import pytest

from servers.waiting import wait_until
from tests.pipelines.lrs.serving import Client, new_key, serving, statement
from tests.pipelines.lrs.test_hostile_http import basic_of
from tests.pipelines.lrs.wire import request, wire

_COUNT = 100
_BYTES = 1_000_000
_LONG: dict[str, Any] = {"result": {"response": "x" * (_BYTES // _COUNT)}}
_IDS = [str(uuid.uuid4()) for _ in range(_COUNT)]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Calls a store whose bodies may be a little longer than those of these tests."""
    folder = tmp_path_factory.mktemp("letting_go")
    with serving(folder, max_body_bytes=2 * _BYTES) as address:
        client = Client(address, new_key(folder))
        for name in ("invalid", "again"):
            _post(client, name)
        # What landing imports the first time stays, and is nothing of a request.
        with closing(sqlite3.connect(folder / "lrs" / "lrs.sqlite")) as journal:
            wait_until(lambda: journal.execute("SELECT seq FROM landed").fetchone(), lambda: None)
        yield client


def _batch(**more: Any) -> list[dict[str, Any]]:
    return [statement(id=one, **_LONG, **more) for one in _IDS]


_SENT = _batch()
_OTHERS = _batch(object={"id": "https://example.org/other"})
_BODIES = {
    "again": (_SENT, 200),
    "others": (_OTHERS, 409),
    "invalid": ([*_SENT[1:], {}], 400),
    "partial": ([*_OTHERS[:3], *_SENT[2:]], 200),
}


def _flood(client: Client) -> int:
    """Send more than is taken."""
    head = {"Authorization": basic_of(client.key), "Transfer_Encoding": "chunked"}
    with wire(client.address) as connection:
        connection.send(request("POST", "/xapi/statements", **head))
        while connection.send(b"10000\r\n" + b" " * 0x10000 + b"\r\n"):
            pass
        return connection.reply().status


def _post(client: Client, name: str) -> int:
    """Send a body; not by a client that keeps it in cycles of its own."""
    body = orjson.dumps(_BODIES[name][0])
    head = {"Authorization": basic_of(client.key), "Content_Type": "application/json"}
    with wire(client.address) as connection:
        path = "/xapi/statements" + "?partial=true" * (name == "partial")
        connection.send(request("POST", path, **head, Content_Length=len(body)) + body)
        return connection.reply().status


@pytest.fixture
def _uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        tracemalloc.stop()


def _see_that_it_goes() -> None:
    # The last one may still be on its way out, and landing may have some in hand.
    wait_until(lambda: tracemalloc.get_traced_memory()[0] < 2 * _BYTES, lambda: None, seconds=20)


@pytest.mark.long
@pytest.mark.usefixtures("_uncollected")
def test_a_flood_is_let_go_of(client: Client) -> None:
    """Nothing of a body that was refused stays behind it."""
    _flood(client)
    tracemalloc.start()
    for _ in range(5):
        _flood(client)
    _see_that_it_goes()


@pytest.mark.slow
@pytest.mark.usefixtures("_uncollected")
@pytest.mark.parametrize("name", _BODIES)
def test_a_long_body_is_let_go_of(client: Client, name: str) -> None:
    """However a batch ends, nothing of it stays behind its answer."""
    _post(client, "again")
    _post(client, name)
    tracemalloc.start()
    for _ in range(5):
        assert _post(client, name) == _BODIES[name][1]
    _see_that_it_goes()
