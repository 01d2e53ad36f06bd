"""The report of `learnloom check` for a terminal."""

from collections.abc import Iterator, Sequence

from learnloom.pipelines.check.excerpt import visible
from learnloom.pipelines.check.explain import Explanation
from learnloom.pipelines.check.report import (
    CheckReport,
    GroupReport,
    ProfileReport,
    RuleReport,
    Sample,
    WarningReport,
    count,
    mending_lines,
    minute,
    percent,
    place,
)

_EXCERPT_CHARS = 160


def report_lines(report: CheckReport, command: str) -> Iterator[str]:
    """The whole report, line by line; `command` lands what was checked, see `MendableReport.sentence`."""
    if report.share_valid is None:
        yield "The input has no records."
        return
    yield (
        f"{report.valid:,} of {count(report.records, 'record is', 'records are')} valid"
        f" ({percent(report.share_valid)})"
        + (f"; {report.refused:,} would be refused." if report.refused else ".")
    )
    if report.first_at:
        yield f"First event: {visible(minute(report.first_at))}. Last event: {visible(minute(report.last_at))}."
    if report.repeated:
        yield (
            f"{count(report.repeated, 'record is a duplicate', 'records are duplicates')}"
            " (same id and content), which is harmless."
        )
    yield from _faults(report, command)
    yield from _groups("By source", report.sources, report.more_sources, "more sources")
    yield from _groups("By verb", report.verbs, report.more_verbs, "more verbs")
    yield from _meaning(report)
    if report.warnings:
        yield from _heading(
            "Warnings: the statements are valid, but something about the student stays unknown"
        )
        for warning in report.warnings:
            yield from _warning(warning)
    for profile in report.profiles:
        yield from _profile(profile)


def _faults(report: CheckReport, command: str) -> Iterator[str]:
    """What is refused, and what helps."""
    if report.mendable:
        yield from _heading("What an import can mend by itself")
        for line in mending_lines(report.mendable, command):
            yield f"  {visible(line)}"
    if report.faults:
        yield from _heading("What to fix; the fix that makes most records valid comes first")
        for number, rule in enumerate(report.faults, start=1):
            yield from _rule(number, rule)
        yield from _more(report.more_faults, "more rules are broken (--top)")


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """The explanation of a rule or warning."""
    yield f"{explanation.id} ({'a rule' if explanation.is_fault else 'a warning, not a fault'})"
    width = max(len(label) for label, _ in explanation.lines)
    for label, text in explanation.lines:
        yield f"  {label:<{width}}  {text}"


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield text


def _more(number: int, what: str) -> Iterator[str]:
    if number:
        yield f"  … and {number:,} {what}"


def _rule(number: int, rule: RuleReport) -> Iterator[str]:
    yield ""
    yield f"{number}. {rule.rule}: {rule.meaning}"
    up_to = "up to " if rule.is_at_most else ""
    yield (
        f"   {count(rule.statements, 'record')}; this fix alone makes {up_to}{rule.saved:,} valid; "
        f"with all fixes above, {up_to}{percent(rule.share_after)} are valid"
    )
    yield f"   Fix: {rule.fix}."
    places = [f"{place(visible(one.name))} ({one.statements:,})" for one in rule.places]
    yield f"   Where: {', '.join(places)}" + (
        f" … and {count(rule.more_places, 'more place')}" if rule.more_places else ""
    )
    for sample in rule.samples:
        yield from _sample(sample)


def _sample(sample: Sample) -> Iterator[str]:
    yield f"   {visible(sample.where)}  {visible(sample.message)}"
    text = sample.excerpt
    before = " ".join(text.before.split())[-_EXCERPT_CHARS // 2 :]
    marked = " ".join(text.marked.split())
    after = " ".join(text.after.split())[: _EXCERPT_CHARS // 2]
    if marked:
        yield f"     {before} »{marked[:_EXCERPT_CHARS]}« {after}"
    elif after:
        yield f"     {after}"


def _groups(title: str, groups: Sequence[GroupReport], more: int, what: str) -> Iterator[str]:
    yield from _heading(f"{title}: records, valid, most frequent fault")
    for group in groups:
        identified_by = f" ({group.identified_by})" if group.identified_by else ""
        fault = f"  {group.frequent_rule}" if group.frequent_rule else ""
        yield f"  {group.records:>9,}  {percent(group.share_valid):>8}  {visible(group.name)}{identified_by}{fault}"
    yield from _more(more, what)


def _meaning(report: CheckReport) -> Iterator[str]:
    if not report.statements:
        return
    yield from _heading(
        "What they would mean: statements by learnloom's words alone, with all presets, and their table"
    )
    for table in report.tables:
        yield f"  {table.alone:>9,}  {table.statements:>9,}  {table.table}: {table.what}"
    of = count(report.statements, "statement")
    yield (
        f"  {report.reached_alone:>9,}  {report.reached:>9,}  of {of} reach a table; "
        "the others tell when a student was at work"
    )
    for preset in report.presets:
        yield (
            f"  with preset {preset.name}: {report.reached_alone:,} -> {preset.reached:,} of {report.statements:,}; "
            f"it knows the verb or the type of {preset.statements:,}"
        )
    if report.presets:
        yield "  All presets are in use, unless the school's vocabulary names some: learnloom vocabulary --help"


def _warning(warning: WarningReport) -> Iterator[str]:
    yield ""
    yield (
        f"{warning.id}: {warning.title}, in {warning.statements:,} of {warning.of:,} {warning.about}"
        f" ({percent(warning.statements / warning.of)})"
    )
    yield f"   Effect: {warning.unknown}"
    yield f"   Fix: {warning.fix}"
    for value in warning.values:
        suggestion = f" (did you mean {value.suggestion}?)" if value.suggestion else ""
        yield f"     {value.statements:>9,}  {visible(value.name)}{suggestion}"
    yield from _more(warning.more_values, "more values")
    if warning.samples:
        yield f"   Example: {visible(warning.samples[0].where)}"


def _profile(profile: ProfileReport) -> Iterator[str]:
    yield from _heading(f"Profile {visible(profile.name)} ({visible(profile.profile)})")
    yield (
        f"  {count(profile.checked, 'statement')} checked: {profile.naming:,} name the profile, "
        f"{profile.matched:,} match a template, {profile.failing:,} break it."
    )
    for failure in profile.failures:
        yield f"  {failure.statements:>9,}  {visible(failure.name)}: {visible(failure.requirement)}"
        if failure.samples:
            yield f"             Example: {visible(failure.samples[0].where)}"
    yield from _more(profile.more_failures, "more requirements are not met")
    for note in profile.notes:
        yield f"  {note}"
