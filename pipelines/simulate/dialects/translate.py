"""The translator between the simulated students and what is written: our statements go in, a platform's come out."""

from collections import Counter
from random import Random
from typing import Any, Final

import orjson

from learnloom.pipelines.simulate.dialects.acts import read_act
from learnloom.pipelines.simulate.dialects.dialect import Dialect, Memory, PlatformStatement, person
from learnloom.pipelines.simulate.dialects.school import School
from learnloom.pipelines.simulate.sink import Sink, StatementReceiver
from learnloom.pipelines.simulate.statements import dumps, rfc3339


class Translator:
    """Receives our own statements, and passes on what the platform would send of them; counts both."""

    def __init__(self, receiver: StatementReceiver, dialect: Dialect, school: School, rng: Random) -> None:
        self.dialect: Final = dialect
        self.school: Final = school
        self._receiver = receiver
        self._memory = Memory(school)
        self._ids = Sink(receiver, rng)
        self.acts: Counter[str] = Counter()
        """Acts of the students, by kind."""
        self.told: Counter[str] = Counter()
        """Statements of the platform, by the kind of act that gave rise to them."""

    @property
    def left_out(self) -> dict[str, int]:
        """Acts that cannot be told in the dialect, by kind."""
        return {kind: count for kind, count in sorted(self.acts.items()) if kind not in self.dialect.tellers}

    @property
    def seen_only(self) -> dict[str, int]:
        """Acts of which the dialect tells only that somebody looked, by kind."""
        return {kind: count for kind, count in sorted(self.acts.items()) if kind in self.dialect.seen_only}

    def told_as(self, iri: str) -> str | None:
        """The IRI by which the dialect names an activity of the school; None where it names it nowhere."""
        return self.dialect.activity(self.school[iri])

    def actor(self, own: str) -> dict[str, Any]:
        """How the dialect names a person, whom our own vocabulary names by this JSON."""
        return self.dialect.actor(person(orjson.loads(own)))

    def take(self, statement_id: str, line: str, at_ms: int, *, is_spared: bool) -> None:  # noqa: ARG002
        """Tell one of our statements as the platform does, if at all."""
        act = read_act(line, at_ms)
        self.acts[act.kind] += 1
        teller = self.dialect.tellers.get(act.kind)
        for told in teller(act, self._memory) if teller else ():
            self.told[act.kind] += 1
            self._send(told, is_spared=is_spared)

    def close_day(self, end_ms: int) -> None:
        """Tell what the platform does by itself in the night after a day that ended at this instant."""
        if self.dialect.close_day is not None:
            for told in self.dialect.close_day(self._memory, end_ms):
                self.told["the platform itself"] += 1
                self._send(told, is_spared=False)

    def _send(self, told: PlatformStatement, *, is_spared: bool) -> None:
        statement_id = self._ids.new_id()
        statement = {"id": statement_id, **told.body, "timestamp": rfc3339(told.at_ms)}
        self._receiver.take(statement_id, dumps(statement), told.at_ms, is_spared=is_spared)
