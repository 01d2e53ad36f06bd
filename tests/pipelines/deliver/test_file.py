"""A folder gets whole files, each event in one of them at least."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.config.subscriptions import FileSubscription
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.event import SignalEvent
from tests.pipelines.deliver.make import Clock, delivered, signal_of, stand, statuses


def _archive(folder: Path) -> FileSubscription:
    return FileSubscription.model_validate({"name": "archive", "to": "file", "folder": folder})


def _events(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.slow
def test_each_delivery_writes_one_file(warehouse: Warehouse, clock: Clock, tmp_path: Path) -> None:
    """Events come as JSON lines in a file named by the first and the last; without news there is no file."""
    folder = tmp_path / "not/there/yet"
    stand(warehouse, signal_of("ann", 1, sentence="Größer\nals zuvor"), signal_of("bea", 2))
    delivered(warehouse, clock, _archive(folder))
    delivered(warehouse, clock, _archive(folder))
    stand(warehouse, signal_of("bea", 2))
    delivered(warehouse, clock, _archive(folder))
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [
        "signals-000000000001-000000000002.jsonl",
        "signals-000000000003-000000000003.jsonl",
    ]
    told = [SignalEvent.model_validate(event) for file in files for event in _events(file)]
    assert [(event.subject, event.change.value) for event in told] == [
        ("ann", "raised"),
        ("bea", "raised"),
        ("ann", "ended"),
    ]
    assert told[0].data.sentence == "Größer\nals zuvor"


@pytest.mark.slow
def test_a_full_disk_leaves_no_half_file(
    warehouse: Warehouse, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be written is not there, its events cost no attempt and come when there is room."""
    stand(warehouse, signal_of("ann", 1))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("learnloom.pipelines.deliver.file.os.fsync", full)
        (summary,) = delivered(warehouse, clock, _archive(tmp_path / "out"))
    assert "No space left on device" in str(summary.told)
    assert list((tmp_path / "out").iterdir()) == []
    assert statuses(warehouse, "archive") == []
    clock.go_on(10)
    delivered(warehouse, clock, _archive(tmp_path / "out"))
    assert statuses(warehouse, "archive") == [(1, "delivered", 1)]


@pytest.mark.slow
def test_a_folder_that_is_a_file_is_told(warehouse: Warehouse, clock: Clock, tmp_path: Path) -> None:
    """Where the folder cannot be made, the message says which it is."""
    (tmp_path / "taken").write_text("")
    stand(warehouse, signal_of("ann", 1))
    (summary,) = delivered(warehouse, clock, _archive(tmp_path / "taken"))
    assert f"cannot write to {tmp_path / 'taken'}" in str(summary.told)


@pytest.mark.slow
def test_a_crash_after_writing_repeats_the_file(
    warehouse: Warehouse, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not recorded, the same events are written again in the place of the same file."""
    stand(warehouse, signal_of("ann", 1))

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr("learnloom.pipelines.deliver.deliver.record", broken)
        with pytest.raises(ConnectionError):
            delivered(warehouse, clock, _archive(tmp_path / "out"))
    (before,) = [file.read_bytes() for file in (tmp_path / "out").iterdir()]
    delivered(warehouse, clock, _archive(tmp_path / "out"))
    (after,) = [file.read_bytes() for file in (tmp_path / "out").iterdir()]
    assert before == after
