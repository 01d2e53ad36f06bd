"""An alert is understood by chats and programs, signed where a secret is set, and its address stays secret."""

import base64
import hashlib
import hmac
import logging

import pytest
from pydantic import SecretStr, ValidationError

from learnloom.pipelines.config.alerts import Alerts
from learnloom.pipelines.config.settings import SettingsError, read_settings
from learnloom.pipelines.deliver.alert import Alert, send_alert
from tests.pipelines.deliver.make import KEY, NOON
from tests.pipelines.deliver.receiver import Receiver, Reply

_RUN = "11111111-2222-4333-8444-555555555555"
_SECRET = "whsec_" + base64.b64encode(KEY).decode()


def _alert(message: str = "no room on the disk", state: str = "Failed") -> Alert:
    return Alert("refresh", _RUN, "refresh as of today", state, message, "http://prefect.example/1", NOON)


def _alerts(url: str, secret: str | None = None) -> Alerts:
    return Alerts(url=SecretStr(url), secret=SecretStr(secret) if secret else None)


def test_an_alert_is_a_sentence_and_its_parts(receiver: Receiver) -> None:
    """The body has one text for a chat, with flow, state, reason and link in it, and each of them for a program."""
    assert send_alert(_alerts(receiver.url), _alert(), now=NOON) is None
    (call,) = receiver.calls
    body = call.event
    text = body.pop("text")
    assert (call.method, call.headers["content-type"]) == ("POST", "application/json")
    assert "webhook-signature" not in call.headers
    assert body == {
        "flow": "refresh",
        "run_id": _RUN,
        "run_name": "refresh as of today",
        "state": "Failed",
        "message": "no room on the disk",
        "link": "http://prefect.example/1",
        "at": NOON.isoformat(),
    }
    assert all(body[part] in text for part in ("flow", "state", "message", "link"))


def test_an_alert_is_signed_where_a_secret_is_set(receiver: Receiver) -> None:
    """The signature is what the recipe of Standard Webhooks gives for id, time and body."""
    send_alert(_alerts(receiver.url, _SECRET), _alert(), now=NOON)
    (call,) = receiver.calls
    stamp = str(int(NOON.timestamp()))
    told = f"{call.headers['webhook-id']}.{stamp}.".encode() + call.body
    expected = base64.b64encode(hmac.new(KEY, told, hashlib.sha256).digest()).decode()
    assert call.headers["webhook-timestamp"] == stamp
    assert call.headers["webhook-signature"] == f"v1,{expected}"
    assert _RUN in call.headers["webhook-id"]


@pytest.mark.parametrize(
    "bad",
    [
        Reply(500, body=b"no such path: /hook"),
        Reply(404, body=b"no such path: /hook"),
        Reply(302, {"location": "http://127.0.0.1:1/"}),
        Reply(raw=b"what is HTTP?\r\n\r\n"),
        Reply(is_late=True),
    ],
    ids=["500", "404", "redirect", "garbage", "slow"],
)
def test_what_is_not_taken_is_told_without_the_address(
    bad: Reply, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """A receiver that does not take it gives a reason, raises nothing, and its address is in no message."""
    caplog.set_level(logging.INFO)
    receiver.answering = lambda _: bad
    problem = send_alert(_alerts(receiver.url), _alert(), now=NOON, timeout_seconds=0.3)
    assert problem
    assert "/hook" not in problem + caplog.text
    assert len(receiver.calls) == 1


def test_nobody_at_the_address_is_told() -> None:
    """Where nothing listens, the reason says so and nothing is raised."""
    assert "cannot be reached" in str(send_alert(_alerts("http://127.0.0.1:1/x"), _alert(), now=NOON))


def test_a_long_message_is_cut(receiver: Receiver) -> None:
    """Chats refuse very long texts: the message ends early and says that it does."""
    assert send_alert(_alerts(receiver.url), _alert("x" * 100_000), now=NOON) is None
    (body,) = receiver.events()
    assert len(body["text"]) < 3_000
    assert "cut" in body["message"]


def test_the_same_failure_is_known_again() -> None:
    """Failures are alike where they differ in figures alone; another reason or state is another failure."""
    first = _alert("refreshed 27.5 hours ago, run 4f2a")
    assert first.likeness == _alert("refreshed 28.5 hours ago, run 99bc").likeness
    assert first.likeness != _alert("refreshed 27.5 minutes ago, run 4f2a").likeness
    assert first.likeness != _alert(first.message, "Crashed").likeness


@pytest.mark.parametrize(
    "url", ["ftp://x.example/", "chat.example/hook", "https://me:pw@x.example/", "http://x:y/"]
)
def test_an_address_that_cannot_be_called_is_refused(url: str) -> None:
    """Only http and https without user and password, when the settings are read."""
    with pytest.raises(ValidationError, match="it must"):
        _alerts(url)


def test_a_secret_needs_an_address() -> None:
    """A secret alone would sign nothing."""
    with pytest.raises(ValidationError, match="no effect without url"):
        Alerts(secret=SecretStr(_SECRET))


@pytest.mark.parametrize(
    "name",
    ["ALERTS", "ALERTS__URL", "ALERTS__SECRET", "ALERTS__ADDRESS"],
    ids=["table", "url", "secret", "typo"],
)
def test_what_cannot_be_used_is_not_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address or secret that is wrong, or stands under a wrong name, is told without its value."""
    monkeypatch.setenv(f"LEARNLOOM_{name}", '"ftp://secret-4711"')
    with pytest.raises(SettingsError, match="alerts") as caught:
        read_settings()
    assert "4711" not in str(caught.value)


def test_what_is_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that cannot be used is told with its value."""
    monkeypatch.setenv("LEARNLOOM_ALERTS__REPEAT_INTERVAL_MINUTES", "-5")
    with pytest.raises(SettingsError, match=r"repeat_interval_minutes = '-5'"):
        read_settings()
