"""Runs that somebody waits for begin and end without pauses."""

from types import SimpleNamespace

import httpx
import pytest
from prefect.context import SyncClientContext
from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings

from learnloom.flows.prompt import ask_again_soon, prompt_runs
from tests.pipelines.deliver.receiver import Reply, receiving


def test_a_server_that_is_busy_is_asked_again_at_once() -> None:
    """Three times soon, and after that when Prefect's client thinks fit; who says when is asked then."""
    request = httpx.Request("POST", "http://prefect.example/api/flow_runs/")
    waits = []
    for _ in range(5):
        answer = httpx.Response(503, request=request)
        ask_again_soon(answer)
        waits.append(answer.headers.get("Retry-After"))
    assert waits == ["0.05", "0.1", "0.2", None, None]
    told = httpx.Response(
        503, request=httpx.Request("GET", "http://prefect.example/"), headers={"Retry-After": "7"}
    )
    ask_again_soon(told)
    assert told.headers["Retry-After"] == "7"
    for status in (200, 423, 500):
        other = httpx.Response(status, request=httpx.Request("GET", "http://prefect.example/"))
        ask_again_soon(other)
        assert "Retry-After" not in other.headers


def test_all_runs_of_a_thread_have_one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client asks nothing before there is a run, and takes a 503 for a reason to ask again at once."""
    pauses: list[float] = []
    monkeypatch.setattr("prefect.client.base.time", SimpleNamespace(sleep=pauses.append))
    replies = [Reply(503), Reply(503), Reply(200)]
    with receiving() as receiver:
        receiver.answering = lambda _: replies.pop(0)
        with temporary_settings({PREFECT_API_URL: receiver.url}), prompt_runs("a tag"):
            assert get_current_settings().flows.heartbeat_frequency is None
            context = SyncClientContext.get()
            assert context is not None
            timeout = context.client._client.timeout.read  # noqa: SLF001 - it is shown nowhere else
            assert timeout is not None
            assert timeout < 30
            assert not receiver.calls
            context.client.request("GET", "/health")
    assert len(receiver.calls) == 3
    assert len(pauses) == 2
    assert max(pauses) < 0.5


def test_without_a_server_of_prefect_no_client_is_made() -> None:
    """Where no address is known a client would start a server of its own."""
    with temporary_settings(restore_defaults=[PREFECT_API_URL]), prompt_runs("a tag"):
        assert SyncClientContext.get() is None
