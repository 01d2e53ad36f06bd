"""A learning platform and a school's login, played on a port of this machine with real keys."""

import asyncio
import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from learnloom.pipelines.config.login import Platform
from servers.ports import free_port
from servers.waiting import wait_until

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
CLIENT, DEPLOYMENT = "client-1", "7"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"


def rsa(name: str) -> RSAKey:
    """Make a key."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


class Player:
    """Plays a platform (LTI 1.3) and a provider (OpenID Connect); knows what it was asked."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.key = rsa("first")
        self.now = 0
        self.codes: dict[str, dict[str, Any]] = {}
        self.members: dict[str, list[dict[str, Any]]] = {}
        """Members of courses by the course's id, two a page."""
        self.launches: dict[str, dict[str, Any]] = {}
        """What a launch by a browser says beside the usual, by who is logged in at the platform."""
        self.tool = ""
        """The tool's address, where a browser launches it."""
        self.tool_keys: Any = None
        """The tool's key set, as its address gives it."""
        self.registered: dict[str, Any] = {}
        self.registration: dict[str, Any] = {
            "client_id": "client-2",
            TOOL_CONFIGURATION: {"deployment_id": "9"},
        }
        self.user: dict[str, Any] = {}
        self.app = Starlette(
            routes=[
                Route("/keys", self._keys),
                Route("/launch/{sub}", self._link),
                Route("/auth", self._auth),
                Route("/token", self._token, methods=["POST"]),
                Route("/user", self._user),
                Route("/members/{course}", self._members),
                Route("/register", self._register, methods=["POST"]),
                Route("/.well-known/openid-configuration", self._configuration),
            ]
        )

    def platform(self, home_page: str, course_id: str) -> Platform:
        """Itself, as a school's settings name it."""
        return Platform(
            issuer=self.address,
            client_id=CLIENT,
            deployment_ids=(DEPLOYMENT,),
            login_address=f"{self.address}/auth",
            token_address=f"{self.address}/token",
            keys_address=f"{self.address}/keys",
            match="sub",
            home_page=home_page,
            course_id=course_id,
        )

    def list_of(self, course: str) -> str:
        """Give the address of a course's members."""
        return f"{self.address}/members/{course}"

    # What it signs -------------------------------------------------------------------------------------------
    def signed(
        self, claims: dict[str, Any], *, key: Any = None, algorithm: str = "RS256", **header: Any
    ) -> str:
        """Sign claims; those that are None are left out."""
        key = key or self.key
        shown = {name: value for name, value in claims.items() if value is not None}
        head = {"alg": algorithm, "kid": "first", "typ": "JWT", **header}
        return jwt.encode(head, shown, key, algorithms=[algorithm])

    def claims(self, asked: dict[str, str], **changed: Any) -> dict[str, Any]:
        """Give the claims of a launch as a teacher that answers a request."""
        return {
            "iss": self.address,
            "aud": asked.get("client_id", CLIENT),
            "sub": "29",
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": asked["nonce"],
            "name": "Tina Tester",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": "https://learnloom.school.example/me",
            f"{CLAIM}resource_link": {"id": "l1"},
            f"{CLAIM}roles": [f"{MEMBERSHIP}Instructor"],
            f"{CLAIM}context": {"id": "maths", "label": "M7"},
            f"{CLAIM}launch_presentation": {"locale": "de_DE"},
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": self.list_of("maths"),
                "service_versions": ["2.0"],
            },
            **changed,
        }

    def code(self, asked: dict[str, str], **claims: Any) -> str:
        """Let somebody in at the provider, for the code that the browser brings back."""
        code = f"code-{len(self.codes)}"
        told = {
            "iss": self.address,
            "aud": asked["client_id"],
            "sub": "29",
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": asked["nonce"],
            "name": "Tina Tester",
            **claims,
        }
        self.codes[code] = {"asked": asked, "claims": told}
        return code

    # What it answers -----------------------------------------------------------------------------------------
    async def _link(self, request: Request) -> Response:
        values = {"iss": self.address, "login_hint": request.path_params["sub"]}
        return _sent_on(f"{self.tool}/lti/login", values | {"target_link_uri": f"{self.tool}/"})

    async def _auth(self, request: Request) -> Response:
        asked = dict(request.query_params)
        sub = asked["login_hint"]
        token = self.signed(self.claims(asked, sub=sub, **self.launches[sub]))
        return _sent_on(asked["redirect_uri"], {"state": asked["state"], "id_token": token})

    async def _keys(self, _: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def _configuration(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/auth",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/user",
                "jwks_uri": f"{self.address}/keys",
                "registration_endpoint": f"{self.address}/register",
            }
        )

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        if form["grant_type"] == "client_credentials":
            claims = jwt.decode(form["client_assertion"], KeySet.import_key_set(self.tool_keys)).claims
            is_right = claims["aud"] == f"{self.address}/token" and claims["iss"] == claims["sub"] == CLIENT
            return JSONResponse({"access_token": "of lists"}, 200 if is_right else 401)
        begun = self.codes.pop(form["code"], None)
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if begun is None or digest.rstrip(b"=").decode() != begun["asked"]["code_challenge"]:
            return JSONResponse({"error": "invalid_grant", "error_description": "the code was used"}, 400)
        return JSONResponse({"access_token": "of user", "id_token": self.signed(begun["claims"])})

    async def _user(self, request: Request) -> Response:
        return JSONResponse(self.user, 200 if request.headers["authorization"] == "Bearer of user" else 401)

    async def _members(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer of lists":
            return JSONResponse({}, 401)
        course, at = request.path_params["course"], int(request.query_params.get("from", "0"))
        members = self.members[course]
        more = f'<{self.list_of(course)}?from={at + 2}>; rel="next"' if at + 2 < len(members) else ""
        return JSONResponse({"members": members[at : at + 2]}, headers={"link": more} if more else {})

    async def _register(self, request: Request) -> Response:
        self.registered = {**await request.json(), "bearer": request.headers.get("authorization")}
        return JSONResponse(self.registration)


def _sent_on(address: str, values: dict[str, str]) -> Response:
    """A page that sends a form by itself, as platforms do."""
    fields = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in values.items())
    return HTMLResponse(
        f'<title>Platform</title><form method="post" action="{address}">{fields}</form>'
        "<script>document.forms[0].submit()</script>"
    )


@contextmanager
def playing() -> Iterator[Player]:
    """Serve a player."""
    player = Player(free_port())
    port = urlsplit(player.address).port
    assert port is not None
    config = uvicorn.Config(player.app, host="127.0.0.1", port=port, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        wait_until(lambda: server.started, lambda: None if thread.is_alive() else "the player ended")
        yield player
    finally:
        server.should_exit = True
        thread.join()
