"""Faults of transport: statements that are sent twice, late, broken, or voided later."""

from collections import Counter
from random import Random
from typing import Final, Protocol

from learnloom.pipelines.simulate.breakage import BROKEN_KINDS, ID_CONFLICT, broken
from learnloom.pipelines.simulate.config import HOUR_MS
from learnloom.pipelines.simulate.statements import TEACHER, VOIDED, rfc3339

# From what happened to sending it, in good order.
_LATENCY_MS: Final = 400
# Shares of the faults, each up to here; what remains is voided.
_DUPLICATE: Final = 0.35
_LATE: Final = 0.55
_BROKEN: Final = 0.85
# Share of voided statements that arrive only after their voiding statement.
_VOID_FIRST: Final = 0.25
# Share of duplicates that come back with a `stored` from another store: equal all the same.
_STAMPED: Final = 0.3


class Wire(Protocol):
    """Whatever sends lines in the order of their time."""

    def put(self, sent_ms: int, line: bytes) -> None:
        """Send a line at an instant."""


class FaultyLink:
    """Passes statements on and does to a share of them what happens in real life; counts all of it."""

    def __init__(self, wire: Wire, share: float, rng: Random) -> None:
        self._wire = wire
        self._share = share
        self._rng = rng
        self._earlier: tuple[str, int] | None = None
        """Id and time sent of a statement that went through in good order."""
        self.valid = 0
        """Distinct valid statements, voiding ones and voided ones included."""
        self.duplicates = 0
        self.late = 0
        self.voided = 0
        self.refused: Counter[str] = Counter()

    def take(self, statement_id: str, line: str, at_ms: int, *, is_spared: bool) -> None:
        """Send a statement, with a fault or without."""
        draw = self._rng.random()
        sent_ms = at_ms + _LATENCY_MS
        if draw >= self._share or is_spared:
            self.valid += 1
            self._wire.put(sent_ms, line.encode())
            self._earlier = (statement_id, sent_ms)
            return
        kind = draw / self._share
        if kind < _DUPLICATE:
            self._send_twice(line, sent_ms)
        elif kind < _LATE:
            self.valid += 1
            self.late += 1
            self._wire.put(self._later(sent_ms, 120), line.encode())
        elif kind < _BROKEN:
            self._break(statement_id, line, sent_ms)
        else:
            self._void(statement_id, line, sent_ms)

    def _later(self, at_ms: int, hours: int) -> int:
        return at_ms + HOUR_MS + int(self._rng.random() * hours * HOUR_MS)

    def _send_twice(self, line: str, sent_ms: int) -> None:
        self.valid += 1
        self.duplicates += 1
        self._wire.put(sent_ms, line.encode())
        again_ms = self._later(sent_ms, 72)
        if self._rng.random() < _STAMPED:
            line = f'{line[:-1]},"stored":"{rfc3339(sent_ms + 50)}"}}'
        self._wire.put(again_ms, line.encode())

    def _break(self, statement_id: str, line: str, sent_ms: int) -> None:
        kind = int(self._rng.random() * len(BROKEN_KINDS))
        name = BROKEN_KINDS[kind]
        if name == ID_CONFLICT and self._earlier is not None:
            earlier_id, earlier_ms = self._earlier
            self.refused[name] += 1
            self._wire.put(max(sent_ms, earlier_ms + 1), line.replace(statement_id, earlier_id, 1).encode())
            return
        if name == ID_CONFLICT:
            kind = 0
        self.refused[BROKEN_KINDS[kind]] += 1
        self._wire.put(sent_ms, broken(kind, line))

    def _void(self, statement_id: str, line: str, sent_ms: int) -> None:
        self.valid += 2
        self.voided += 1
        voided_ms = self._later(sent_ms, 48)
        bits = f"{self._rng.getrandbits(124):031x}"
        void_id = f"{bits[:8]}-{bits[8:12]}-4{bits[12:15]}-a{bits[15:18]}-{bits[18:30]}"
        reference = f'{{"objectType":"StatementRef","id":"{statement_id}"}}'
        void = (
            f'{{"id":"{void_id}","actor":{TEACHER},"verb":{VOIDED},"object":{reference},'
            f'"timestamp":"{rfc3339(voided_ms)}"}}'
        )
        if self._rng.random() < _VOID_FIRST:
            sent_ms = voided_ms + 1 + int(self._rng.random() * HOUR_MS)
        self._wire.put(sent_ms, line.encode())
        self._wire.put(voided_ms, void.encode())
