"""Answered means kept: a store that is killed at any moment loses nothing that it has answered, and doubles nothing."""

import random
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import httpx
import pytest

from learnloom.pipelines.lake.connection import Warehouse
from servers.ports import free_port
from servers.waiting import wait_until
from tests.pipelines.lrs.serving import Client, new_key, serving, statement

_KILLS = 4
_WRITERS = 4
_BEFORE_A_KILL = (5, 60)
"""Statements answered between two kills."""


class _Writer(threading.Thread):
    """Sends small batches, and each again until it is answered."""

    def __init__(self, client: Client, is_over: threading.Event) -> None:
        super().__init__()
        self.answered: list[str] = []
        self.unexpected: list[str] = []
        self._client = client
        self._is_over = is_over

    def run(self) -> None:
        """Send until it is over."""
        while not self._is_over.is_set():
            batch = [statement(id=str(uuid.uuid4())) for _ in range(3)]
            while not self._is_over.is_set():
                try:
                    answer = self._client("POST", "/statements", json=batch)
                except httpx.TransportError:
                    continue
                if answer.status_code == 200:
                    self.answered += [one["id"] for one in batch]
                else:
                    self.unexpected.append(answer.text)
                break


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from learnloom.pipelines.cli.main import main; main()"]
    options = ["lrs", "--port", str(port), "--warehouse", str(folder)]
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/xapi/about").status_code == 200
        except httpx.TransportError:
            return False

    wait_until(answers, lambda: None if process.poll() is None else "the store ended")
    return process


@pytest.mark.slow
def test_a_killed_store_keeps_what_it_has_answered(tmp_path: Path) -> None:
    """Killed under load again and again, every statement that was answered lands exactly once."""
    draw = random.Random(4)
    port, is_over = free_port(), threading.Event()
    client = Client(f"http://127.0.0.1:{port}/xapi", new_key(tmp_path))
    writers = [_Writer(client, is_over) for _ in range(_WRITERS)]

    def answered() -> int:
        return sum(len(writer.answered) for writer in writers)

    process = _start(tmp_path, port)
    for writer in writers:
        writer.start()
    try:
        for _ in range(_KILLS):
            goal = answered() + draw.randint(*_BEFORE_A_KILL)
            wait_until(lambda goal=goal: answered() >= goal, lambda: None)  # type: ignore[misc]
            process.kill()
            process.wait()
            process = _start(tmp_path, port)
    finally:
        is_over.set()
        for writer in writers:
            writer.join()
        process.kill()
        process.wait()
    with serving(tmp_path):
        pass  # what is left of the journal lands
    with Warehouse(tmp_path, read_only=True) as warehouse:
        landed = [row[0] for row in warehouse.rows("SELECT statement_id::VARCHAR FROM landing.statement")]
    expected = {one for writer in writers for one in writer.answered}
    assert [told for writer in writers for told in writer.unexpected] == []
    assert len(expected) > _KILLS * _BEFORE_A_KILL[0]
    assert expected <= set(landed)
    assert len(landed) == len(set(landed))
