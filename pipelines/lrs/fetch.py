"""Asking other servers for JSON, within bounds: time, bytes, no redirects."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import httpx
import orjson

from learnloom.schemas.errors import LearnloomError

_SECONDS: Final = 5.0
_MOST_BYTES: Final = 1_048_576


class FetchError(LearnloomError):
    """A server does not answer, or with something that cannot be used."""


class Fetched(NamedTuple):
    """What a server answered."""

    value: Any
    """Its body, read as JSON."""
    next_address: str | None
    """Where the next page is (RFC 8288); None: there is none."""


class Fetcher:
    """Keeps connections; may be used from many threads."""

    def __init__(self, *, monotonic: Callable[[], float], seconds: float = _SECONDS) -> None:
        """Connect to nobody yet.

        Args:
            monotonic: gives seconds from anywhere.
            seconds: how long an answer may take.
        """
        self._monotonic = monotonic
        self._seconds = seconds
        self._client = httpx.Client(
            timeout=seconds, follow_redirects=False, headers={"user-agent": "learnloom"}
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, address: str, *, accept: str = "application/json", token: str | None = None) -> Fetched:
        """Get a document, with a bearer token where one is given.

        Raises:
            FetchError: there is no answer, or it cannot be used.
        """
        return self._asked("GET", address, {"accept": accept, **_bearer(token)})

    def post(
        self,
        address: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        token: str | None = None,
    ) -> Any:
        """Send a form, or JSON, and give the answer.

        Raises:
            FetchError: there is no answer, or it cannot be used.
        """
        headers = {"accept": "application/json", **_bearer(token)}
        return self._asked("POST", address, headers, data=form, json=json).value

    def _asked(self, method: str, address: str, headers: Mapping[str, str], **sent: Any) -> Fetched:
        ends_at = self._monotonic() + self._seconds
        body = b""
        try:
            with self._client.stream(method, address, headers=headers, **sent) as answer:
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > _MOST_BYTES or self._monotonic() > ends_at:
                        raise FetchError(
                            f"{address} did not answer within {self._seconds:g} s and {_MOST_BYTES:,} bytes"
                        )
                if not answer.is_success:
                    raise FetchError(f"{address} answered {answer.status_code}{_reason(body)}")
                return Fetched(orjson.loads(body), answer.links.get("next", {}).get("url"))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise FetchError(f"{address}: {type(error).__name__}: {error}") from error


def _bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"authorization": f"Bearer {token}"}


def _reason(body: bytes) -> str:
    """What OAuth 2 (RFC 6749, 5.2) says beside the status."""
    try:
        told = orjson.loads(body)
        named = told.get("error_description") or told["error"]
    except (ValueError, KeyError, AttributeError, TypeError):
        return ""
    return f": {str(named)[:200]}"
