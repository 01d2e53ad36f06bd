"""How much a key may send, what an address is told, and the line about each request."""

import json
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from learnloom.pipelines.config.lrs import LrsBounds
from learnloom.pipelines.lrs.audit import open_audit
from learnloom.pipelines.lrs.limits import Buckets
from learnloom.pipelines.lrs.server import CertificateError
from tests.pipelines.lrs.serving import Client, new_key, serving, statement

_VERSION = {"X-Experience-API-Version": "1.0.3"}


def test_a_bucket_fills_with_time() -> None:
    """What is large passes where the bucket is not empty, and is waited for after; nobody waits for another."""
    now = [0.0]
    buckets = Buckets(per_second=2, burst=10, monotonic=lambda: now[0])
    assert buckets.wait("a") == 0
    buckets.take("a", 30)
    assert buckets.wait("a") == 10.5
    assert buckets.wait("b") == 0
    now[0] = 10.5
    assert buckets.wait("a") == 0
    now[0] = 1_000
    buckets.take("a", 9)
    assert buckets.wait("a") == 0
    buckets.take("a", 1)
    assert buckets.wait("a") == 0.5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bounds", "setting"),
    [
        ({"statements_per_second": 1}, "LEARNLOOM_LRS__STATEMENTS_PER_SECOND"),
        ({"bytes_per_second": 100}, "LEARNLOOM_LRS__BYTES_PER_SECOND"),
    ],
)
def test_a_key_has_its_rate(tmp_path: Path, bounds: dict[str, Any], setting: str) -> None:
    """A key that has sent more than its rate is told when to send again; others go on."""
    with serving(tmp_path, None, **bounds) as address:
        loud, quiet = (Client(address, new_key(tmp_path)) for _ in range(2))
        loud.post(*(statement() for _ in range(30)))
        answer = loud("POST", "/statements", json=statement())
        assert answer.status_code == 429
        assert setting in answer.json()["error"]
        assert 1 <= int(answer.headers["retry-after"]) <= 120
        assert len(quiet.found()) == 30


@pytest.mark.slow
def test_an_address_that_fails_often_is_told_so_and_a_right_key_still_lets_in(tmp_path: Path) -> None:
    """Beyond the bound wrong keys are answered with 429; whoever shares the address with them is not kept out."""
    with serving(tmp_path, failures_per_minute=3) as address:
        key = new_key(tmp_path)
        wrong = Client(address, (key[0], "wrong"))
        assert [wrong("GET", "/statements").status_code for _ in range(5)] == [401, 401, 401, 429, 429]
        answer = wrong("GET", "/statements")
        assert "LEARNLOOM_LRS__FAILURES_PER_MINUTE" in answer.json()["error"]
        assert int(answer.headers["retry-after"]) >= 1
        assert httpx.post(f"{address}/sessions/fetch?code=x").status_code == 429
        assert Client(address, key)("GET", "/statements").status_code == 200


def test_a_document_has_a_limit(tmp_path: Path) -> None:
    """A longer document is refused, and the answer names the setting and can be read by a page of another origin."""
    with serving(tmp_path, max_document_bytes=1_024) as address:
        client = Client(address, new_key(tmp_path))
        params = {"activityId": "urn:a", "agent": '{"mbox":"mailto:a@example.org"}', "stateId": "s"}
        assert client("PUT", "/activities/state", params=params, content=b"x" * 1_024).status_code == 204
        answer = client("PUT", "/activities/state", params=params, content=b"x" * 1_025)
        assert answer.status_code == 413
        assert "LEARNLOOM_LRS__MAX_DOCUMENT_BYTES" in answer.json()["error"]
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.slow
def test_a_page_asks_for_a_password_where_a_person_looks_only(tmp_path: Path) -> None:
    """A browser's page is offered Basic, a course is not: else a box for a password would stand above it."""
    with serving(tmp_path) as address:
        for accepts, challenge in (
            ("text/html", 'Bearer realm="xAPI", Basic realm="xAPI"'),
            ("*/*", 'Bearer realm="xAPI"'),
        ):
            answer = httpx.get(f"{address}/statements", headers={**_VERSION, "Accept": accepts})
            assert answer.headers["www-authenticate"] == challenge


