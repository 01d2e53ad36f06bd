"""Signals that stand, an outbox that tells of them, and a clock to set."""

import base64
import datetime as dt
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.subscriptions import AnySubscription, WebhookSubscription
from learnloom.pipelines.deliver.deliver import DeliverySummary
from learnloom.pipelines.deliver.run import deliver
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import load_relations
from learnloom.pipelines.refresh.outbox import find_changes, write_events
from learnloom.pipelines.refresh.state import make_defined_tables
from learnloom.pipelines.refresh.workspace import Workspace
from learnloom.schemas.signal import Audience, Signal, SignalKind
from tests.schemas.test_signal import a_signal

NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
ENVIRONMENT = {"HOOK_SECRET": SECRET, "LRS_PASSWORD": "lrs password"}
SETTINGS = Settings(lock_wait_seconds=20)
_MOMENT = pa.timestamp("us", "UTC")
_RELATIONS = {relation.name: relation for relation in load_relations()}


class Clock:
    """Stands still until it is told to go on; nobody waits for it."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []

    def __call__(self) -> dt.datetime:
        """Tell the time."""
        return self.now

    def monotonic(self) -> float:
        """Seconds since noon."""
        return (self.now - NOON).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Go on at once."""
        self.slept.append(seconds)
        self.go_on(seconds)

    def go_on(self, seconds: float) -> None:
        """Let so much time pass."""
        self.now += dt.timedelta(seconds=seconds)


def signal_of(student: str, number: int, **changes: Any) -> Signal:
    """A signal about a student that stands for ten days."""
    said: dict[str, Any] = {
        "student_key": student,
        "signal_id": f"{number:032x}",
        "kind": SignalKind.MASTERY,
        "audience": Audience.STUDENT,
        "window_from": NOON,
        "window_to": NOON,
        "created_at": NOON,
        "expires_at": NOON + dt.timedelta(days=10),
    }
    return a_signal(**(said | changes))


def prepared(warehouse: Warehouse) -> None:
    """Make the tables that a first refresh would."""
    make_defined_tables(warehouse, list(_RELATIONS.values()))


def stand(warehouse: Warehouse, *signals: Signal) -> None:
    """Let these be all signals that stand, as a refresh at noon would find them."""
    rows = pa.table(
        {
            "student_key": pa.array([each.student_key for each in signals], pa.string()),
            "signal_id": pa.array([each.signal_id for each in signals], pa.string()),
            "signal_kind": pa.array([each.kind.value for each in signals], pa.string()),
            "audience": pa.array([each.audience.value for each in signals], pa.string()),
            "expires_at": pa.array([each.expires_at for each in signals], _MOMENT),
            "signal": pa.array([each.model_dump_json() for each in signals], pa.string()),
        }
    )
    with Workspace(warehouse) as work, warehouse.holding(found_signal=rows):
        work.take(_RELATIONS["signal"], "SELECT * REPLACE (signal::JSON AS signal) FROM found_signal")
        work.show(_RELATIONS["outbox"])
        # Nobody is in a course: what calls a teacher is raised at once.
        work.leave_empty(_RELATIONS["signal_course"], [("signal_id", "VARCHAR"), ("course_id", "VARCHAR")])
        find_changes(work, _RELATIONS["signal_change"])
        with warehouse.transaction():
            write_events(work, files=(), at=NOON, source="/school")


def webhook(url: str, **changes: Any) -> WebhookSubscription:
    """A subscription to a webhook, called as fast as it answers."""
    said = {
        "name": "hook",
        "to": "webhook",
        "url": url,
        "secret_variable": "HOOK_SECRET",
        "max_per_second": 1_000,
    }
    return WebhookSubscription.model_validate(said | changes)


def delivered(
    warehouse: Warehouse,
    clock: Clock,
    *subscriptions: AnySubscription,
    limit: int | None = None,
    max_seconds: float | None = None,
) -> list[DeliverySummary]:
    """Deliver once to each."""
    return list(
        deliver(
            warehouse,
            SETTINGS,
            subscriptions,
            environment=ENVIRONMENT,
            clock=clock,
            limit=limit,
            max_seconds=max_seconds,
            chance=lambda: 1.0,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
        )
    )


def statuses(warehouse: Warehouse, name: str = "hook") -> list[tuple[Any, ...]]:
    """Sequence, status and attempts of everything recorded for a subscription."""
    return warehouse.rows(
        "SELECT sequence, status, n_attempts FROM feedback.delivery WHERE subscription = ? ORDER BY sequence",
        [name],
    )


def told(events: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Student and change of each event."""
    return [(event["subject"], event["change"]) for event in events]
