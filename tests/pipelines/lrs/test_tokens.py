"""Bearer tokens of an issuer: who may come in with one, and why not."""

import base64
import hmac
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from joserfc.jwk import ECKey, RSAKey

from learnloom.pipelines.config.lrs import LrsBounds
from learnloom.pipelines.lrs.access import holder_of
from learnloom.pipelines.lrs.keys import list_keys, revoke_key
from learnloom.pipelines.lrs.store import Store
from servers.ports import free_port
from tests.pipelines.lrs.issuing import AUDIENCE, Issuer, issuing, rsa
from tests.pipelines.lrs.serving import NOON, Clock, serving, statement

_NOW = int(NOON.timestamp())
_VERSION = {"X-Experience-API-Version": "1.0.3"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """One issuer for all tests of this module."""
    with issuing() as found:
        yield found


@pytest.fixture(scope="module")
def address(folder: Path, issuer: Issuer) -> Iterator[str]:
    """A store that accepts its tokens."""
    with serving(
        folder, token_issuer=issuer.address, token_audience=AUDIENCE, failures_per_minute=0
    ) as found:
        yield found


def _called(
    address: str, token: str, method: str = "GET", path: str = "/statements", **more: Any
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", **_VERSION}
    return httpx.request(method, address + path, headers=headers, timeout=60, **more)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "algorithm"),
    [
        (lambda: rsa("first"), "RS256"),
        (lambda: rsa("pss"), "PS512"),
        (lambda: ECKey.generate_key("P-256", {"kid": "ec"}), "ES256"),
        (lambda: ECKey.generate_key("P-384", {"kid": "ec384"}), "ES384"),
    ],
)
def test_a_good_token_lets_in(
    address: str, issuer: Issuer, make: Callable[[], RSAKey | ECKey], algorithm: str
) -> None:
    """Tokens by RS, PS and ES let in, for their scopes; application and user answer for the statements together."""
    key = issuer.keys[0] if algorithm.startswith("RS") else make()
    issuer.keys = [*issuer.keys, key]
    token = issuer.token(key, algorithm)
    sent = _called(address, token, "POST", json=statement())
    assert sent.status_code == 200, sent.text
    got = _called(address, token, params={"statementId": sent.json()[0]}).json()
    assert got["authority"] == {
        "objectType": "Group",
        "member": [
            {"objectType": "Agent", "account": {"homePage": issuer.address, "name": name}}
            for name in ("moodle", "teacher-7")
        ],
    }
    assert (
        _called(address, token, path="/activities/state").status_code == 403
    )  # `profile` is not xapi:profile


def test_an_application_that_acts_for_itself_is_an_agent(address: str, issuer: Issuer) -> None:
    """Client credentials have no user, so the application alone answers; statements are its own, and found again."""
    token = issuer.token(sub="sync", client_id="sync")
    (sent,) = _called(address, token, "POST", json=statement()).json()
    listed = _called(address, token).json()["statements"]
    assert [one["id"] for one in listed] == [sent]
    assert listed[0]["authority"]["account"] == {"homePage": issuer.address, "name": "sync"}


def _unsigned(issuer: Issuer) -> str:
    head, body, _ = issuer.token().split(".")
    del head
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{none}.{body}."


