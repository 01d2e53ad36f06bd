"""Events to a webhook, signed by Standard Webhooks (standard-webhooks 1.0.0, "Signature scheme", symmetric)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

from learnloom.pipelines.config.subscriptions import WebhookSubscription
from learnloom.pipelines.deliver.http import Calls, outcome_of
from learnloom.pipelines.deliver.queue import Due
from learnloom.pipelines.deliver.sender import DeliveryOutcome
from learnloom.schemas.event import MEDIA_TYPE

_AT_ONCE: Final = 1_000


def signed(key: bytes, event_id: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """Give the headers by which a receiver knows that a body is ours and new.

    Args:
        key: the bytes of the secret.
        event_id: the same each time that the event is sent.
        body: UTF-8.
        now: goes into the signature in whole seconds.
    """
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        # The library takes the time of day for one in UTC, whatever its zone.
        "webhook-signature": Webhook(key).sign(event_id, now.astimezone(UTC), body.decode()),
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

    def send(self, event: Due) -> DeliveryOutcome:
        """Post an event."""
        body, now = event.event.encode(), self._clock()
        headers = {"content-type": MEDIA_TYPE} | signed(self._key, event.event_id, body, now=now)
        answer = self._calls.call("POST", self._url, headers=headers, content=body)
        return answer if isinstance(answer, DeliveryOutcome) else outcome_of(answer, now=now)

    def flush(self) -> Mapping[int, DeliveryOutcome]:
        """Nothing is left to do: each was answered."""
        return {}

    def close(self) -> None:
        """Close the connections."""
        self._calls.close()
