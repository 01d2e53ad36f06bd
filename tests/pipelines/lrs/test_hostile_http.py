"""Whatever comes over a connection, the store answers clearly, holds little, and goes on serving others."""

import base64
import select
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.pipelines.lrs.serving import Client, new_key, serving, statement
from tests.pipelines.lrs.wire import Reply, request, wire

LIMIT = 65_536


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A store that takes little at once."""
    with serving(folder, max_body_bytes=4 * LIMIT, body_seconds=4, failures_per_minute=0) as found:
        yield found


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A store that does not wait for long, and what stands behind Authorization there."""
    folder = tmp_path_factory.mktemp("impatient")
    with serving(folder, body_seconds=0.5, header_seconds=0.5, idle_seconds=1) as found:
        yield found, basic_of(new_key(folder))


@pytest.fixture(scope="module")
def basic(client: Client) -> str:
    """What stands behind Authorization for a key that may do everything."""
    return basic_of(client.key)


def basic_of(key: tuple[str, str]) -> str:
    """Write a key as the header Authorization has it."""
    return "Basic " + base64.b64encode(":".join(key).encode()).decode()


def _said(address: str, data: bytes) -> Reply:
    with wire(address) as connection:
        connection.send(data)
        return connection.reply()


@pytest.mark.parametrize("beginning", [b"GET /", b"GET /xapi/about HTTP/1.1\r\nHost: x\r\nX-A: "])
def test_headers_that_do_not_come_are_not_waited_for(impatient: tuple[str, str], beginning: bytes) -> None:
    """Who sends a header byte by byte is told after its time, and the connection ends."""
    with wire(impatient[0]) as connection:
        connection.send(beginning)
        while connection.send(b"a"):  # each of them in time, all of them not
            connection.socket.settimeout(0.05)
            try:
                reply = connection.reply()
            except TimeoutError:
                continue
            break
        assert reply.status == 408
        assert "LEARNLOOM_LRS__HEADER_SECONDS" in reply.error


def test_a_connection_without_a_request_ends(impatient: tuple[str, str]) -> None:
    """Neither a new connection nor one that was answered stays open for ever."""
    with wire(impatient[0]) as new, wire(impatient[0]) as used:
        used.send(request("GET", "/xapi/about"))
        assert used.reply().status == 200
        assert new.is_closed()
        assert used.is_closed()


@pytest.mark.parametrize("head", [{"Content_Length": 100}, {"Transfer_Encoding": "chunked"}])
def test_a_body_that_does_not_come_is_not_waited_for(
    impatient: tuple[str, str], head: dict[str, object]
) -> None:
    """A body that stops, or trickles, is answered with 408 after its time."""
    with wire(impatient[0]) as connection:
        connection.send(request("POST", "/xapi/statements", Authorization=impatient[1], **head))
        connection.send(b"1\r\n[\r\n" if "Transfer_Encoding" in head else b"[")
        reply = connection.reply()
        assert reply.status == 408
        assert "LEARNLOOM_LRS__BODY_SECONDS" in reply.error
        assert connection.is_closed()


@pytest.mark.slow
@pytest.mark.usefixtures("soon_over")
def test_a_flood_is_cut_off_where_the_limit_is(address: str, basic: str) -> None:
    """A body without an end is answered at the limit, though it goes on, and the connection ends soon."""
    head = request("POST", "/xapi/statements", Authorization=basic, Transfer_Encoding="chunked")
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    with wire(address) as connection:
        connection.send(head)
        flood = threading.Thread(target=lambda: [None for _ in iter(lambda: connection.send(chunk), False)])
        flood.start()
        reply = connection.reply()
        assert reply.status == 413
        assert "LEARNLOOM_LRS__MAX_BODY_BYTES" in reply.error
        flood.join()  # ends when the store takes no more


def test_the_answer_to_what_is_too_long_reaches_its_sender(address: str, basic: str) -> None:
    """Whoever says that much will come is told before; what comes all the same is thrown away until it is read."""
    size = 8 * LIMIT
    with wire(address) as connection:
        connection.send(request("POST", "/xapi/statements", Authorization=basic, Content_Length=size))
        connection.send(b" " * size)
        assert connection.reply().status == 413


