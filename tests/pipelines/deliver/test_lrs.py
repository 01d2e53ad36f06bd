"""A learning record store gets each event as a valid statement, once, however often it is sent."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from learnloom.pipelines.config.subscriptions import LrsSubscription
from learnloom.pipelines.deliver.statement import EVENT, STUDENTS, statement_id
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.signal import Audience, SignalKind
from tests.pipelines.deliver.make import ENVIRONMENT, NOON, Clock, delivered, signal_of, stand, statuses
from tests.pipelines.deliver.receiver import Call, Receiver, Reply


class Store:
    """A small record store: statements by id, 409 for an id that it has."""

    def __init__(self, *, tells_same_apart: bool = False) -> None:
        """`tells_same_apart`: 204 for the same statement again, as the specification allows."""
        self.statements: dict[str, bytes] = {}
        self._tells_same_apart = tells_same_apart

    def __call__(self, call: Call) -> Reply:
        """Answer a call."""
        (key,) = parse_qs(urlsplit(call.path).query)["statementId"]
        if call.method == "GET":
            return Reply(200, body=self.statements[key]) if key in self.statements else Reply(404)
        if key in self.statements and not (self._tells_same_apart and self.statements[key] == call.body):
            return Reply(409)
        self.statements.setdefault(key, call.body)
        return Reply(204)


def _lrs(receiver: Receiver) -> LrsSubscription:
    said = {
        "name": "lrs",
        "to": "lrs",
        "url": receiver.url.replace("/hook", "/xapi/"),
        "username": "learnloom",
        "password_variable": "LRS_PASSWORD",
    }
    return LrsSubscription.model_validate(said)


@pytest.mark.slow
def test_statements_are_valid_and_say_everything(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """Every kind, audience and change makes a statement that our own validator accepts, with the student by key."""
    kinds = list(SignalKind)
    signals = [
        signal_of(
            f"student {number}",
            number,
            kind=kind,
            audience=list(Audience)[number % 2],
            subject="https://school.example/skill/fractions" if number % 3 else None,
        )
        for number, kind in enumerate(kinds)
    ]
    store = Store()
    receiver.answering = store
    stand(warehouse, *signals)
    delivered(warehouse, clock, _lrs(receiver))
    stand(warehouse)
    delivered(warehouse, clock, _lrs(receiver))
    assert len(store.statements) == 2 * len(kinds)
    for key, raw in store.statements.items():
        assert validate(raw).faults == ()
        statement = orjson.loads(raw)
        event = statement["context"]["extensions"][EVENT]
        assert (key, statement["id"]) == (statement_id(event["id"]), key)
        assert statement["actor"]["account"] == {"homePage": STUDENTS, "name": event["subject"]}
        assert statement["timestamp"] == NOON.isoformat()
        assert statement["verb"]["display"]["en"] in {"had a signal raised", "had a signal end"}


@pytest.mark.slow
def test_the_call_is_that_of_the_specification(
    warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """PUT to /statements with the version and basic authentication, once for each event."""
    stand(warehouse, signal_of("ann", 1))
    delivered(warehouse, clock, _lrs(receiver))
    (call,) = receiver.calls
    login = base64.b64encode(f"learnloom:{ENVIRONMENT['LRS_PASSWORD']}".encode()).decode()
    assert (call.method, urlsplit(call.path).path) == ("PUT", "/xapi/statements")
    assert call.headers["authorization"] == f"Basic {login}"
    assert call.headers["x-experience-api-version"] == "1.0.3"
    assert call.headers["content-type"] == "application/json"


@pytest.mark.slow
@pytest.mark.parametrize("tells_same_apart", [False, True], ids=["409", "204"])
def test_the_same_again_is_delivered(
    tells_same_apart: bool,
    warehouse: Warehouse,
    receiver: Receiver,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a crash the store has the statement already: 409 or 204, it is delivered, and there is no second."""
    store = Store(tells_same_apart=tells_same_apart)
    receiver.answering = store
    stand(warehouse, signal_of("ann", 1))

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr("learnloom.pipelines.deliver.deliver.record", broken)
        with pytest.raises(ConnectionError):
            delivered(warehouse, clock, _lrs(receiver))
    delivered(warehouse, clock, _lrs(receiver))
    assert len(store.statements) == 1
    assert statuses(warehouse, "lrs") == [(1, "delivered", 1)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [lambda said: said | {"timestamp": "2020-01-01T00:00:00Z"}, lambda _: b"no JSON", lambda _: [1]],
    ids=["other", "garbage", "array"],
)
def test_another_statement_under_the_id_is_told(
    change: Callable[[dict[str, Any]], Any], warehouse: Warehouse, receiver: Receiver, clock: Clock
) -> None:
    """Where the id is taken by something else, the event is dead at once, with the reason, and the others go on."""

    def answering(call: Call) -> Reply:
        if call.method == "GET":
            said = change(orjson.loads(receiver.calls[-2].body))
            return Reply(200, body=said if isinstance(said, bytes) else orjson.dumps(said))
        return Reply(409 if b'"name":"ann"' in call.body else 204)

    receiver.answering = answering
    stand(warehouse, signal_of("ann", 1), signal_of("bea", 2))
    (summary,) = delivered(warehouse, clock, _lrs(receiver))
    assert (summary.dead, summary.delivered) == (1, 1)
    (reason,) = warehouse.one("SELECT last_error FROM feedback.delivery WHERE sequence = 1")
    assert reason.startswith("the store has another statement under the id ")
