"""Clients that send again until they are answered, and keep in mind what they were told."""

import random
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import httpx

from tests.pipelines.lrs.serving import Client, statement

_INVALID = {"verb": {"id": "no IRI"}}


class Writer(threading.Thread):
    """Sends small batches, and each again until it is answered; reads some of them back."""

    def __init__(self, clients: list[Client], is_over: threading.Event, seed: int) -> None:
        """Send by `clients` in turn."""
        super().__init__()
        self._http = httpx.Client(timeout=60)
        self.answered: dict[str, dict[str, Any]] = {}
        self.refused: set[str] = set()
        """Marks of invalid statements that were answered with 400 at the first try."""
        self.refused_later: set[str] = set()
        """Those of which an earlier try was not answered."""
        self.problems: list[str] = []
        self.unavailable = 0
        self._clients = clients
        self._is_over = is_over
        self._draw = random.Random(seed)

    def run(self) -> None:
        """Send until it is over."""
        while not self._is_over.is_set():
            if self._draw.random() < 0.1:
                self._refuse()
            else:
                self._send([statement(id=str(uuid.uuid4())) for _ in range(self._draw.randint(1, 5))])
        self._http.close()

    def _tries(self, method: str, path: str, **given: Any) -> Iterator[tuple[int, httpx.Response]]:
        """Yield answers until it is over, with the number of tries before."""
        tries = 0
        while not self._is_over.is_set():
            try:
                answer = self._call(method, path, **given)
            except httpx.TransportError:
                pass
            else:
                if answer.status_code != 503:
                    yield tries, answer
                else:
                    self.unavailable += 1
            tries += 1

    def _call(self, method: str, path: str, **given: Any) -> httpx.Response:
        client = self._draw.choice(self._clients)
        headers = {"X-Experience-API-Version": client.version}
        return self._http.request(
            method, f"{client.address}{path}", auth=client.key, headers=headers, **given
        )

    def _send(self, batch: list[dict[str, Any]]) -> None:
        for _, answer in self._tries("POST", "/statements", json=batch):
            if answer.status_code == 200:
                self.answered |= {one["id"]: one for one in batch}
                self._read(batch[0]["id"])
            else:
                self.problems.append(f"{answer.status_code} {answer.text}")
            return

    def _read(self, statement_id: str) -> None:
        for _, answer in self._tries("GET", f"/statements?statementId={statement_id}"):
            if answer.status_code != 200:
                self.problems.append(f"not read back: {answer.status_code} {answer.text}")
            return

    def _refuse(self) -> None:
        mark = str(uuid.uuid4())
        wrong = statement(mark, **_INVALID)
        for tries, answer in self._tries("POST", "/statements", json=[wrong]):
            (self.refused_later if tries else self.refused).add(mark)
            if answer.status_code != 400:
                self.problems.append(f"{answer.status_code} for an invalid statement")
            return