@pytest.mark.parametrize("head", [{"Content_Length": 3 * LIMIT}, {"Transfer_Encoding": "chunked"}])
def test_nothing_much_is_read_from_strangers(address: str, head: dict[str, object]) -> None:
    """Who has no key is told so before the body comes; not even `100 Continue` is said."""
    with wire(address) as connection:
        unknown = "Basic " + base64.b64encode(b"ll_x:y").decode()
        connection.send(
            request("POST", "/xapi/statements", Authorization=unknown, Expect="100-continue", **head)
        )
        if "Transfer_Encoding" in head:
            connection.send(b"8000\r\n" + b" " * 0x8000 + b"\r\n")
            assert connection.reply().status == 100
        assert connection.reply().status == 401


@pytest.mark.slow
def test_forms_of_strangers_are_short(tmp_path: Path) -> None:
    """A form may hold the key within, so it is read before that is known; but no more than a little of it."""
    form = "application/x-www-form-urlencoded"
    with serving(tmp_path, max_bytes_in_hand=1_048_576) as own, wire(own) as connection:
        connection.send(
            request("POST", "/xapi/statements?method=POST", Content_Type=form, Content_Length=2_000_000)
        )
        connection.send(b"content=" + b"a" * 300_000)
        reply = connection.reply()
        assert reply.status == 503
        assert "LEARNLOOM_LRS__MAX_BYTES_IN_HAND" in reply.error


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: -1"],
        ["Content-Length: 5, 5, 6"],
        ["Content-Length: 1e3"],
        ["Transfer-Encoding: gzip"],
        ["Content-Length : 5"],
        ["X-A: \x00"],
        ["no colon"],
        ["Host: other.example"],
    ],
)
def test_heads_that_two_could_read_differently_are_refused(
    address: str, basic: str, lines: list[str]
) -> None:
    """Lengths that contradict each other, and lines that are no headers, are no request: no proxy is fooled by them."""
    head = request("POST", "/xapi/statements", *lines, Authorization=basic, Content_Type="application/json")
    assert _said(address, head + b"5\r\nhello\r\n0\r\n\r\n").status in {400, 501}


def test_two_keys_in_one_request_are_none(address: str, basic: str) -> None:
    """A proxy may check one of two headers, and the store another: so both together are no key."""
    reply = _said(
        address, request("GET", "/xapi/statements", f"Authorization: {basic}", f"Authorization: {basic}")
    )
    assert reply.status == 401


@pytest.mark.parametrize(
    "head",
    [
        request("GET", "/xapi/about", *(f"X-{number}: {'a' * 100}" for number in range(400))),
        request("GET", "/xapi/about", "X-A: " + "a" * 40_000),
        request("GET", "/xapi/about", "X-A: " + "a" * 200_000),
        request("GET", "/xapi/about?" + "a" * 200_000),
        b"GET /xapi/about HTTP/1.1\r\n" + b"X: y\r\n" * 60_000,
        b"a" * 500_000,
    ],
    ids=["many", "long", "very long", "query", "endless", "no line"],
)
def test_header_bombs_are_refused(address: str, head: bytes) -> None:
    """Headers beyond their bound are answered, also while more of them come; they are not gathered."""
    assert _said(address, head).status in {431, 400}
    assert _said(address, request("GET", "/xapi/about")).status == 200