def _by_public_key(issuer: Issuer) -> str:
    """HS256 with the issuer's public key as the secret: whoever accepts this lets everybody in."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"first"}').rstrip(b"=").decode()
    told = f"{head}.{issuer.token().split('.')[1]}"
    signature = hmac.digest(issuer.keys[0].as_pem(private=False), told.encode(), "sha256")
    return f"{told}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _changed(issuer: Issuer) -> str:
    head, body, signature = issuer.token().split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(body + "=="))
    claims["scope"] = "xapi:all"
    return f"{head}.{base64.urlsafe_b64encode(orjson.dumps(claims)).rstrip(b'=').decode()}.{signature}"


WRONG: dict[str, tuple[str, Callable[[Issuer], str]]] = {
    "no JWT": ("form", lambda _: "b28a2f6c"),
    "two parts": ("form", lambda issuer: ".".join(issuer.token().split(".")[:2])),
    "no base64": ("form", lambda _: "!.!.!"),
    "unsigned": ("algorithm", _unsigned),
    "by the public key": ("algorithm", _by_public_key),
    "identity of a logout": ("type", lambda issuer: issuer.token(header={"typ": "logout+jwt"})),
    "another issuer": ("issuer", lambda issuer: issuer.token(iss="https://evil.example")),
    "no issuer": ("issuer", lambda issuer: issuer.token(iss=None)),
    "unknown key": ("key", lambda issuer: issuer.token(rsa("elsewhere"))),
    "another's key of the same name": ("signature", lambda issuer: issuer.token(rsa("first"))),
    "changed": ("signature", _changed),
    "cut": ("signature", lambda issuer: issuer.token()[:-20]),
    "another audience": ("aud", lambda issuer: issuer.token(aud="https://other.example")),
    "no audience": ("aud", lambda issuer: issuer.token(aud=None)),
    "expired": ("exp", lambda issuer: issuer.token(exp=_NOW - 31)),
    "for ever": ("exp", lambda issuer: issuer.token(exp=None)),
    "not yet": ("nbf", lambda issuer: issuer.token(nbf=_NOW + 120)),
    "of tomorrow": ("iat", lambda issuer: issuer.token(iat=_NOW + 86_400)),
    "no scope": ("scope", lambda issuer: issuer.token(scope=None)),
    "scopes of others": ("scope", lambda issuer: issuer.token(scope="openid profile statements/write")),
    "nobody": ("sub", lambda issuer: issuer.token(sub=None, client_id=None)),
    "bound to a key": ("cnf", lambda issuer: issuer.token(cnf={"jkt": "x"})),
    "too long": ("size", lambda issuer: issuer.token(padding="x" * 13_000)),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_token_is_refused_and_the_check_is_named(address: str, issuer: Issuer, name: str) -> None:
    """The answer says which check failed, in its body and as RFC 6750 has it, and gives the token back to nobody."""
    check, make = WRONG[name]
    token = make(issuer)
    answer = _called(address, token)
    assert answer.status_code == 401, answer.text
    assert answer.json()["error"].startswith(f"the token is refused, check {check}: ")
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="xAPI", error="invalid_token", error_description="')
    assert f"check {check}: " in challenge
    assert token not in answer.text


def test_clocks_may_differ_a_little(address: str, issuer: Issuer) -> None:
    """Within the leeway, a token that has expired or is not yet good lets in."""
    for token in (
        issuer.token(exp=_NOW - 20),
        issuer.token(nbf=_NOW + 20),
        issuer.token(iat=_NOW + 20),
    ):
        assert _called(address, token).status_code == 200


@pytest.mark.parametrize(
    "claims", [{"scp": ["xapi:all/read"]}, {"scp": "xapi:all/read"}, {"scopes": ["xapi:all/read"]}]
)
def test_scopes_are_read_where_issuers_put_them(address: str, issuer: Issuer, claims: dict[str, Any]) -> None:
    """`scope` of RFC 8693, `scp` of Entra and Okta, and lists are understood."""
    assert _called(address, issuer.token(scope=None, **claims)).status_code == 200


def test_a_holder_of_tokens_is_listed_and_can_be_revoked(folder: Path, address: str, issuer: Issuer) -> None:
    """Who came with a token stands among the keys with its last use; revoked, no token of it lets in any more."""
    token = issuer.token(client_id="left", sub="left")
    assert _called(address, token).status_code == 200
    name = holder_of(issuer.address, "left", "left")
    with Store(folder, now=Clock()) as store:
        (key,) = (one for one in list_keys(store) if one.key_id == name)
        assert (key.label, key.last_used is not None) == ("left", True)
        revoke_key(store, name)
    answer = _called(address, token)
    assert answer.status_code == 401
    assert "revoked" in answer.json()["error"]
    assert httpx.get(f"{address}/statements", auth=(name, ""), headers=_VERSION).status_code == 401


@pytest.mark.slow
def test_keys_rotate(tmp_path: Path) -> None:
    """A new key is asked for at once; who invents names of keys makes the issuer no work; old keys end when they go."""
    with (
        issuing() as issuer,
        serving(
            tmp_path, token_issuer=issuer.address, token_audience=AUDIENCE, failures_per_minute=0
        ) as address,
    ):
        old = issuer.keys[0]
        assert _called(address, issuer.token()).status_code == 200
        assert issuer.asked == 1
        issuer.keys = [rsa("second")]
        assert _called(address, issuer.token()).status_code == 200
        assert issuer.asked == 2
        assert _called(address, issuer.token(old)).status_code == 401
        for number in range(40):
            assert _called(address, issuer.token(header={"kid": f"invented-{number}"})).status_code == 401
        # Four at once, and then one in half a minute, however slow this machine is.
        assert issuer.asked < 20
        issuer.is_broken = True
        assert _called(address, issuer.token()).status_code == 200  # what is known stays known


@pytest.mark.slow
def test_an_issuer_that_is_away_keeps_nobody_else_out(tmp_path: Path) -> None:
    """The store starts without its issuer; tokens are answered with 503 and the reason, and let in once it is there."""
    port = free_port()
    address_of_issuer = f"http://127.0.0.1:{port}/realms/school"
    with serving(tmp_path, token_issuer=address_of_issuer, token_audience=AUDIENCE) as address:
        assert httpx.get(f"{address}/about").status_code == 200
        token = Issuer(port).token()
        answer = _called(address, token)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        assert "ConnectError" in answer.json()["error"]
        with issuing(port) as issuer:
            assert _called(address, issuer.token()).status_code == 200
            issuer.name = "https://another.example"


@pytest.mark.slow
def test_an_issuer_that_names_itself_otherwise_is_told(tmp_path: Path) -> None:
    """Where discovery names another issuer, the answer says which setting to change."""
    with (
        issuing() as issuer,
        serving(tmp_path, token_issuer=issuer.address, token_audience=AUDIENCE) as address,
    ):
        issuer.name = "https://login.school.example"
        answer = _called(address, issuer.token())
        assert answer.status_code == 503
        assert "LEARNLOOM_LRS__TOKEN_ISSUER" in answer.json()["error"]


@pytest.mark.slow
def test_without_an_issuer_no_token_lets_in(tmp_path: Path) -> None:
    """Nothing is open by default."""
    with serving(tmp_path) as address:
        answer = _called(address, "a.b.c")
        assert answer.status_code == 401
        assert "tokens are not accepted here" in answer.json()["error"]


@pytest.mark.parametrize(
    "given",
    [
        {"token_issuer": "http://login.school.example", "token_audience": "x"},
        {"token_issuer": "login.school.example", "token_audience": "x"},
        {"token_issuer": "https://login.school.example"},
        {"token_audience": "x"},
        {"certificate_file": "a.pem"},
        {"trusted_proxies": ["proxy"]},
    ],
)
def test_settings_that_would_let_anybody_in_are_refused(given: dict[str, Any]) -> None:
    """An issuer is https and has an audience, proxies are addresses, a certificate has a key."""
    with pytest.raises(ValueError, match=r"token_issuer|https|key_file|proxy"):
        LrsBounds(**given)
