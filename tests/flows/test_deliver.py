"""A delivery serves whom it can, and its run fails where a subscription cannot be served as it stands."""

import contextvars
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.flows.deliver import deliver
from learnloom.flows.follow import Deliverer
from learnloom.flows.runtime import settings
from learnloom.pipelines.lake.connection import Warehouse
from tests.pipelines.deliver.make import SECRET, prepared, signal_of, stand
from tests.pipelines.deliver.receiver import Call, Receiver, Reply, receiving

pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.slow]


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A signal stands, for this receiver and for another, whose secret is not there."""
    with Warehouse(tmp_path / "warehouse") as made:
        prepared(made)
        stand(made, signal_of("ann", 1, expires_at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC)))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(tmp_path / "warehouse"))
    with receiving() as started:
        hook = {"to": "webhook", "url": started.url}
        poor, rich = {"name": "poor", "secret_variable": "NOT_THERE"}, {"name": "rich", "secret": SECRET}
        monkeypatch.setenv("LEARNLOOM_SUBSCRIPTIONS", json.dumps([hook | poor, hook | rich]))
        yield started


def test_a_secret_that_is_missing_fails_the_run(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others have their events first; then an alert names the subscription and the variable."""
    monkeypatch.setenv("LEARNLOOM_ALERTS__URL", receiver.url)
    state = deliver(return_state=True)
    event, alert = receiver.events()
    assert (event["subject"], alert["flow"], state.is_failed()) == ("ann", "deliver", True)
    assert "subscription poor" in alert["message"]
    assert "NOT_THERE, which is not set" in alert["message"]


def test_what_stays_goes_on_with_the_others(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    """The live process makes no pause because of one subscription: others would wait for what is due."""
    deliverer = Deliverer(settings())

    def answering(_: Call) -> Reply:
        deliverer.close()
        return Reply()

    receiver.answering = answering
    contextvars.copy_context().run(deliverer.follow)
    assert len(receiver.calls) == 1
    assert "NOT_THERE" in caplog.text
    assert "trying again" not in caplog.text