def _lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "lrs" / "audit.jsonl").read_text().splitlines()]


@pytest.mark.slow
def test_each_request_has_a_line_without_names_or_contents(tmp_path: Path) -> None:
    """Who called, what for and how it ended stands in the audit; who the statements are about does not."""
    with serving(tmp_path) as address:
        client = Client(address, new_key(tmp_path))
        client.post(statement("ada"), statement("ada"))
        client("GET", "/statements", params={"agent": '{"mbox":"mailto:ada@example.org"}'})
        client("GET", "/ada@example.org")
        client("POST", "/statements", content=b"{", headers={"Content-Type": "application/json"})
        httpx.get(f"{address}/statements", headers=_VERSION)
    lines = _lines(tmp_path)
    shown = [
        (line["key"], line["method"], line["resource"], line["status"], line["statements"]) for line in lines
    ]
    key = client.key[0]
    assert shown == [
        (key, "POST", "/statements", 200, 2),
        (key, "GET", "/statements", 200, 2),
        (None, "GET", None, 404, 0),
        (key, "POST", "/statements", 400, 0),
        (None, "GET", "/statements", 401, 0),
    ]
    assert {line["address"] for line in lines} == {"127.0.0.1"}
    assert lines[0]["bytes_in"] > 100
    text = (tmp_path / "lrs" / "audit.jsonl").read_text()
    assert "ada" not in text
    assert client.key[1] not in text


def test_the_audit_may_go_to_the_standard_output_or_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Containers gather what stands on the standard output."""
    for where in ("stdout", "none"):
        with open_audit(where, tmp_path) as audit:
            audit({"status": 200})
    assert capsys.readouterr().out == '{"status":200}\n'
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_proxy_is_believed_where_it_is_named_only(tmp_path: Path) -> None:
    """X-Forwarded-For and -Proto count from proxies of the settings; from all others they are headers like any."""
    told = {"X-Forwarded-For": "203.0.113.9, 127.0.0.2", "X-Forwarded-Proto": "https"}
    asked = {"agent": {"mbox": "mailto:ada@example.org"}, "fetch": True}
    for proxies, scheme, sender in (((), "http", "127.0.0.1"), (("127.0.0.0/8",), "https", "203.0.113.9")):
        folder = tmp_path / scheme
        with serving(folder, trusted_proxies=proxies) as address:
            client = Client(address, new_key(folder, "session/write"))
            answer = client("POST", "/sessions", json=asked, headers=told)
            assert answer.json()["fetch"].startswith(f"{scheme}://127.0.0.1:")
        assert _lines(folder)[0]["address"] == sender


@pytest.mark.slow
def test_the_store_speaks_tls_by_itself(tmp_path: Path) -> None:
    """With a certificate the store answers https, and nothing else; a wrong one is told before it starts."""
    authority = trustme.CA()
    certificate, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    issued = authority.issue_cert("127.0.0.1")
    for blob in issued.cert_chain_pems:
        blob.write_to_path(certificate, append=True)
    issued.private_key_pem.write_to_path(key)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    folder = tmp_path / "store"
    with serving(folder, certificate_file=certificate, key_file=key) as address:
        assert address.startswith("https://")
        answer = httpx.get(f"{address}/statements", verify=trusted, auth=new_key(folder), headers=_VERSION)
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"http{address.removeprefix('https')}/about")
    key.write_text("no key")
    with (
        pytest.raises(CertificateError, match="key_file"),
        serving(folder, certificate_file=certificate, key_file=key),
    ):
        pass


def test_bounds_have_bounds() -> None:
    """A setting that nothing could come in with is refused."""
    with pytest.raises(ValueError, match="max_connections"):
        LrsBounds(max_connections=0)


def test_keys_under_guess_are_all_refused_alike(client: Client) -> None:
    """A key that is there, one that is not, and a short one, are refused with the same words."""
    answers = [
        Client(client.address, guess)("GET", "/statements")
        for guess in (
            (client.key[0], "x"),
            ("ll_" + "0" * 16, "x"),
            ("ls_" + "0" * 16, "x"),
            ("lk_0", ""),
            ("", ""),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
