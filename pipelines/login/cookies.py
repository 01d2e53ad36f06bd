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

    def sessions(self, cookies: Mapping[str, str]) -> list[str]:
        """Which sessions the browser has, that of the frame first; each may be over.

        It sends both where the platform shares our registrable domain, and where it knows nothing of partitions.
        """
        found = (cookies.get(self._name(name)) for name in (_FRAMED, _SESSION))
        return [session for session in found if session]

    def set_browser(self, response: Response, known: str | None = None) -> str:
        """Have the browser say later on that it is the same; returns what it will say."""
        value = known or secrets.token_urlsafe(32)
        self._set(response, _BROWSER, value, is_foreign=True, seconds=BEGUN_SECONDS)
        return value

    def set_session(
        self, response: Response, session: str, *, is_framed: bool, before: Mapping[str, str]
    ) -> None:
        """Have the browser keep a session until it is closed, and none of `before`, the cookies that it sent."""
        kept, other = (_FRAMED, _SESSION) if is_framed else (_SESSION, _FRAMED)
        self._set(response, kept, session, is_foreign=is_framed, seconds=None)
        if self._name(other) in before:
            self._drop(response, other)

    def drop_sessions(self, response: Response) -> None:
        """Have the browser forget its sessions."""
        for name in (_SESSION, _FRAMED):
            self._drop(response, name)

    def _drop(self, response: Response, name: str) -> None:
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
