"""What a check has found out: plain values, from which terminal, page and JSON are written."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from learnloom.pipelines.check.excerpt import Excerpt
from learnloom.pipelines.ingest.sources.source import Problem

IMPORT: Final = "learnloom import REPAIRS FILE"
"""How statements are landed, where the names of their files are of no matter; see `MendableReport.sentence`."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One statement that shows what is meant."""

    where: str
    """Where it was read, such as file:line."""
    path: str
    """JSON Pointer to what is wrong; empty for the whole statement."""
    message: str
    """What is wrong there."""
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class Count:
    """How often a name was met."""

    name: str
    statements: int
    suggestion: str = ""
    """What may have been meant; empty where nothing is near."""


@dataclass(frozen=True, slots=True)
class RuleReport:
    """One broken rule."""

    rule: str
    section: str
    meaning: str
    fix: str
    statements: int
    """Records that break it, each counted once."""
    saved: int
    """Records that are valid once this alone is mended: they break no other rule."""
    is_at_most: bool
    """Whether records that break it could not be read to the end: mended, they may show other faults."""
    share_after: float
    """Valid records as a share of all, once this and every rule listed above it is mended."""
    places: tuple[Count, ...]
    """JSON Pointers, * for every array index, with the records that break it there; the most frequent first."""
    more_places: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class MendableReport:
    """Refused records that `learnloom import --repair` takes care of."""

    kind: str
    """What each is, where it is no statement but holds one, such as "row of ClickHouse"; else empty."""
    where: str
    """Where it holds the statement, in words; else empty."""
    repairs: tuple[str, ...]
    """The repairs that they need, in the order in which they are applied."""
    records: int
    mended: int
    """Those of them that the repairs make valid."""

    def sentence(self, command: str) -> str:
        """What they are, and what to do.

        Args:
            command: how they are landed, with the word REPAIRS for the options that name the repairs.
        """
        is_one = self.records == 1
        noun, _, rest = self.kind.partition(" ")
        what = (
            f"{'is a' if is_one else 'are'} {noun}{'' if is_one else 's'} {rest};"
            f" {'it holds' if is_one else 'they hold'} a statement in {self.where}"
            if self.kind
            else f"{'has' if is_one else 'have'} only faults that a repair mends"
        )
        lands = ("it" if is_one else "them") if self.mended == self.records else f"{self.mended:,} of them"
        told = f"{count(self.records, 'record')} {what}"
        if not self.mended:
            return f"{told}, with faults that no repair mends."
        return f"{told}: `{_with_repairs(command, self.repairs)}` lands {lands}."


def mending_lines(mendable: tuple[MendableReport, ...], command: str) -> Iterator[str]:
    """What an import can mend, and the command that mends all of it; `command` as for `MendableReport.sentence`."""
    yield from (one.sentence(command) for one in mendable)
    mended = [one for one in mendable if one.mended]
    names = [repair for one in mended for repair in one.repairs]
    if len({one.repairs for one in mended}) > 1:
        total = sum(one.mended for one in mended)
        yield f"Together: `{_with_repairs(command, dict.fromkeys(names))}` lands {total:,} of them."


def _with_repairs(command: str, names: Iterable[str]) -> str:
    return command.replace("REPAIRS", " ".join(f"--repair {name}" for name in names), 1)


@dataclass(frozen=True, slots=True)
class TableReport:
    """One table of the warehouse, and the statements that reach it."""

    table: str
    what: str
    """What stands in it: a few words."""
    alone: int
    """Statements that reach it by learnloom's own words."""
    statements: int
    """Statements that reach it with all presets."""


@dataclass(frozen=True, slots=True)
class PresetReport:
    """One preset that knows the verb or the type of some statements."""

    name: str
    statements: int
    """Those whose verb or type it knows."""
    reached: int
    """All statements that reach a table with this preset alone."""


