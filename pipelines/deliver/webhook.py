"""Events to a webhook, signed by Standard Webhooks (standard-webhooks 1.0.0, "Signature scheme", symmetric)."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from learnloom.pipelines.config.subscriptions import WebhookSubscription
from learnloom.pipelines.deliver.http import Calls, outcome_of
from learnloom.pipelines.deliver.queue import Due
from learnloom.pipelines.deliver.sender import Outcome
from learnloom.schemas.event import MEDIA_TYPE

_AT_ONCE: Final = 100


def signature(key: bytes, event_id: str, timestamp: int, body: bytes) -> str:
    """Sign id, time and body: what stands in the header webhook-signature."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed(key: bytes, event_id: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """Give the headers by which a receiver knows that a body is ours and new."""
    timestamp = int(now.timestamp())
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(key, event_id, timestamp, body),
    }


class WebhookSender:
    """Posts each event; any 2xx means that the receiver has it."""

    def __init__(
        self, subscription: WebhookSubscription, key: bytes, calls: Calls, *, clock: Callable[[], datetime]
    ) -> None:
        """`key` signs; `calls` go to the subscription's address."""
        self._url = subscription.url
        self._key = key
        self._calls = calls
        self._clock = clock

    @property
    def at_once(self) -> int:
        """Events to post before they are recorded."""
        return _AT_ONCE

    def send(self, event: Due) -> Outcome:
        """Post an event."""
        body, now = event.event.encode(), self._clock()
        headers = {"content-type": MEDIA_TYPE} | signed(self._key, event.event_id, body, now=now)
        answer = self._calls.call("POST", self._url, headers=headers, content=body)
        return answer if isinstance(answer, Outcome) else outcome_of(answer, now=now)

    def flush(self) -> Mapping[int, Outcome]:
        """Nothing is left to do: each was answered."""
        return {}

    def close(self) -> None:
        """Close the connections."""
        self._calls.close()
