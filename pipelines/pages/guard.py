"""What protects a reader: headers of every answer, and forms that are known to be ours."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from learnloom.pipelines.login.app import Login
from learnloom.pipelines.roster.reader import Reader

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {ancestors}"
)
_OURS: Final = frozenset({"same-origin", "none"})


class Secured:
    """Adds to every answer what keeps it out of caches, of frames of others, and free of foreign scripts."""

    def __init__(self, app: ASGIApp, ancestors: Callable[[], Sequence[str]]) -> None:
        """Wrap an application; `ancestors` gives the origins that may show it in a frame."""
        self._app = app
        self._ancestors = ancestors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "content-security-policy" in headers:  # a login's own pages know better
                    await send(message)
                    return
                is_static = scope["path"].startswith("/static/")
                headers["Cache-Control"] = "public, max-age=3600" if is_static else "no-store"
                headers["Content-Security-Policy"] = _POLICY.format(
                    ancestors=" ".join(self._ancestors()) or "'none'"
                )
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self._app(scope, receive, sent if scope["type"] == "http" else send)


class Forms(Protocol):
    """Knows the forms of a reader's pages."""

    def token(self, request: Request, reader: Reader) -> str:
        """Give what the forms of a page carry."""
        ...

    def is_ours(self, request: Request, reader: Reader, token: str) -> bool:
        """Whether a form is of a page of this reader's, and was sent from here."""
        ...


class SignedForms:
    """Forms whose tokens are signatures of the reader."""

    def __init__(self, secret: bytes) -> None:
        """Take the secret of all processes that serve one address."""
        self._secret = secret

    def token(self, _: Request, reader: Reader) -> str:
        """Give what the forms of a page carry."""
        return hmac.new(
            self._secret, f"form {reader.role} {reader.subject}".encode(), hashlib.sha256
        ).hexdigest()

    def is_ours(self, request: Request, reader: Reader, token: str) -> bool:
        """Whether a form is of a page of this reader's, and no other site has sent it."""
        came_from = request.headers.get("sec-fetch-site", "none")
        return came_from in _OURS and hmac.compare_digest(
            token.encode(), self.token(request, reader).encode()
        )


class SessionForms:
    """Forms whose tokens are those of a login's session."""

    def __init__(self, login: Login) -> None:
        """Ask this login."""
        self._login = login

    def token(self, request: Request, _: Reader) -> str:
        """Give what the forms of a page carry."""
        return self._login.form_token(request)

    def is_ours(self, request: Request, _: Reader, token: str) -> bool:
        """Whether a form is of a page of the same session, and was sent from here."""
        return self._login.is_own_form(request, token)