@pytest.mark.slow
@pytest.mark.usefixtures("soon_over")
def test_headers_without_end_are_answered_while_they_come(address: str) -> None:
    """Who goes on sending headers gets the reason all the same."""
    with wire(address) as connection:
        connection.send(b"GET /xapi/about HTTP/1.1\r\n")
        flood = threading.Thread(
            target=lambda: [
                None for _ in iter(lambda: connection.send(b"X-A: " + b"a" * 1_000 + b"\r\n"), False)
            ]
        )
        flood.start()
        reply = connection.reply()
        assert reply.status == 431
        assert "40,960 bytes" in reply.error
        flood.join()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/xapi/about", 200),
        ("/xapi/about/", 200),
        ("http://lrs.example/xapi/about", 200),
        ("HTTPS://lrs.example:443/xapi/about?", 200),
        ("//xapi/about", 404),
        ("/xapi//about", 404),
        ("/xapi/about//", 404),
        ("/xapi/./about", 404),
        ("/xapi/../xapi/about", 404),
        ("/xapi/%2e%2e/xapi/about", 404),
        ("/xapi%2fabout", 404),
        ("/xapi/%61bout", 404),
        ("/xapi/statements/..%2fabout", 404),
        ("/xapi/about%00", 404),
        ("/xapi/about;a=b", 404),
        ("/XAPI/about", 404),
        ("/xapiabout", 404),
        ("/etc/passwd", 404),
        ("file:///etc/passwd", 400),
        ("*", 404),
    ],
)
def test_a_resource_has_one_path(address: str, path: str, status: int) -> None:
    """No other way of writing a path leads anywhere, so a proxy's rules for paths hold."""
    assert _said(address, request("GET", path)).status == status


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "PATCH", "BREW", "get", "A" * 5_000])
def test_other_methods_are_refused(address: str, basic: str, method: str) -> None:
    """A method that there is none of is told what there is."""
    reply = _said(address, request(method, "/xapi/statements", Authorization=basic))
    assert reply.status in {400, 405, 431}


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x00" * 1_000,
        b"GET /xapi/about HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /xapi/about\r\n\r\n",
        b"\r\n\r\n\r\n\r\nGET\r\n\r\n",
        b"POST /xapi/statements HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /xapi/statements HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    ],
    ids=["tls", "http2", "nul", "version", "http09", "empty", "chunk", "chunk length"],
)
def test_what_is_no_http_is_refused(address: str, data: bytes) -> None:
    """Bytes of other protocols are answered with 400 or nothing; the store goes on."""
    assert _said(address, data).status in {400, 401, 408, 0, 505}
    assert _said(address, request("GET", "/xapi/about")).status == 200


def test_an_upgrade_is_not_made(address: str) -> None:
    """There are no web sockets here; the request is answered as any other."""
    head = request("GET", "/xapi/about", Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Key="x")
    assert _said(address, head).status == 200


def test_requests_in_one_piece_are_answered_in_order(address: str) -> None:
    """Pipelined requests each get their answer, the second not before the first."""
    with wire(address) as connection:
        connection.send(request("GET", "/xapi/about") + request("GET", "/xapi/nothing"))
        assert [connection.reply().status for _ in range(2)] == [200, 404]


@pytest.mark.slow
def test_those_that_do_nothing_make_room(tmp_path: Path) -> None:
    """Beyond the bound the connection that has been idle longest ends, so nobody is kept out by those who only wait."""
    with serving(tmp_path, max_connections=20, header_seconds=600) as own, ExitStack() as stack:
        waiting = [stack.enter_context(wire(own)) for _ in range(60)]
        assert Client(own, new_key(tmp_path)).post(statement())
        assert all(connection.is_closed() for connection in waiting[:40])
        waiting[-1].send(request("GET", "/xapi/about"))
        assert waiting[-1].reply().status == 200


@pytest.mark.slow
def test_an_answer_that_nobody_reads_is_given_up(tmp_path: Path) -> None:
    """Who asks for much and reads nothing does not hold it in the store's memory for ever."""
    with serving(tmp_path, body_seconds=0.5) as own:
        client = Client(own, new_key(tmp_path))
        client.post(*(statement(result={"response": "x" * 900_000}) for _ in range(7)))
        with wire(own, holds=4_096) as connection:
            connection.send(request("GET", "/xapi/statements", Authorization=basic_of(client.key)))
            cut = select.poll()
            cut.register(connection.socket, select.POLLRDHUP)
            assert cut.poll(30_000)