@dataclass(frozen=True, slots=True)
class GroupReport:
    """The records of one source, or with one verb."""

    name: str
    identified_by: str
    """Where the name of a source comes from: context.platform, authority or file; empty for a verb."""
    records: int
    valid: int
    frequent_rule: str
    """The rule most of the refused break; empty where none is."""

    @property
    def refused(self) -> int:
        """Records with at least one fault."""
        return self.records - self.valid

    @property
    def share_valid(self) -> float:
        """Valid records as a share of all."""
        return self.valid / self.records


@dataclass(frozen=True, slots=True)
class WarningReport:
    """One warning: no fault, but something stays unknown."""

    id: str
    title: str
    unknown: str
    """What cannot be known of the student for it."""
    fix: str
    statements: int
    of: int
    """Statements to which the warning can apply."""
    about: str
    """What these are: statements, answers, video statements …"""
    values: tuple[Count, ...]
    """The words it is about, the most frequent first; empty where it is about none."""
    more_values: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class ProfileFailure:
    """One requirement of an xAPI Profile that statements do not meet."""

    part: str
    """IRI of the template or concept."""
    name: str
    """Its name in words."""
    requirement: str
    """What it asks for: a sentence."""
    statements: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class ProfileReport:
    """How statements keep to one xAPI Profile."""

    profile: str
    """Its IRI."""
    name: str
    checked: int
    """Statements that were held against it."""
    naming: int
    """Statements that name it in their category."""
    matched: int
    """Statements for which it has at least one template."""
    failing: int
    """Statements that do not meet a requirement of a template or concept."""
    failures: tuple[ProfileFailure, ...]
    """The most frequent first."""
    more_failures: int
    notes: tuple[str, ...]
    """What of the profile is not checked, and why."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The judgement on many records."""

    records: int
    valid: int
    repeated: int
    """Valid records that came before with the same id and content: harmless, counted once when imported."""
    first_at: str
    """Earliest timestamp, as written; empty where there is none."""
    last_at: str
    mendable: tuple[MendableReport, ...]
    """What an import can mend by itself; the most records first."""
    faults: tuple[RuleReport, ...]
    """The rule whose mending saves most comes first; ties by records that break it."""
    more_faults: int
    """Rules that are left out of `faults`; so with every other `more_`."""
    sources: tuple[GroupReport, ...]
    more_sources: int
    verbs: tuple[GroupReport, ...]
    more_verbs: int
    statements: int
    """Records that could be read as a statement, valid or not."""
    reached_alone: int
    """Those of them that reach a table by learnloom's own words: no preset is needed."""
    reached: int
    """Those that do with all presets."""
    tables: tuple[TableReport, ...]
    """The tables that they reach; a statement may reach several."""
    presets: tuple[PresetReport, ...]
    """The presets that bring most of them into a table."""
    warnings: tuple[WarningReport, ...]
    """In the order of the table: what costs most first."""
    profiles: tuple[ProfileReport, ...]
    problems: tuple[Problem, ...]
    """Inputs that could not be read, or not to their end."""
    is_interrupted: bool
    """Whether it was stopped before the end: the report then covers the records read so far."""
    notes: tuple[str, ...]
    """What bounds this check: it was stopped, or there was more than it remembers."""

    @property
    def refused(self) -> int:
        """Records with at least one fault."""
        return self.records - self.valid

    @property
    def share_valid(self) -> float | None:
        """Valid records as a share of all, from 0 to 1; None where there was no record."""
        return self.valid / self.records if self.records else None

    @property
    def fails_profile(self) -> bool:
        """Whether any statement fails an xAPI Profile."""
        return any(profile.failing for profile in self.profiles)


def percent(share: float) -> str:
    """A share in percent, never rounded up to all nor down to none."""
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    hundredths = min(max(math.floor(share * 10_000 + 1e-9), 1), 9_999)
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + " %"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 record, 1,200 records."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def place(path: str) -> str:
    """A JSON Pointer for people: the empty one is the whole statement."""
    return path or "the whole statement"


def minute(timestamp: str) -> str:
    """A timestamp to the minute, as it was written."""
    return timestamp[:16].replace("T", " ")
