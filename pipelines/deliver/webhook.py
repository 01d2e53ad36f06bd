"""Delivery to an HTTP endpoint, signed as Standard Webhooks 1.0.0 says."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Final, Self

from pipelines.deliver.errors import DeliveryError, UndeliveredError
from pipelines.deliver.http import Caller
from pipelines.deliver.subscription import ToWebhook
from pipelines.warehouse.events import OutboxRow

_PREFIX: Final = "whsec_"
_CONFLICT: Final = 409


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """Sign a message: `v1,` and the base64 of HMAC-SHA256 over id, timestamp and body, with dots between.

    Source: Standard Webhooks 1.0.0, "Signature scheme".

    Args:
        secret: `whsec_` and the key in base64.
        event_id: the header webhook-id.
        timestamp: the header webhook-timestamp, seconds since 1970.
        body: what is sent.

    Raises:
        DeliveryError: the secret has another form.
    """
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise DeliveryError("a webhook's secret is whsec_ and 24 to 64 bytes in base64") from None
    signed = f"{event_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Webhook:
    """A `Sink`: each event is a POST; any 2xx means that it was taken."""

    def __init__(self, subscription: ToWebhook, *, now: Callable[[], datetime]) -> None:
        self._subscription = subscription
        self._now = now
        self._caller = Caller(
            now=now, timeout_seconds=subscription.timeout_seconds, max_per_second=subscription.max_per_second
        )

    def __enter__(self) -> Self:
        """Give the sink."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self._caller.close()

    def send(self, event: OutboxRow) -> None:
        """Post one event; raises UndeliveredError where it was not taken."""
        body = event.event.encode()
        timestamp = int(self._now().timestamp())
        headers = {
            "content-type": "application/cloudevents+json",
            "webhook-id": event.event_id,
            "webhook-timestamp": str(timestamp),
        }
        secret = self._subscription.secret
        if secret is not None:
            headers["webhook-signature"] = signature(
                secret.get_secret_value(), event.event_id, timestamp, body
            )
        if self._caller.call("POST", str(self._subscription.url), body, headers) == _CONFLICT:
            raise UndeliveredError("answered 409 Conflict")

    def flush(self) -> None:
        """Nothing waits: each was sent by itself."""
