"""Telling a chat, or any receiver of JSON, that a flow's run did not end well."""

import datetime as dt
import hashlib
import re
import time
from collections.abc import Callable
from contextlib import closing
from typing import Final, NamedTuple

import orjson

from learnloom.pipelines.config.alerts import Alerts
from learnloom.pipelines.config.subscriptions import key_of_secret
from learnloom.pipelines.deliver.http import Calls, outcome_of
from learnloom.pipelines.deliver.sender import DeliveryOutcome, Pace
from learnloom.pipelines.deliver.webhook import signed

_TIMEOUT_SECONDS: Final = 10.0
_MESSAGE_CHARS: Final = 2_000
"""Of the message; chats refuse texts that are much longer."""
_MEDIA_TYPE: Final = "application/json"
_CHANGING: Final = re.compile(r"\S*\d\S*")
"""Words with a digit: ages, counts, times and ids differ each time that the same thing fails."""


class Alert(NamedTuple):
    """A run that did not end well."""

    flow: str
    run_id: str
    """Prefect's, or whatever else names the run for good: a receiver that has seen it may drop it."""
    run_name: str
    state: str
    """`Failed`, `Crashed`, or a name of the flow's own."""
    message: str
    """What went wrong."""
    link: str | None
    """The run's page in Prefect; None: unknown."""
    at: dt.datetime
    """When it ended so."""

    @property
    def shown(self) -> str:
        """The message, cut where it is very long."""
        if len(self.message) <= _MESSAGE_CHARS:
            return self.message
        return f"{self.message[:_MESSAGE_CHARS]} … (cut; the log of the run has all)"

    @property
    def text(self) -> str:
        """One sentence for people."""
        told = f"learnloom: the flow {self.flow} did not end well ({self.state}, {self.at:%Y-%m-%d %H:%M %Z})"
        return f"{told}: {self.shown}" + (f" {self.link}" if self.link else "")

    @property
    def likeness(self) -> str:
        """The same for failures that differ in their figures alone: 16 hexadecimal digits."""
        same = f"{self.flow}\n{self.state}\n{_CHANGING.sub('#', self.message)}"
        return hashlib.sha256(same.encode()).hexdigest()[:16]


def body_of(alert: Alert) -> bytes:
    """Write an alert as JSON: `text`, which chats show, and its parts for programs."""
    parts = alert._asdict() | {"message": alert.shown, "at": alert.at.isoformat()}
    return orjson.dumps({"text": alert.text, **parts})


def send_alert(
    alerts: Alerts,
    alert: Alert,
    *,
    now: dt.datetime,
    timeout_seconds: float = _TIMEOUT_SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> str | None:
    """Post an alert, once.

    Args:
        alerts: to whom.
        alert: what.
        now: goes into the signature.
        timeout_seconds: how long the receiver may take to answer.
        monotonic: gives seconds from anywhere.
        sleep: waits so many seconds.

    Returns:
        Why it was not taken, without the address, which is a secret; None where it was, or nobody is to be told.
    """
    if alerts.url is None:
        return None
    headers, body = {"content-type": _MEDIA_TYPE}, body_of(alert)
    if alerts.secret is not None:
        key = key_of_secret(alerts.secret.get_secret_value())
        headers |= signed(key, f"alert_{alert.run_id}", body, now=now)
    calls = Calls(
        pace=Pace(1, monotonic=monotonic, sleep=sleep), timeout_seconds=timeout_seconds, monotonic=monotonic
    )
    with closing(calls):
        answer = calls.call("POST", alerts.url.get_secret_value(), headers=headers, content=body)
    if isinstance(answer, DeliveryOutcome):
        return answer.told
    if outcome_of(answer, now=now).kind == "delivered":
        return None
    # Not what it answered: some receivers repeat the address.
    return f"the receiver answered {answer.status}"
