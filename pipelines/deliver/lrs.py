"""Events to a learning record store, as xAPI statements (xAPI-Communication 1.0.3, 2.1.1: PUT statements)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import httpx
import orjson

from learnloom.pipelines.config.subscriptions import LrsSubscription
from learnloom.pipelines.deliver.http import Calls, Reply, outcome_of
from learnloom.pipelines.deliver.queue import Due
from learnloom.pipelines.deliver.sender import DELIVERED, DeliveryOutcome
from learnloom.pipelines.deliver.statement import statement_of
from learnloom.schemas.event import SignalEvent
from learnloom.schemas.student_event import ERASED_TYPE
from learnloom.schemas.xapi.equality import is_same

_AT_ONCE: Final = 1_000
_VERSION: Final = {"x-experience-api-version": "1.0.3"}


class LrsSender:
    """Puts each event under a statement id of its own, so that the same again is no second one."""

    def __init__(self, subscription: LrsSubscription, calls: Calls, *, clock: Callable[[], datetime]) -> None:
        """`calls` go to the store, with its user and password."""
        self._url = f"{subscription.url.rstrip('/')}/statements"
        self._calls = calls
        self._clock = clock

    @property
    def at_once(self) -> int:
        """Statements to put before they are recorded."""
        return _AT_ONCE

    def send(self, event: Due) -> DeliveryOutcome:
        """Put an event's statement."""
        if orjson.loads(event.event).get("type") == ERASED_TYPE:
            return DeliveryOutcome(
                "impossible", "xAPI cannot delete: erase the student there by its own means"
            )
        statement = statement_of(SignalEvent.model_validate_json(event.event))
        answer = self._calls.call(
            "PUT",
            self._url,
            params={"statementId": statement["id"]},
            headers={**_VERSION, "content-type": "application/json"},
            content=orjson.dumps(statement),
        )
        if isinstance(answer, DeliveryOutcome):
            return answer
        if answer.status == httpx.codes.CONFLICT:
            return self._compared(statement)
        return outcome_of(answer, now=self._clock())

    def flush(self) -> Mapping[int, DeliveryOutcome]:
        """Nothing is left to do: each was answered."""
        return {}

    def close(self) -> None:
        """Close the connections."""
        self._calls.close()

    def _compared(self, statement: Mapping[str, Any]) -> DeliveryOutcome:
        """The store has a statement of this id: it is ours, unless it says something else."""
        answer = self._calls.call("GET", self._url, params={"statementId": statement["id"]}, headers=_VERSION)
        if isinstance(answer, DeliveryOutcome):
            return answer
        if not httpx.codes.is_success(answer.status):
            return outcome_of(answer, now=self._clock())
        if _is_ours(answer, statement):
            return DELIVERED
        return DeliveryOutcome(
            "impossible", f"the store has another statement under the id {statement['id']}"
        )


def _is_ours(answer: Reply, statement: Mapping[str, Any]) -> bool:
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(found, dict) and is_same(statement, found)
