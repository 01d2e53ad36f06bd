"""Who may come in, in which version, and what browsers need."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from learnloom.pipelines.lrs.keys import KeyMissingError, list_keys, revoke_key
from learnloom.pipelines.lrs.store import Store
from tests.pipelines.lrs.serving import NOON, Client, Clock, new_key, serving, statement


def _basic(key: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(key).encode()).decode()


@pytest.mark.slow
def test_nothing_is_open_but_what_the_store_speaks(client: Client) -> None:
    """Without a key, or with a wrong secret, only /about answers; the reason is said."""
    assert httpx.get(f"{client.address}/about").json()["version"][-1] == "2.0.0"
    for key in (None, (client.key[0], "wrong"), ("ll_unknown", "wrong")):
        for path in ("/statements", "/activities/state", "/agents"):
            answer = httpx.get(
                f"{client.address}{path}", auth=key, headers={"X-Experience-API-Version": "1.0.3"}
            )
            assert answer.status_code == 401
            assert "key" in answer.json()["error"]
            assert answer.headers["www-authenticate"] == 'Bearer realm="xAPI"'


def test_a_revoked_or_expired_key_is_refused_at_once(folder: Path, client: Client) -> None:
    """The next request after a revocation fails, though the server has seen the key before."""
    key = new_key(folder)
    assert Client(client.address, key)("GET", "/statements").status_code == 200
    with Store(folder, now=Clock()) as store:
        revoke_key(store, key[0])
        with pytest.raises(KeyMissingError):
            revoke_key(store, "ll_unknown")
        assert next(one for one in list_keys(store) if one.key_id == key[0]).revoked is not None
    assert Client(client.address, key)("GET", "/statements").status_code == 401
    before = int((NOON - timedelta(days=1)).timestamp() * 1_000)
    assert Client(client.address, new_key(folder, expires=before))("GET", "/statements").status_code == 401


def test_a_secret_is_not_kept(folder: Path, client: Client) -> None:
    """No file of the store holds a secret."""
    secret = client.key[1].encode()
    assert all(secret not in path.read_bytes() for path in (folder / "lrs").rglob("*") if path.is_file())


def test_scopes_bound_what_a_key_may_do(folder: Path, client: Client) -> None:
    """A writer does not read, a reader does not write, `mine` shows what came with the key, state is apart."""
    writer = Client(client.address, new_key(folder, "statements/write"))
    reader = Client(client.address, new_key(folder, "all/read"))
    mine = Client(client.address, new_key(folder, "statements/write", "statements/read/mine"))
    (of_another,) = writer.post(statement())
    (own,) = mine.post(statement())
    assert writer("GET", "/statements").status_code == 403
    assert reader("POST", "/statements", json=statement()).status_code == 403
    assert mine.found() == [own]
    assert mine("GET", "/statements", params={"statementId": of_another}).status_code == 404
    assert {own, of_another} <= set(reader.found())
    assert mine("GET", "/activities/state").status_code == 403


def test_only_a_key_that_defines_says_what_activities_are(folder: Path, client: Client) -> None:
    """What a key without `define` says of an activity stays in its statements."""
    activity = {"id": "urn:defined", "definition": {"name": {"en": "Mine"}}}
    Client(client.address, new_key(folder, "statements/write")).post(statement(object=activity))
    parameters = {"activityId": "urn:defined"}
    assert client("GET", "/activities", params=parameters).json() == {
        "objectType": "Activity",
        "id": "urn:defined",
    }
    client.post(statement(object=activity))
    assert client("GET", "/activities", params=parameters).json()["definition"] == activity["definition"]


def test_a_key_may_be_for_some_home_pages_only(folder: Path, client: Client) -> None:
    """An actor with an account elsewhere is refused."""
    guarded = Client(client.address, new_key(folder, home_pages=["https://campus.example"]))
    for page, status in (("https://campus.example", 200), ("https://other.example", 403)):
        sent = statement(actor={"account": {"homePage": page, "name": "1"}})
        assert guarded("POST", "/statements", json=sent).status_code == status


@pytest.mark.parametrize(
    ("version", "status", "told"),
    [
        ("1.0", 200, "1.0.3"),
        ("1.0.2", 200, "1.0.3"),
        ("2.0.0", 200, "2.0.0"),
        ("0.95", 400, "1.0.3"),
        ("3.0", 400, "1.0.3"),
    ],
)
def test_the_version_is_agreed_on(client: Client, version: str, status: int, told: str) -> None:
    """1.0.x and 2.0.x are spoken on one address, and every answer names the version."""
    answer = client("GET", "/statements", headers={"X-Experience-API-Version": version})
    assert (answer.status_code, answer.headers["x-experience-api-version"]) == (status, told)


def test_head_is_get_without_a_body(client: Client) -> None:
    """HEAD gives the status and headers of GET, the length too."""
    got, head = client("GET", "/statements"), client("HEAD", "/statements")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


def test_a_browser_may_ask_and_is_never_sent_elsewhere(client: Client) -> None:
    """Preflights need no key, a slash at the end is no other address, and a page may read what it needs."""
    for path in ("/statements", "/statements/"):
        answer = httpx.request(
            "OPTIONS", f"{client.address}{path}", headers={"Origin": "https://course.example"}
        )
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "if-match" in answer.headers["access-control-allow-headers"].lower()
        assert client("GET", path).status_code == 200
    assert "ETag" in client("GET", "/statements").headers["access-control-expose-headers"]


def test_a_form_stands_for_a_request(client: Client) -> None:
    """The alternate request syntax of 1.0.3 carries method, headers and content; 2.0 has none."""
    form = {
        "Authorization": _basic(client.key),
        "X-Experience-API-Version": "1.0.3",
        "content": '{"actor":{"mbox":"mailto:beacon@example.org"},"verb":{"id":"urn:left"},"object":{"id":"urn:page"}}',
    }
    answer = httpx.post(f"{client.address}/statements?method=POST", data=form)
    assert answer.status_code == 200
    assert client.found(agent='{"mbox":"mailto:beacon@example.org"}') == answer.json()
    for path, fields in (
        ("/statements?method=POST", form | {"X-Experience-API-Version": "2.0.0"}),
        ("/statements?method=POST&limit=1", form),
        ("/statements?method=PATCH", form),
    ):
        assert httpx.post(f"{client.address}{path}", data=fields).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("POST", "/statements", {"content": b"[" * 200_000}),
        ("POST", "/statements", {"content": b"[NaN, nul]"}),
        ("POST", "/statements", {"content": b""}),
        ("POST", "/statements", {"content": b"\xef\xbb\xbf[]"}),
        ("POST", "/statements", {"content": b'["\\ud800"]'}),
        ("GET", "/statements", {"params": {"since": "0001-01-01T00:00:00+14:00"}}),
        ("GET", "/statements", {"params": {"limit": "9" * 40}}),
        ("GET", "/statements?verb=%ff%fe", {}),
        ("GET", "/statements?" + "&".join(f"p{n}=1" for n in range(100)), {}),
        ("GET", "/statements?limit=1&limit=2", {}),
    ],
)
def test_whatever_comes_is_answered_with_a_reason(
    client: Client, method: str, path: str, given: dict[str, Any]
) -> None:
    """Bytes that are no JSON, too deep, or beyond what can be reckoned with are the sender's fault, and told so."""
    answer = client(method, path, headers={"Content-Type": "application/json"}, **given)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "header", ["Basic é".encode("latin-1"), b"Basic x", b"Basic /w==", b"Basic", b"Digest a", b""]
)
def test_an_unreadable_key_is_an_unknown_one(client: Client, header: bytes) -> None:
    """A header that holds no key is answered with 401 and says what is wanted."""
    headers = [(b"Authorization", header), (b"X-Experience-API-Version", b"1.0.3")]
    answer = httpx.get(f"{client.address}/statements", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]


def test_a_body_has_a_limit(tmp_path: Path) -> None:
    """A longer body is refused while it comes, said or unsaid its length, and the answer names the setting."""
    with serving(tmp_path, max_body_bytes=65_536) as address:
        client = Client(address, new_key(tmp_path))
        long = b" " * 70_000
        for content in (long, iter([long])):
            answer = client(
                "POST", "/statements", content=content, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == 413
            assert "LEARNLOOM_LRS__MAX_BODY_BYTES" in answer.json()["error"]
