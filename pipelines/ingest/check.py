"""What a vendor asks before going live: how much of what I send is right, and what is wrong with the rest?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipelines.ingest.reading import Limits
from pipelines.ingest.validate import judge
from schemas.record import Fault
from schemas.xapi.rules import RULES
from schemas.xapi.statement import VERSION_1

_MAX_GROUPS = 1_000
"""Places told apart; further places of a rule are counted together, so memory stays bounded."""
_ELSEWHERE = "(elsewhere)"
_INDEX = re.compile(r"/[0-9]+(?=/|$)")


@dataclass(frozen=True, slots=True)
class FrequentFault:
    """One rule broken in one kind of place, with a sample."""

    rule: str
    section: str
    """Where the rule stands, as in the rule table."""
    place: str
    """JSON Pointer with * for every array index."""
    statements: int
    """How many records break this rule in this place; each counts once."""
    sample_path: str
    """JSON Pointer into the sample."""
    sample_value: str
    """The offending value of the sample, as JSON, cut."""
    sample_source: str
    """Where the sample came from, such as file:line."""
    message: str
    """What is wrong with the sample and what to do."""
    fix: str
    """What to do, for every record of this kind."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The judgement on many records."""

    records: int
    valid: int
    faults: tuple[FrequentFault, ...]
    """The most frequent first; ties by rule and place."""
    more_faults: int
    """Kinds of faults that are left out of `faults`."""

    @property
    def refused(self) -> int:
        """Records with at least one fault."""
        return self.records - self.valid

    @property
    def share_valid(self) -> float | None:
        """Valid records as a share of all, from 0 to 1; None where there was no record."""
        return self.valid / self.records if self.records else None


@dataclass(slots=True)
class _Group:
    source: str
    fault: Fault
    statements: int = 0


@dataclass(slots=True)
class _Tally:
    groups: dict[tuple[str, str], _Group] = field(default_factory=dict)

    def add(self, source: str, faults: tuple[Fault, ...]) -> None:
        """Count a record once in every group to which one of its faults belongs."""
        touched = set()
        for fault in faults:
            key = (fault.rule, _INDEX.sub("/*", fault.path))
            if key not in self.groups and len(self.groups) >= _MAX_GROUPS:
                key = (fault.rule, _ELSEWHERE)
            group = self.groups.setdefault(key, _Group(source, fault))
            if key not in touched:
                touched.add(key)
                group.statements += 1


def check(
    records: Iterable[tuple[str, bytes | None]],
    *,
    default_version: str = VERSION_1,
    limits: Limits = Limits(),  # noqa: B008 (immutable)
    top: int = 20,
) -> CheckReport:
    """Judge records without keeping them.

    Args:
        records: Pairs of where a record came from (such as file:line) and its bytes.
        default_version: The version by which statements without one are judged.
        limits: As for `judge`.
        top: How many kinds of faults to report.
    """
    tally = _Tally()
    count = valid = 0
    for source, raw in records:
        count += 1
        verdict = judge(raw, default_version=default_version, limits=limits)
        if verdict.is_valid:
            valid += 1
        else:
            tally.add(source, verdict.faults)
    ranked = sorted(tally.groups.items(), key=lambda item: (-item[1].statements, item[0]))
    faults = tuple(_frequent(place, group) for (_, place), group in ranked[:top])
    return CheckReport(count, valid, faults, more_faults=max(0, len(ranked) - top))


def _frequent(place: str, group: _Group) -> FrequentFault:
    fault, rule = group.fault, RULES[group.fault.rule]
    return FrequentFault(
        rule=rule.id,
        section=rule.section,
        place=place,
        statements=group.statements,
        sample_path=fault.path,
        sample_value=fault.value,
        sample_source=group.source,
        message=fault.message,
        fix=rule.fix,
    )
