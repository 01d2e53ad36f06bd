"""Delivery to a learning record store: each raised signal as a statement of its student."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

import orjson

from pipelines.deliver.http import Caller
from pipelines.deliver.subscription import ToLrs
from pipelines.warehouse.events import OutboxRow
from schemas.event import Change, SignalEvent
from schemas.signal_statement import received


class Lrs:
    """A `Sink`: PUT /statements?statementId=…, so that the same event twice makes one statement.

    An end is no statement: the signal's expiry was told with it. 409 means that the store has it from an earlier
    attempt (IEEE 9274.1.1 and xAPI 1.0.3, part three, 2.1.1: a conflict is never stored).
    """

    def __init__(
        self, subscription: ToLrs, *, actor_of: Callable[[str], dict[str, Any]], now: Callable[[], datetime]
    ) -> None:
        """`actor_of` gives the Agent of a student's key."""
        self._address = str(subscription.url).rstrip("/")
        self._actor_of = actor_of
        self._caller = Caller(
            now=now,
            timeout_seconds=subscription.timeout_seconds,
            max_per_second=subscription.max_per_second,
            auth=(subscription.username, subscription.password.get_secret_value()),
        )

    def __enter__(self) -> Self:
        """Give the sink."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self._caller.close()

    def send(self, event: OutboxRow) -> None:
        """Store one statement; raises UndeliveredError where the store did not take it."""
        if event.change is Change.ENDED:
            return
        told = SignalEvent.model_validate_json(event.event)
        statement = received(told, self._actor_of(event.student_key))
        self._caller.call(
            "PUT",
            f"{self._address}/statements?statementId={statement['id']}",
            orjson.dumps(statement),
            {"content-type": "application/json", "x-experience-api-version": "1.0.3"},
        )

    def flush(self) -> None:
        """Nothing waits: each was sent by itself."""
