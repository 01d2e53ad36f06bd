"""Calling a receiver over HTTP: limits, pace, and what an answer means."""

import email.utils
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import httpx

from pipelines.deliver.errors import UndeliveredError

_GONE: Final = 410
_SHOWN_CHARS: Final = 200
_MAX_ASKED_SECONDS: Final = 86_400.0


class Caller:
    """One receiver: at most so many calls a second, each for at most so long. Redirects are not followed."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        timeout_seconds: float,
        max_per_second: float,
        auth: tuple[str, str] | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Nothing is called yet; `auth` is a user name and a password, `pause` waits for so many seconds."""
        self._client = httpx.Client(timeout=timeout_seconds, auth=auth, follow_redirects=False)
        self._gap_seconds = 1.0 / max_per_second
        self._pause = pause
        self._now = now
        self._last = 0.0

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def call(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Send a request; return the status of an answer that says it was taken, or of a conflict (409).

        Raises:
            UndeliveredError: any other answer, or none.
        """
        wait = self._last + self._gap_seconds - time.monotonic()
        if wait > 0:
            self._pause(wait)
        self._last = time.monotonic()
        try:
            with self._client.stream(method, url, content=body, headers=headers) as answer:
                told = next(answer.iter_bytes(_SHOWN_CHARS), b"").decode("utf-8", "replace")[:_SHOWN_CHARS]
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise UndeliveredError(f"nobody answers: {error}", is_unreachable=True) from error
        except httpx.HTTPError as error:
            raise UndeliveredError(f"no whole answer: {type(error).__name__} {error}".rstrip()) from error
        if answer.is_success or answer.status_code == httpx.codes.CONFLICT:
            return answer.status_code
        raise UndeliveredError(
            f"answered {answer.status_code} {answer.reason_phrase}: {told}".rstrip(": "),
            wait_seconds=_asked_wait(answer, self._now()),
            is_gone=answer.status_code == _GONE,
        )


def _asked_wait(answer: httpx.Response, now: datetime) -> float | None:
    """How long the receiver asks to wait (RFC 9110, Retry-After), bounded; None where it does not."""
    asked = answer.headers.get("retry-after")
    if asked is None:
        return None
    try:
        seconds = float(asked)
    except ValueError:
        try:
            until = email.utils.parsedate_to_datetime(asked)
        except ValueError:
            return None
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), _MAX_ASKED_SECONDS)
