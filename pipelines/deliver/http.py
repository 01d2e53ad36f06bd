"""Calling a receiver by HTTP, with a limit on everything, and what its answer means."""

import logging
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Final, Literal, NamedTuple

import httpx

from learnloom.pipelines.deliver.sender import DELIVERED, DeliveryOutcome, Pace

_READ_BYTES: Final = 65_536
"""Of an answer; the rest is not read."""
_SHOWN_CHARS: Final = 200
_GONE: Final = httpx.codes.GONE
_LATER: Final = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
_REFUSED: Final = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND)
_AWAY: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
    httpx.InvalidURL,
)


def _is_no_address(record: logging.LogRecord) -> bool:
    """Whether a record is not one of those by which httpx tells each address at level INFO: it may hold a token."""
    return record.levelno > logging.INFO


@cache
def _certificates() -> ssl.SSLContext:
    """The certificates of the machine: to read them takes 20 ms, as long as many a delivery."""
    return httpx.create_ssl_context()


class Reply(NamedTuple):
    """What a receiver answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    """Its beginning."""


class Calls:
    """Calls to one receiver: never too many, never too long, redirects not followed."""

    def __init__(
        self,
        *,
        pace: Pace,
        timeout_seconds: float,
        monotonic: Callable[[], float],
        auth: tuple[str, str] | None = None,
    ) -> None:
        """Nothing is called yet.

        Args:
            pace: how often it may be called.
            timeout_seconds: how long it may take to answer.
            monotonic: gives seconds from anywhere.
            auth: user and password of basic authentication.
        """
        self._pace = pace
        self._timeout_seconds = timeout_seconds
        self._monotonic = monotonic
        logging.getLogger("httpx").addFilter(_is_no_address)
        self._client = httpx.Client(
            timeout=timeout_seconds,
            verify=_certificates(),
            auth=auth,
            follow_redirects=False,
            headers={"user-agent": "learnloom", "accept-encoding": "identity"},
        )

    def call(
        self,
        method: Literal["GET", "POST", "PUT"],
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Reply | DeliveryOutcome:
        """Call the receiver; give its answer, or what came of it where it gave none."""
        self._pace.wait()
        ends_at = self._monotonic() + self._timeout_seconds
        try:
            with self._client.stream(method, url, headers=headers, content=content, params=params) as answer:
                body = b""
                for part in answer.iter_raw():
                    body += part
                    if len(body) >= _READ_BYTES or self._monotonic() >= ends_at:
                        break
                return Reply(answer.status_code, answer.headers, body[:_READ_BYTES])
        except _AWAY as error:
            return DeliveryOutcome("away", f"the receiver cannot be reached: {_told(error)}")
        except httpx.TimeoutException:
            return DeliveryOutcome(
                "failed", f"the receiver did not answer within {self._timeout_seconds:g} s"
            )
        except httpx.HTTPError as error:
            return DeliveryOutcome("failed", f"the call broke off: {_told(error)}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _told(error: Exception) -> str:
    return f"{error}" or type(error).__name__


def outcome_of(answer: Reply, *, now: datetime) -> DeliveryOutcome:
    """Tell what an answer to an event means; 2xx is the only good one."""
    status = answer.status
    if httpx.codes.is_success(status):
        return DELIVERED
    shown = answer.body.decode(errors="replace")[:_SHOWN_CHARS].strip()
    told = f"the receiver answered {status}" + (f": {shown}" if shown else "")
    if status == _GONE:
        return DeliveryOutcome("gone", f"{told} (gone for good)")
    if status in _LATER:
        return DeliveryOutcome("away", told, retry_at(answer.headers.get("retry-after"), now=now))
    if status in _REFUSED:
        return DeliveryOutcome("away", f"{told}: check the subscription's address and secret")
    if httpx.codes.is_redirect(status):
        return DeliveryOutcome("failed", f"the receiver answered {status}: redirects are not followed")
    return DeliveryOutcome("failed", told)


def retry_at(text: str | None, *, now: datetime) -> datetime | None:
    """Read the header Retry-After (RFC 9110, 10.2.3): seconds, or a date; None where it is absent or makes no sense."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return now + timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
