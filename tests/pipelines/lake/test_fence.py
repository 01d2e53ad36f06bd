"""The write lock of a warehouse whose catalogue is a file."""

import threading
from pathlib import Path

from learnloom.pipelines.lake.fence import LANDING, QUEUE_FILE, FileWriteLock, try_lock


def test_who_waits_to_write_comes_before_who_has_just_written(tmp_path: Path) -> None:
    """One who lets go of the lock and wants it again at once stands behind one who waits."""
    order = []

    def wait() -> None:
        with FileWriteLock(tmp_path, 20).held(LANDING):
            order.append("waited")

    own = FileWriteLock(tmp_path, 20)
    other = threading.Thread(target=wait)
    with own.held(LANDING):
        other.start()
        for _ in range(100_000):
            let_go = try_lock(tmp_path / QUEUE_FILE)
            if let_go is None:
                break
            let_go()
    with own.held(LANDING):
        order.append("again")
    other.join()
    assert order == ["waited", "again"]
