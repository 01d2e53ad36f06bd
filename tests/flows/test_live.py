"""The process that stays: an answer reaches its subscriber by it, and killed anywhere it loses and doubles nothing."""

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from learnloom.flows import live_process as module
from learnloom.flows.live_process import live_process
from servers.errors import StartError
from servers.http import TRUST
from servers.waiting import wait_until
from tests.flows.deployment import WAIT_SECONDS, outbox, produce, rows, serving, subscribe
from tests.pipelines.deliver.receiver import Call, Receiver, Reply, receiving

_DELIVERED = "SELECT status, count(*) FROM feedback.delivery WHERE subscription = 'tutor' GROUP BY status"
_STEP = "feedback.signal"
"""A step of a refresh, named in its log: the killing comes before anything of it is written."""


def _process_of(told: list[str]) -> int | None:
    """The id of the process that was started last, from what `serve` says."""
    found = re.findall(r"the live process, (\d+),", "".join(told))
    return int(found[-1]) if found else None


def _runs(place: dict[str, str]) -> list[dict[str, Any]]:
    answer = httpx.post(
        f"{place['PREFECT_API_URL']}/flow_runs/filter",
        json={"flows": {"name": {"any_": ["land", "refresh", "deliver"]}}, "sort": "START_TIME_ASC"},
        timeout=30,
        verify=TRUST,
    )
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def _arrival(receiver: Receiver) -> threading.Event:
    """Is set when the next event comes to a receiver."""
    arrived = threading.Event()

    def answering(_: Call) -> Reply:
        arrived.set()
        return Reply()

    receiver.answering = answering
    return arrived


@pytest.mark.long
@pytest.mark.slow
def test_killed_in_a_refresh_nothing_is_lost_and_the_next_answer_needs_no_new_process(
    place: dict[str, str], tmp_path: Path
) -> None:
    """The process is killed, started again, and does what was left; it stays for the next answer, and stops in time."""
    place |= {"LEARNLOOM_FLOWS__DELIVER_SECONDS": "86400", "LEARNLOOM_FLOWS__REFRESH_CRON": "0 0 1 1 *"}
    with receiving() as receiver:
        subscribe(place, receiver.url)
        with serving(place) as (served, told):

            def waiting_for(what: str, is_so: Any) -> None:
                with suppress(StartError):
                    wait_until(is_so, lambda: None, seconds=WAIT_SECONDS)
                assert is_so(), f"{what}: {''.join(told)}"

            arrived = _arrival(receiver)
            produce(place, tmp_path, 0, 40)
            waiting_for("a refresh", lambda: _STEP in "".join(told))
            killed = _process_of(told)
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            assert arrived.wait(WAIT_SECONDS), "".join(told)
            process = _process_of(told)
            assert process not in {None, killed}
            waiting_for("deliveries", lambda: rows(place, _DELIVERED) == [("delivered", len(outbox(place)))])

            arrived = _arrival(receiver)
            produce(place, tmp_path, 40, 20, student="another")
            assert arrived.wait(WAIT_SECONDS), "".join(told)
            waiting_for("deliveries", lambda: rows(place, _DELIVERED) == [("delivered", len(outbox(place)))])
            assert _process_of(told) == process, "another process was started"
            served.send_signal(signal.SIGTERM)
            served.wait(WAIT_SECONDS)
        assert rows(place, "SELECT count(*) FROM landing.statement") == [(60,)]
        ids = [call.headers["webhook-id"] for call in receiver.calls]
        assert sorted(ids) == sorted(outbox(place)), "an event was lost, or came twice"
    ours = [run for run in _runs(place) if any(tag.startswith("learnloom-live") for tag in run["tags"])]
    assert {run["deployment_id"] for run in ours} == {None}
    states = [(run["name"].split()[0], run["state_type"]) for run in ours]
    assert states.count(("refresh", "CRASHED")) == 1
    assert states.count(("refresh", "COMPLETED")) >= 2
    assert states.count(("deliver", "COMPLETED")) >= 2
    assert states.count(("land", "COMPLETED")) >= 2
    assert not {state for _, state in states} & {"PENDING", "RUNNING"}


@pytest.mark.slow
def test_the_process_ends_with_whoever_started_it(tmp_path: Path) -> None:
    """Where `serve` is killed, its process does not stay behind, to land beside the next one."""
    command = [sys.executable, "-m", "learnloom.flows.live", "learnloom-live-test"]
    place = os.environ | {
        "LEARNLOOM_WAREHOUSE": str(tmp_path / "warehouse"),
        "LEARNLOOM_FLOWS__TOPICS": "[]",
        "PREFECT_HOME": str(tmp_path / "prefect"),
    }
    with subprocess.Popen(
        command, env=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert "the live process" in process.stdout.readline()
        process.stdin.close()
        # It may not have come to where it stops by itself.
        assert process.wait(WAIT_SECONDS) in {0, -signal.SIGTERM}


def test_where_the_system_gives_no_process_it_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A live process that could not be started is tried again, and runs of the one before end with the reason."""
    told: list[str] = []
    monkeypatch.setattr(module, "end_runs_tagged", lambda _tag, message, _flows: told.append(message))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with live_process():
        wait_until(lambda: len(told) > 1, lambda: None)
    assert all("cannot be started" in each and "No such file" in each for each in told)
