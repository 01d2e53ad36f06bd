"""A store that serves on a port of this machine, and a client with a key of it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from learnloom.pipelines.config.lrs import LrsBounds
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.run import LandingJob
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.lrs.keys import add_key
from learnloom.pipelines.lrs.opening import open_lrs
from learnloom.pipelines.lrs.server import server_of
from learnloom.pipelines.lrs.store import Store
from servers.http import TRUST
from servers.ports import free_port
from servers.waiting import wait_until

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """Goes on by a millisecond each time it is asked."""

    def __init__(self) -> None:
        self._at = NOON
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        """Give the present moment."""
        with self._lock:
            self._at += timedelta(milliseconds=1)
            return self._at


class Client:
    """Calls a store with one key."""

    def __init__(self, address: str, key: tuple[str, str], version: str = "1.0.3") -> None:
        self.address = address
        self.key = key
        self.version = version

    def __call__(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Send a request; headers given win over the usual ones."""
        headers = {"X-Experience-API-Version": self.version, **given.pop("headers", {})}
        given = {"auth": self.key, "timeout": 60, "verify": TRUST, **given}
        return httpx.request(method, f"{self.address}{path}", headers=headers, **given)

    def post(self, *statements: dict[str, Any]) -> list[str]:
        """Send statements; they must be taken."""
        answer = self("POST", "/statements", json=list(statements))
        assert answer.status_code == 200, answer.text
        return list(answer.json())

    def found(self, **parameters: str) -> list[str]:
        """Ids of the statements of one answer."""
        answer = self("GET", "/statements", params=parameters)
        assert answer.status_code == 200, answer.text
        return [statement["id"] for statement in answer.json()["statements"]]


def statement(name: str = "ada", **more: Any) -> dict[str, Any]:
    """A small valid statement."""
    return {
        "actor": {"mbox": f"mailto:{name}@example.org"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": "https://example.org/page"},
        **more,
    }


def new_key(folder: Path, *scopes: str, **more: Any) -> tuple[str, str]:
    """Make a key of the store in `folder`, with the scopes given or `all`."""
    with Store(folder, now=Clock()) as store:
        key, secret = add_key(store, "tests", scopes=scopes or ("all",), **more)
    return key.key_id, secret


@contextmanager
def serving(folder: Path, settings: Mapping[str, Any] | None = None, **bounds: Any) -> Iterator[str]:
    """Serve the store of the warehouse in `folder`, by other `settings` and bounds; gives its address."""
    chosen = Settings(
        warehouse=folder,
        lock_wait_seconds=20,
        batch_seconds=0.1,
        lrs=LrsBounds(**bounds),
        **(settings or {}),
    )
    port = free_port()
    with open_lrs(LandingJob(chosen, Clock(), StopSignal())) as app:
        server = server_of(app, chosen.lrs, host="127.0.0.1", port=port, log_level="error")
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            wait_until(lambda: server.started, lambda: None if thread.is_alive() else "the server ended")
            yield f"{'http' if chosen.lrs.certificate_file is None else 'https'}://127.0.0.1:{port}/xapi"
        finally:
            server.should_exit = True
            thread.join()
