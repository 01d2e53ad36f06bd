"""Landing under pseudonyms: what is judged lands without names, and so does what is refused.

Validation judges what came, so that a wrong address is refused and not hidden by its pseudonym. Of a refused record
is kept what can be told from names for certain; of any other only where it stands and which rules it breaks.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from learnloom.pipelines.ingest.sources.source import Positions, Problem, Source
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.schemas.record import Batch, Judge, Position, Record, Verdict
from learnloom.schemas.xapi.nameless import nameless


def judge_pseudonymised(judge: Judge, pseudonyms: Pseudonyms) -> Judge:
    """Make a judge whose verdicts hold what `judge` has judged, under pseudonyms."""

    def judged(raw: bytes | None, **version: str) -> Verdict:
        verdict = judge(raw, **version)
        if verdict.raw is None:
            return verdict
        if verdict.is_valid:
            hidden = orjson.dumps(pseudonyms.statement(orjson.loads(verdict.raw)))
            return Verdict(hidden, (), verdict.statement_id, verdict.is_mended)
        kept = refused_pseudonymised(verdict.raw, pseudonyms, judge)
        return Verdict(kept, tuple(nameless(fault, keeps_path=kept is not None) for fault in verdict.faults))

    return judged


def refused_pseudonymised(raw: bytes, pseudonyms: Pseudonyms, judge: Judge) -> bytes | None:
    """Give a refused record under pseudonyms; None where it cannot be told what in it is a name.

    None, too, where `judge` would take the pseudonym of what is wrong: it would be nobody's.
    """
    try:
        told: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(told, dict) or not isinstance(told.get("actor"), dict):
        return None
    hidden = pseudonyms.statement(told)
    if not {"account", "member"} & hidden["actor"].keys():
        return None
    kept = orjson.dumps(hidden)
    return None if judge(kept).is_valid else kept


class PseudonymisedSource:
    """A source of which nothing is kept but what the judge gives."""

    def __init__(self, source: Source) -> None:
        """Give what `source` gives, without what it was converted from."""
        self._source = source
        self.streams = source.streams
        self.problems: list[Problem] = []

    def batches(self, positions: Positions) -> Iterator[Batch | None]:
        """Yield what comes after `positions`."""
        try:
            for batch in self._source.batches(positions):
                yield batch and batch._replace(records=[_bare(record) for record in batch.records])
        finally:
            self.problems = self._source.problems

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Take note of what has landed."""
        self._source.acknowledge(positions)

    def lag(self) -> int | None:
        """Count the records that have not been read."""
        return self._source.lag()


def _bare(record: Record) -> Record:
    if record.fault is not None:
        return record._replace(value=None, original=None, fault=nameless(record.fault, keeps_path=False))
    return record if record.original is None else record._replace(original=None)
