"""Cookies: which browser a login has begun in, and which session it has.

`__Host-` ties them to this host. Within a platform's frame a cookie has to be `SameSite=None`, and `Partitioned`: the
browser keeps it for that platform alone. Elsewhere a session's is `Lax`.
"""

import secrets
from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from learnloom.pipelines.login.store import BEGUN_SECONDS

_BROWSER: Final = "learnloom-browser"
_SESSION: Final = "learnloom-session"
_FRAMED: Final = "learnloom-framed"
"""A session within a frame has a name of its own: old browsers, which know nothing of partitions, keep both apart."""


class Cookies:
    """Reads and sets them."""

    def __init__(self, address: str) -> None:
        """Take where browsers reach us; over http, which is this machine alone, cookies cannot be secure."""
        self._is_secure = address.startswith("https:")

    def browser(self, cookies: Mapping[str, str]) -> str | None:
        """Which browser it is; None: it does not say."""
        return cookies.get(self._name(_BROWSER))

    def session(self, cookies: Mapping[str, str]) -> str | None:
        """Which session the browser has: where it has both, that of the frame."""
        return cookies.get(self._name(_FRAMED)) or cookies.get(self._name(_SESSION))

    def set_browser(self, response: Response, known: str | None = None) -> str:
        """Have the browser say later on that it is the same; returns what it will say."""
        value = known or secrets.token_urlsafe(32)
        self._set(response, _BROWSER, value, is_foreign=True, seconds=BEGUN_SECONDS)
        return value

    def set_session(self, response: Response, session: str, *, is_framed: bool) -> None:
        """Have the browser keep a session until it is closed."""
        self._set(response, _FRAMED if is_framed else _SESSION, session, is_foreign=is_framed, seconds=None)

    def drop_session(self, response: Response) -> None:
        """Have the browser forget its sessions."""
        for name in (_SESSION, _FRAMED):
            self._set(response, name, "", is_foreign=name == _FRAMED, seconds=0)

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self._is_secure else name

    def _set(
        self, response: Response, name: str, value: str, *, is_foreign: bool, seconds: int | None
    ) -> None:
        parts = [f"{self._name(name)}={value}", "Path=/", "HttpOnly"]
        if seconds is not None:
            parts.append(f"Max-Age={seconds}")
        if self._is_secure:
            parts.append("Secure")
        # Written by hand: Python's own cookies know `Partitioned` from 3.14 on.
        parts += ["SameSite=None", "Partitioned"] if is_foreign and self._is_secure else ["SameSite=Lax"]
        response.headers.append("set-cookie", "; ".join(parts))
