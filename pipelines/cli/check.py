"""`learnloom check`."""

import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pipelines.check.checker import FilePlaces, Places, ReportSize
from pipelines.check.checker import check as check_source
from pipelines.check.explain import explain
from pipelines.check.report import CheckReport
from pipelines.check.xapi_profile import XapiProfile, read_xapi_profile
from pipelines.cli.check_text import explanation_lines, report_lines
from pipelines.cli.options import PATHS_HELP, Exit, JsonOption, ServersOption, now
from pipelines.cli.output import Output
from pipelines.ingest.source import Source
from pipelines.ingest.validate import validate
from pipelines.jobs.opening import connection_of, file_source, limits
from pipelines.settings import Settings, read_settings

commands = typer.Typer(add_completion=False)

PathsOption = Annotated[list[Path] | None, typer.Argument(help=PATHS_HELP)]
TopicsOption = Annotated[
    list[str] | None,
    typer.Option("--topic", "-t", help="Read what stands in this Kafka topic instead; may be given again."),
]

# Faults told of one statement: what mending one of them saves is known only when all are.
_ALL_FAULTS = 1_000


@commands.command(epilog="Example: learnloom check statements.jsonl --html report.html")
def check(
    paths: PathsOption = None,
    *,
    topics: TopicsOption = None,
    servers: ServersOption = None,
    rule: Annotated[
        str | None, typer.Option(metavar="ID", help="Explain this rule or warning; nothing is read.")
    ] = None,
    profile: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="xAPI Profile (JSON-LD) to hold statements against; repeatable."),
    ] = None,
    strict_profiles: Annotated[
        bool, typer.Option(help="Exit code 3 also where a statement fails a profile.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the report as one page too, to send to the vendor."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=1_000, help="Broken rules to show.")] = 10,
    samples: Annotated[
        int,
        typer.Option(min=0, max=20, help="Statements to show of each; 0 where none may leave the school."),
    ] = 2,
    as_json: JsonOption = False,
) -> None:
    """Judge statements without landing them: what is wrong, where, what to do, and what stays unknown.

    Faults are ranked by how many statements mending them would save. Warnings are no faults and change no exit
    code. Exit code 0: all are valid; 3: some are refused, or something could not be read.
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
            size=ReportSize(rules=top, samples=samples),
        )
    report_check(out, report)
    if html is not None:
        _write_page(out, report, html)
    if report.is_interrupted:
        raise typer.Exit(Exit.INTERRUPTED)
    if report.refused or report.problems or (strict_profiles and report.fails_profile):
        raise typer.Exit(Exit.SOME_REFUSED)


@contextmanager
def _source(
    settings: Settings, paths: list[Path] | None, topics: list[str] | None, servers: str | None
) -> Iterator[Source]:
    """What is to be read: files, or what topics hold now, as a reader whom nobody waits for."""
    if bool(paths) == bool(topics):
        raise typer.BadParameter(
            "name files, folders or - for standard input; or topics with --topic", param_hint="'PATHS...'"
        )
    if not topics:
        yield file_source(settings, paths or [], stdin=sys.stdin.buffer)
        return
    from pipelines.ingest.kafka.source import KafkaSource, Reading  # noqa: PLC0415 - loaded where it is needed

    reading = Reading(
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
    """Check what any source delivers, with progress; `places` says where its records were read."""
    bounds = limits(settings)._replace(max_faults=_ALL_FAULTS)
    with out.progress("judging") as tick:
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
    """A file below the working folder without the folders above it: whoever gets the report knows them not."""
    with suppress(ValueError):
        return str(Path(topic).relative_to(Path.cwd()))
    return topic


def report_check(out: Output, report: CheckReport) -> None:
    """Say what was found: to people line by line, to machines as one object."""
    out.record(asdict(report) | {"refused": report.refused, "share_valid": report.share_valid})
    out.say(*report_lines(report))
    for problem in report.problems:
        out.note(f"learnloom: {problem.name}: {problem.message}")
    for note in report.notes:
        out.note(f"learnloom: {note}")


def _write_page(out: Output, report: CheckReport, path: Path) -> None:
    from pipelines.check.page import page  # noqa: PLC0415 - the template engine is loaded where it is needed

    path.write_text(page(report, made_at=now()), encoding="utf-8")
    out.note(f"learnloom: the report stands in {path}")
