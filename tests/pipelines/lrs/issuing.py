"""A small issuer of tokens (OpenID Connect) on a port of this machine: discovery, keys that rotate, tokens."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from servers.ports import free_port
from servers.waiting import wait_until
from tests.pipelines.lrs.serving import NOON

AUDIENCE = "https://lrs.school.example"
Key = RSAKey | ECKey
_NOW = int(NOON.timestamp())


def rsa(name: str) -> RSAKey:
    """Make a key for RS and PS."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


class Issuer:
    """Answers for its keys, counts how often it is asked, and makes tokens."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/realms/school"
        self.keys: list[Key] = [rsa("first")]
        self.name = self.address
        self.asked = 0
        self.is_broken = False

    async def __call__(
        self,
        scope: dict[str, Any],
        _: Callable[[], Awaitable[Any]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Serve what OpenID Connect Discovery demands."""
        body: Any = {"issuer": self.name, "jwks_uri": f"{self.address}/keys"}
        if scope["path"].endswith("/keys"):
            self.asked += 1
            listed = KeySet(list(self.keys)).as_dict(private=False)["keys"]
            # A key that nobody here can read, and one that signs nothing, stand beside the good ones.
            body = {"keys": [{"kty": "AKP", "kid": "new"}, {"kty": "RSA", "kid": "torn"}, *listed]}
        status = 500 if self.is_broken else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": orjson.dumps(body)})

    def token(
        self, key: Key | None = None, algorithm: str = "RS256", *, header: Any = None, **claims: Any
    ) -> str:
        """Make a token that may write and read its own, with some claims changed; None leaves one out."""
        key = key or self.keys[0]
        told = {
            "iss": self.address,
            "aud": ["account", AUDIENCE],
            "exp": _NOW + 300,
            "iat": _NOW,
            "sub": "teacher-7",
            "client_id": "moodle",
            "scope": "openid profile xapi:statements/write xapi:statements/read/mine",
            **claims,
        }
        head = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt", **(header or {})}
        shown = {name: value for name, value in told.items() if value is not None}
        return jwt.encode(
            {name: value for name, value in head.items() if value is not None},
            shown,
            key,
            algorithms=[algorithm],
        )


@contextmanager
def issuing(port: int | None = None) -> Iterator[Issuer]:
    """Serve an issuer."""
    issuer = Issuer(port or free_port())
    at = int(issuer.address.split(":")[2].split("/")[0])
    server = uvicorn.Server(
        uvicorn.Config(issuer, host="127.0.0.1", port=at, log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        wait_until(lambda: server.started, lambda: None if thread.is_alive() else "the issuer ended")
        yield issuer
    finally:
        server.should_exit = True
        thread.join()
