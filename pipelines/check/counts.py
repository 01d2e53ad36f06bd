"""The running counts of a check, from which its report is made; all of them bounded."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from learnloom.pipelines.check.advice import ADVICE, About
from learnloom.pipelines.check.excerpt import excerpt
from learnloom.pipelines.check.find_warnings import WarningFinding
from learnloom.pipelines.check.report import Count, GroupReport, RuleReport, Sample, WarningReport
from learnloom.pipelines.check.suggestion import suggestion_for
from learnloom.schemas.record import Fault
from learnloom.schemas.xapi.rules import RULES

_MAX_NAME_CHARS: Final = 300

Kept = TypeVar("Kept")


class Tally(Generic[Kept]):
    """What is kept for each name, for the first `limit` names; whatever comes after is kept together."""

    def __init__(self, make: Callable[[], Kept], *, limit: int, others: str) -> None:
        """Start with nothing.

        Args:
            make: makes what is kept for a new name.
            limit: number of names that are counted separately.
            others: the name under which the others are kept together.
        """
        self._make = make
        self._limit = limit
        self._others = others
        self._kept: dict[str, Kept] = {}

    def __getitem__(self, name: str) -> Kept:
        """What is kept for a name, made where it is new."""
        name = name if len(name) <= _MAX_NAME_CHARS else name[: _MAX_NAME_CHARS - 1] + "…"
        found = self._kept.get(name)
        if found is None:
            if len(self._kept) >= self._limit:
                name = self._others
            found = self._kept.setdefault(name, self._make())
        return found

    def __len__(self) -> int:
        """Number of names that are counted separately."""
        return len(self._kept)

    def ranked(self, count: Callable[[Kept], int]) -> Iterator[tuple[str, Kept]]:
        """Names with what is kept for them, the largest count first; ties by name."""
        return iter(sorted(self._kept.items(), key=lambda item: (-count(item[1]), item[0])))


# Places of a rule, sources, verbs and unknown verbs and types that are counted separately.
_MAX_NAMES: Final = 1_000
# Combinations of broken rules that are counted separately; a rule alone is always counted.
_MAX_MIXES: Final = 5_000
_SHOWN_PLACES: Final = 5
_SHOWN_WORDS: Final = 10
_OTHERS: Final = "(others)"
_INDEX: Final = re.compile(r"/[0-9]+(?=/|$)")


@dataclass(slots=True)
class _Number:
    n: int = 0


def _numbers() -> Tally[_Number]:
    return Tally(_Number, limit=_MAX_NAMES, others=_OTHERS)


def _shown(tally: Tally[_Number], top: int, advice: str = "") -> tuple[tuple[Count, ...], int]:
    """The most frequent names, and how many there are beside them."""
    ranked = list(tally.ranked(lambda number: number.n))
    shown = [Count(name, number.n, suggestion_for(advice, name)) for name, number in ranked[:top]]
    return tuple(shown), len(ranked) - len(shown)


@dataclass(slots=True)
class _RuleCount:
    """What is known of one broken rule or one warning."""

    statements: int = 0
    unread: int = 0
    names: Tally[_Number] = field(default_factory=_numbers)
    samples: list[Sample] = field(default_factory=list)


def _lead(fault: Fault) -> str:
    """What is wrong in one place, without the text of the rule, which the report shows above its samples."""
    rule = RULES[fault.rule]
    return fault.message.removesuffix(f": {rule.meaning}; {rule.fix}.")


class FaultCounts:
    """Broken rules: how many records, where, and what mending each would save."""

    def __init__(self, *, samples: int) -> None:
        """`samples`: statements kept of each rule."""
        self._samples = samples
        self._rules: dict[str, _RuleCount] = {}
        self._mixes: Counter[frozenset[str]] = Counter()

    def add(self, where: str, raw: bytes | None, faults: Iterable[Fault], *, is_read: bool) -> None:
        """Count a refused record once for each rule and each place in which it breaks one.

        Args:
            where: where it was read.
            raw: its bytes.
            faults: all of its faults.
            is_read: whether it could be read as a JSON object: else there may be more faults behind these.
        """
        broken: dict[str, set[str]] = {}
        for fault in faults:
            kind = self._rules.setdefault(fault.rule, _RuleCount())
            if fault.rule not in broken:
                kind.statements += 1
                kind.unread += not is_read
                if len(kind.samples) < self._samples:
                    kind.samples.append(Sample(where, fault.path, _lead(fault), excerpt(raw, fault.path)))
            broken.setdefault(fault.rule, set()).add(_INDEX.sub("/*", fault.path))
        for rule, places in broken.items():
            for place in places:
                self._rules[rule].names[place].n += 1
        mix = frozenset(broken)
        if len(mix) == 1 or mix in self._mixes or len(self._mixes) < _MAX_MIXES:
            self._mixes[mix] += 1

    def report(self, *, valid: int, records: int, top: int) -> tuple[tuple[RuleReport, ...], int]:
        """The rules whose mending saves most, and how many more are broken."""
        alone = {rule: self._mixes[frozenset([rule])] for rule in self._rules}
        ranked = sorted(self._rules, key=lambda rule: (-alone[rule], -self._rules[rule].statements, rule))
        shown = []
        for number, rule in enumerate(ranked[:top], start=1):
            mended = set(ranked[:number])
            saved = sum(count for mix, count in self._mixes.items() if mix <= mended)
            shown.append(self._one(rule, alone[rule], (valid + saved) / records))
        return tuple(shown), len(ranked) - len(shown)

    def _one(self, rule_id: str, saved: int, share_after: float) -> RuleReport:
        rule, kind = RULES[rule_id], self._rules[rule_id]
        places, more = _shown(kind.names, _SHOWN_PLACES)
        return RuleReport(
            rule=rule.id,
            section=rule.section,
            meaning=rule.meaning,
            fix=rule.fix,
            statements=kind.statements,
            saved=saved,
            is_at_most=kind.unread > 0,
            share_after=share_after,
            places=places,
            more_places=more,
            samples=tuple(kind.samples),
        )


class WarningCounts:
    """Warnings: how many statements, of how many, and about which words."""

    def __init__(self, *, samples: int) -> None:
        """`samples`: statements kept of each warning."""
        self._samples = samples
        self._of: Counter[About] = Counter()
        self._found: dict[str, _RuleCount] = {}

    def add(
        self, where: str, raw: bytes | None, about: frozenset[About], findings: Iterable[WarningFinding]
    ) -> None:
        """Count one statement, with what was found in it."""
        self._of.update(about)
        for finding in findings:
            kind = self._found.setdefault(finding.advice, _RuleCount())
            kind.statements += 1
            if finding.value:
                kind.names[finding.value].n += 1
            if len(kind.samples) < self._samples:
                advice = ADVICE[finding.advice]
                kind.samples.append(Sample(where, finding.path, advice.title, excerpt(raw, finding.path)))

    def report(self) -> tuple[WarningReport, ...]:
        """Every warning that was found, in the order of the table."""
        return tuple(
            self._one(advice_id, self._found[advice_id]) for advice_id in ADVICE if advice_id in self._found
        )

    def _one(self, advice_id: str, kind: _RuleCount) -> WarningReport:
        advice = ADVICE[advice_id]
        values, more = _shown(kind.names, _SHOWN_WORDS, advice_id)
        return WarningReport(
            id=advice.id,
            title=advice.title,
            unknown=advice.unknown,
            fix=advice.fix,
            statements=kind.statements,
            of=self._of[advice.about],
            about=advice.about,
            values=values,
            more_values=more,
            samples=tuple(kind.samples),
        )


@dataclass(slots=True)
class _SourceCount:
    identified_by: str = ""
    records: int = 0
    valid: int = 0
    rules: Counter[str] = field(default_factory=Counter)


class GroupCounts:
    """Records by source or by verb."""

    def __init__(self) -> None:
        self._groups: Tally[_SourceCount] = Tally(_SourceCount, limit=_MAX_NAMES, others=_OTHERS)

    def add(self, name: str, faults: Iterable[Fault], identified_by: str = "") -> None:
        """Count one record, and each rule that it breaks once."""
        group = self._groups[name]
        group.records += 1
        broken = {fault.rule for fault in faults}
        group.valid += not broken
        group.rules.update(broken)
        group.identified_by = group.identified_by or identified_by

    def report(self, top: int) -> tuple[tuple[GroupReport, ...], int]:
        """The groups with the most records, and how many there are beside them."""
        ranked = list(self._groups.ranked(lambda group: group.records))
        shown = tuple(
            GroupReport(
                name=name,
                identified_by=group.identified_by,
                records=group.records,
                valid=group.valid,
                frequent_rule=max(sorted(group.rules), key=group.rules.__getitem__, default=""),
            )
            for name, group in ranked[:top]
        )
        return shown, len(ranked) - len(shown)
