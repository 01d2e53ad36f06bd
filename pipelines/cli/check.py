"""`learnloom check`."""

import shlex
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from learnloom.pipelines.check.checker import FilePlaces, Places, ReportSize
from learnloom.pipelines.check.checker import check as check_source
from learnloom.pipelines.check.explain import explain
from learnloom.pipelines.check.report import IMPORT, CheckReport
from learnloom.pipelines.check.xapi_profile import XapiProfile, read_xapi_profile
from learnloom.pipelines.cli.check_text import explanation_lines, report_lines
from learnloom.pipelines.cli.options import PATHS_HELP, Exit, JsonOption, ServersOption, now
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.ingest.opening import connection_of, file_source, limits
from learnloom.pipelines.ingest.sources.source import Source
from learnloom.pipelines.ingest.validate.validator import validate

commands = typer.Typer(add_completion=False)
_SAMPLES: Final = 2
SamplesOption = Annotated[
    int | None,
    typer.Option(
        min=0, max=20, help="Statements to show for each, as they came. Default: 2, and with --html none."
    ),
]

PathsOption = Annotated[list[Path] | None, typer.Argument(help=PATHS_HELP)]
TopicsOption = Annotated[
    list[str] | None,
    typer.Option("--topic", "-t", help="Kafka topic to read instead of files; repeatable."),
]

# Faults kept of one statement: only all of them tell how many statements the fix of one would make valid.
_ALL_FAULTS = 1_000


@commands.command(epilog="Example: learnloom check statements.jsonl --html report.html")
def check(
    paths: PathsOption = None,
    *,
    topics: TopicsOption = None,
    servers: ServersOption = None,
    rule: Annotated[
        str | None, typer.Option(metavar="ID", help="Explain this rule or warning; read no statements.")
    ] = None,
    profile: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="xAPI Profile (JSON-LD) to check statements against; repeatable."),
    ] = None,
    strict_profiles: Annotated[
        bool, typer.Option(help="Also exit with code 3 if a statement fails a profile.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the report as one HTML page, to send to the vendor."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=1_000, help="Number of broken rules to show.")] = 10,
    samples: SamplesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Validate statements without landing them, and report the faults, their places and their fixes.

    Faults are ranked by how many statements their fix would make valid. Warnings name what stays unknown about the
    students, and do not change the exit code. Exit code 0: all statements are valid; 3: some are refused, or some
    input could not be read.
    """
    out = Output(as_json=as_json)
    if rule is not None:
        explanation = explain(rule)
        out.record(explanation._asdict() | {"lines": dict(explanation.lines)})
        out.say(*explanation_lines(explanation))
        return
    settings = read_settings()
    profiles = [read_xapi_profile(path) for path in profile or ()]
    with _source(settings, paths, topics, servers) as source:
        report = run_check(
            out,
            settings,
            source,
            places=FilePlaces(_from_here),
            profiles=profiles,
            size=ReportSize(rules=top, samples=_samples(samples, is_for_others=html is not None)),
        )
    report_check(out, report, _command(paths, topics))
    if html is not None:
        _write_page(out, report, html)
    if report.is_interrupted:
        raise typer.Exit(Exit.INTERRUPTED)
    if report.refused or report.problems or (strict_profiles and report.fails_profile):
        raise typer.Exit(Exit.SOME_REFUSED)


def _samples(asked: int | None, *, is_for_others: bool) -> int:
    """How many statements are shown: none on a page for others, where nobody asks for it, since they name people."""
    if asked is not None:
        return asked
    return 0 if is_for_others else _SAMPLES


@contextmanager
def _source(
    settings: Settings, paths: list[Path] | None, topics: list[str] | None, servers: str | None
) -> Iterator[Source]:
    """The input: files, or what the topics hold now, read by a consumer group of its own."""
    if bool(paths) == bool(topics):
        raise typer.BadParameter(
            "give files, folders or - for standard input, or topics with --topic", param_hint="'PATHS...'"
        )
    if not topics:
        yield file_source(settings, paths or [], stdin=sys.stdin.buffer)
        return
    from learnloom.pipelines.ingest.sources.kafka.source import KafkaSource, TopicOptions  # noqa: PLC0415 - loaded where it is needed

    reading = TopicOptions(
        tuple(dict.fromkeys(topics)),
        f"learnloom-check-{uuid.uuid4().hex}",
        max_records=settings.batch_records,
        max_bytes=settings.batch_bytes,
        max_record_bytes=settings.max_statement_bytes,
        until_caught_up=True,
    )
    with KafkaSource(connection_of(settings, servers), reading) as source:
        yield source


def run_check(
    out: Output,
    settings: Settings,
    source: Source,
    *,
    places: Places,
    profiles: list[XapiProfile],
    size: ReportSize,
) -> CheckReport:
    """Check the records of any source, with progress; `places` describes where they were read."""
    bounds = limits(settings)._replace(max_faults=_ALL_FAULTS)
    with out.progress("validating") as tick:
        return check_source(
            source,
            judge=partial(validate, default_version=settings.xapi_version, limits=bounds),
            now=now(),
            profiles=profiles,
            size=size,
            places=places,
            progress=lambda records, valid: tick(f"{records:,} read, {records - valid:,} with faults"),
        )


def _from_here(topic: str) -> str:
    """The path of a file relative to the working folder: readers of the report do not know the folders above it."""
    with suppress(ValueError):
        return str(Path(topic).relative_to(Path.cwd()))
    return topic


def _command(paths: list[Path] | None, topics: list[str] | None) -> str:
    """How what was checked is landed, as a person would write it."""
    if topics:
        return shlex.join(["learnloom", "consume", "REPAIRS", *(f"--topic={topic}" for topic in topics)])
    return shlex.join(["learnloom", "import", "REPAIRS", *map(str, paths or ())])


def report_check(out: Output, report: CheckReport, command: str = IMPORT) -> None:
    """Print the report: lines for people, one object for machines; `command` lands what was checked."""
    out.record(asdict(report) | {"refused": report.refused, "share_valid": report.share_valid})
    out.say(*report_lines(report, command))
    for problem in report.problems:
        out.note(f"learnloom: {problem.name}: {problem.message}")
    for note in report.notes:
        out.note(f"learnloom: {note}")


def _write_page(out: Output, report: CheckReport, path: Path) -> None:
    from learnloom.pipelines.check.page import page  # noqa: PLC0415 - the template engine is loaded where it is needed

    path.write_text(page(report, made_at=now()), encoding="utf-8")
    out.note(f"learnloom: the report is in {path}")
