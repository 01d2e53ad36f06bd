"""Answers a vendor's questions before going live: how much of what I send is right, what is wrong, what is missing?"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from learnloom.pipelines.check.counts import FaultCounts, GroupCounts, WarningCounts
from learnloom.pipelines.check.destinations import DestinationCounts
from learnloom.pipelines.check.find_warnings import StatementView, find_warnings, text
from learnloom.pipelines.check.mendable import MendableCounts
from learnloom.pipelines.check.origin import source_of
from learnloom.pipelines.check.profile_counts import ProfileCounts
from learnloom.pipelines.check.report import CheckReport
from learnloom.pipelines.check.seen_ids import SeenIds
from learnloom.pipelines.check.xapi_profile import XapiProfile
from learnloom.pipelines.ingest.sources.source import Problem, Source, read_through
from learnloom.pipelines.ingest.sources.wrapped import Wrapped, find_wrapped
from learnloom.schemas.record import Batch, Judge, Record, Verdict

_UNREADABLE: Final = "(cannot be read)"
_NO_VERB: Final = "(no verb)"
# A timestamp this far ahead is implausible: clocks and offsets differ by hours, not by days.
_CLOCK_MARGIN: Final = timedelta(days=1)
_SHOWN_PRESETS: Final = 3


class Places(Protocol):
    """Describes for people where records were read."""

    def origin(self, batch: Batch) -> str:
        """The file or topic."""

    def place(self, batch: Batch, record: Record) -> str:
        """The record in it."""


class FilePlaces:
    """A record of a file: the file's name and the number of the record in it, counted from 1."""

    def __init__(self, shorten: Callable[[str], str] = str) -> None:
        """`shorten`: how a file's whole path is to be written."""
        self._shorten = shorten

    def origin(self, batch: Batch) -> str:
        """The file."""
        return self._shorten(batch.topic)

    def place(self, batch: Batch, record: Record) -> str:
        """The record in it."""
        return f"{self.origin(batch)}:{record.offset + 1}"


@dataclass(frozen=True, slots=True)
class ReportSize:
    """How much a report shows."""

    rules: int = 10
    """Broken rules."""
    groups: int = 20
    """Sources, and verbs."""
    samples: int = 2
    """Statements shown of each rule, warning and requirement; 0 shows none."""


def check(
    source: Source,
    *,
    judge: Judge,
    now: datetime,
    profiles: Sequence[XapiProfile] = (),
    size: ReportSize = ReportSize(),
    places: Places = FilePlaces(),  # noqa: B008 (immutable)
    progress: Callable[[int, int], None] = lambda _records, _valid: None,
) -> CheckReport:
    """Judge every record of a source without keeping it. Memory is bounded whatever comes.

    A KeyboardInterrupt while reading ends the check: the report then covers the records read so far, and notes it.

    Args:
        source: files, standard input, a topic: whatever delivers batches.
        judge: returns whether a record is a valid statement, with all of its faults.
        now: the present moment; timestamps after the day that follows are implausible.
        profiles: xAPI Profiles to check statements against.
        size: how much to show.
        places: describes where a record was read.
        progress: called after each batch with the numbers of records read and valid so far.
    """
    checking = _Checking(judge, now, profiles, size, places)
    is_interrupted = True
    with suppress(KeyboardInterrupt):
        for batch in read_through(source):
            for record in batch.records:
                checking.add(batch, record)
            progress(checking.records, checking.valid)
        is_interrupted = False
    return checking.report(source.problems, is_interrupted=is_interrupted)


def _wrapped(verdict: Verdict, record: dict[str, Any] | None) -> Wrapped | None:
    """The statement that a record holds, where it was refused for being none."""
    if verdict.raw is None or not any(fault.rule == "statement-wrapped" for fault in verdict.faults):
        return None
    return find_wrapped(verdict.raw, record)


