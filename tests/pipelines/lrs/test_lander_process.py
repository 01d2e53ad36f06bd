"""`learnloom lrs` lands in a process of its own, which is there as long as the store is, and no longer."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import Settings
from servers.ports import free_port
from servers.waiting import wait_until
from tests.pipelines.lrs.crashing import Victim, landed, lander_of
from tests.pipelines.lrs.serving import Client, new_key, statement

pytestmark = pytest.mark.slow


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """Calls the store that a test serves."""
    return Client(f"http://127.0.0.1:{free_port()}/xapi", new_key(tmp_path))


@pytest.fixture
def door(tmp_path: Path, client: Client) -> Iterator[Victim]:
    """Serves it."""
    port = int(client.address.rpartition(":")[2].partition("/")[0])
    environment = {"LEARNLOOM_WAREHOUSE": str(tmp_path), "LEARNLOOM_BATCH_SECONDS": "0.2"}
    served = Victim(environment, "lrs", "--port", str(port), port=port)
    yield served
    served.close()


def _await_landed(folder: Path, ids: list[str]) -> None:
    wait_until(lambda: set(ids) <= landed(Settings(warehouse=folder)).keys(), lambda: None)


def _is_there(pid: int) -> bool:
    """Whether a process runs: one that ended, but was not waited for, as in a container without an init, does not."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


def test_another_one_lands_where_it_was_killed_and_what_is_left_lands_at_the_end(
    tmp_path: Path, client: Client, door: Victim
) -> None:
    """Statements are taken and land, though it is killed; stopped in good order, the store leaves nothing to land."""
    _await_landed(tmp_path, client.post(statement("first")))
    killed = lander_of(door.pid)
    os.kill(killed, signal.SIGKILL)
    _await_landed(tmp_path, client.post(statement("second")))
    other = lander_of(door.pid)
    assert other != killed
    last = client.post(*[statement("last")] * 50)
    door.close()
    assert set(last) <= landed(Settings(warehouse=tmp_path)).keys()
    assert not _is_there(other)


def test_signals_of_a_terminal_reach_both_and_end_them_in_order(
    tmp_path: Path, client: Client, door: Victim
) -> None:
    """Ctrl-C is sent to the lander, too: it goes on until the store says that it is over."""
    lander = lander_of(door.pid)
    last = client.post(*[statement()] * 50)
    for pid in (lander, door.pid):
        os.kill(pid, signal.SIGINT)
    door.close()
    assert set(last) <= landed(Settings(warehouse=tmp_path)).keys()
    assert not _is_there(lander)


def test_it_does_not_outlive_a_store_that_was_killed(tmp_path: Path, client: Client, door: Victim) -> None:
    """Killed at once, the store leaves no process behind, also where that had nothing to do."""
    _await_landed(tmp_path, client.post(statement()))
    lander = lander_of(door.pid)
    os.kill(door.pid, signal.SIGKILL)
    wait_until(lambda: not _is_there(lander), lambda: None)
