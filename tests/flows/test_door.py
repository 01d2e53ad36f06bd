"""Beside the flows the learning record store runs where the settings say so; it comes back, and ends with them."""

import os
import signal
from pathlib import Path

import pytest

from learnloom.flows.door import served_door
from learnloom.pipelines.config.lrs import LrsBounds
from servers.http import is_answering
from servers.ports import free_port
from servers.waiting import wait_until


def test_without_the_setting_nothing_runs() -> None:
    """By default `serve` opens no port for platforms."""
    with served_door(LrsBounds(), command=["/does/not/exist"]) as door:
        assert door.pid is None


@pytest.mark.long
@pytest.mark.slow
def test_a_store_that_was_killed_is_started_again_and_ends_with_the_flows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It answers, answers again after it was killed, and is gone when the block has ended; its end is told."""
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(tmp_path))
    bounds = LrsBounds(enabled=True, port=free_port())
    about = f"http://127.0.0.1:{bounds.port}/xapi/about"
    with served_door(bounds) as door:
        wait_until(lambda: is_answering(about), lambda: None)
        first = door.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: door.pid not in (first, None) and is_answering(about), lambda: None)
    assert door.pid is None
    assert not is_answering(about)
    assert "ended with code -9, see its messages above; it is started again" in capsys.readouterr().err


@pytest.mark.slow
def test_a_store_that_could_not_be_started_is_tried_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the system gives no process, it is told why, and the next one is asked for."""
    command = tmp_path / "learnloom"
    told = []

    def is_told() -> bool:
        told.append(capsys.readouterr().err)
        return "cannot be started" in "".join(told)

    with served_door(LrsBounds(enabled=True), command=[str(command)]) as door:
        wait_until(is_told, lambda: None)
        made = tmp_path / "made"
        made.write_text("#!/bin/sh\nexec sleep 1000\n", encoding="utf-8")
        made.chmod(0o700)
        made.rename(command)
        wait_until(lambda: door.pid is not None, lambda: None)
    assert "No such file" in "".join(told)
    assert "see its messages" not in "".join(told)