class _Checking:
    """One check under way."""

    def __init__(
        self, judge: Judge, now: datetime, profiles: Sequence[XapiProfile], size: ReportSize, places: Places
    ) -> None:
        self._judge, self._size, self._places = judge, size, places
        self._latest = f"{now + _CLOCK_MARGIN:%Y-%m-%dT%H:%M}"
        self._faults = FaultCounts(samples=size.samples)
        self._mendable = MendableCounts(judge)
        self._warnings = WarningCounts(samples=size.samples)
        self._sources, self._verbs = GroupCounts(), GroupCounts()
        self._profiles = [ProfileCounts(profile, samples=size.samples) for profile in profiles]
        self._seen = SeenIds()
        self._destinations = DestinationCounts()
        self._first_at, self._last_at = "", ""
        self.records = 0
        self.valid = 0

    def add(self, batch: Batch, record: Record) -> None:
        """Judge one record and count it."""
        self.records += 1
        verdict = self._judge(record.value) if record.fault is None else Verdict(None, (record.fault,))
        statement, faults = verdict.statement, verdict.faults
        wrapped = _wrapped(verdict, statement)
        if wrapped is not None:
            statement = Verdict(wrapped.raw, ()).statement
        where = self._places.place(batch, record)
        sender = source_of(statement, self._places.origin(batch))
        self._sources.add(sender.name, faults, sender.identified_by)
        if statement is None:
            self._verbs.add(_UNREADABLE, faults)
        if verdict.is_valid:
            self.valid += 1
        else:
            self._faults.add(where, record.value, faults, is_read=statement is not None)
            self._mendable.add(verdict.raw, faults, wrapped)
        if statement is not None:
            raw = record.value if wrapped is None else wrapped.raw
            view = StatementView(statement)
            self._verbs.add(view.verb_id or _NO_VERB, faults)
            self._look_into(where, raw, view, has_faults=len(faults) > (wrapped is not None))

    def _look_into(self, where: str, raw: bytes | None, view: StatementView, *, has_faults: bool) -> None:
        """Find what of a statement, right or wrong, stays unknown."""
        self._destinations.add(view)
        findings = [
            *find_warnings(view, latest=self._latest),
            *self._seen.find_warnings(view, raw, is_valid=not has_faults),
        ]
        self._warnings.add(where, raw, view.about, findings)
        for profile in self._profiles:
            profile.add(where, raw, view.statement)
        timestamp = text(view.statement, "timestamp")
        if (
            not has_faults
            and timestamp
            and not any(one.advice == "timestamp-implausible" for one in findings)
        ):
            self._first_at = min(self._first_at or timestamp, timestamp)
            self._last_at = max(self._last_at, timestamp)

    def report(self, problems: Sequence[Problem], *, is_interrupted: bool) -> CheckReport:
        """What was found out."""
        notes = []
        if is_interrupted:
            notes.append("The check was stopped before the end: the report covers the records read so far.")
        if self._seen.is_full:
            notes.append(
                "The input has more statement ids than can be compared: later ids were not compared."
            )
        faults, more_faults = self._faults.report(
            valid=self.valid, records=self.records, top=self._size.rules
        )
        sources, more_sources = self._sources.report(self._size.groups)
        verbs, more_verbs = self._verbs.report(self._size.groups)
        return CheckReport(
            records=self.records,
            valid=self.valid,
            repeated=self._seen.repeated,
            first_at=self._first_at,
            last_at=self._last_at,
            mendable=self._mendable.report(),
            faults=faults,
            more_faults=more_faults,
            sources=sources,
            more_sources=more_sources,
            verbs=verbs,
            more_verbs=more_verbs,
            **self._destinations.totals(),
            tables=self._destinations.tables(),
            presets=self._destinations.presets(_SHOWN_PRESETS),
            warnings=self._warnings.report(),
            profiles=tuple(profile.report(self._size.rules) for profile in self._profiles),
            problems=tuple(problems),
            is_interrupted=is_interrupted,
            notes=tuple(notes),
        )
