"""What protects a reader: headers of every answer, and forms that are known to be ours."""

import hashlib
import hmac
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from learnloom.pipelines.roster.reader import Reader

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {ancestors}"
)
_OURS: Final = frozenset({"same-origin", "none"})


class Secured:
    """Adds to every answer what keeps it out of caches, of frames of others, and free of foreign scripts."""

    def __init__(self, app: ASGIApp, ancestors: str = "'none'") -> None:
        """Wrap an application; `ancestors` are the origins that may show it in a frame."""
        self._app = app
        self._policy = _POLICY.format(ancestors=ancestors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_static = scope["path"].startswith("/static/")
                headers["Cache-Control"] = "public, max-age=3600" if is_static else "no-store"
                headers["Content-Security-Policy"] = self._policy
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self._app(scope, receive, sent if scope["type"] == "http" else send)


class Guard:
    """Knows forms that this application made for this reader."""

    def __init__(self, secret: bytes) -> None:
        """Take the secret of all processes that serve one address."""
        self._secret = secret

    def token(self, reader: Reader) -> str:
        """Give what the forms of a reader's pages carry."""
        return hmac.new(
            self._secret, f"form {reader.role} {reader.subject}".encode(), hashlib.sha256
        ).hexdigest()

    def is_ours(self, request: Request, reader: Reader, token: str) -> bool:
        """Whether a form was made by us, for this reader, and was not sent by another site."""
        came_from = request.headers.get("sec-fetch-site", "none")
        return came_from in _OURS and hmac.compare_digest(token.encode(), self.token(reader).encode())
