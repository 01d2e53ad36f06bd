"""`learnloom simulate`."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import typer

from learnloom.pipelines.cli.options import JsonOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.simulate.config import OWN_DIALECT, DialectName, SimulationConfig, WorldName
from learnloom.pipelines.simulate.run import SimulationSummary
from learnloom.pipelines.simulate.run import simulate as simulate_class

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom simulate class --students 100 --seed 7")
def simulate(
    folder: Annotated[Path, typer.Argument(help="Folder to write to; it is created if it does not exist.")],
    *,
    students: Annotated[int, typer.Option(min=1, max=1_000_000, help="Number of students.")] = 60,
    statements: Annotated[
        int | None,
        typer.Option(min=1, max=100_000_000, help="Approximate number of statements; sets --students."),
    ] = None,
    weeks: Annotated[int, typer.Option(min=1, max=52, help="Weeks of the course, one module each.")] = 8,
    courses: Annotated[int, typer.Option(min=1, max=50, help="Number of courses.")] = 1,
    skills: Annotated[int, typer.Option(min=1, max=100, help="Number of skills per course.")] = 8,
    start: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of the course.")
    ] = None,
    faults: Annotated[
        float, typer.Option(min=0.0, max=0.5, help="Share sent twice, sent late, broken or voided later.")
    ] = 0.02,
    skills_in_statements: Annotated[
        bool, typer.Option(help="Name skills in the statements; otherwise only skills.csv names them.")
    ] = True,
    compress: Annotated[
        Literal["none", "gzip", "zstd"], typer.Option(help="Compression of the statements.")
    ] = "none",
    world: Annotated[
        WorldName, typer.Option(help="How students learn: a little each time, or all at once.")
    ] = "gradual",
    dialect: Annotated[
        DialectName, typer.Option(help="Platform whose statements tell of the class.")
    ] = "learnloom",
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal bytes.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Simulate a class with a known truth: statements.jsonl, skills.csv and truth/*.parquet."""
    out = Output(as_json=as_json)
    config = SimulationConfig(
        seed=seed,
        students=students,
        statements=statements,
        weeks=weeks,
        courses=courses,
        skills_per_course=skills,
        faults=faults,
        skills_in_statements=skills_in_statements,
        compress=compress,
        world=world,
        dialect=dialect,
        **({"start": start.date()} if start else {}),
    )
    with out.progress("simulating") as tick:
        summary = simulate_class(config, folder, on_progress=lambda lines: tick(f"{lines:,} statements"))
    report_simulation(out, summary)


def report_simulation(out: Output, summary: SimulationSummary) -> None:
    """Print what was simulated."""
    out.record(summary._asdict())
    out.say(
        f"{summary.students:,} students, {summary.lines:,} records in {summary.statements}:",
        f"  {summary.valid:,} valid statements ({summary.late:,} sent late, {summary.voided:,} voided later), "
        f"{summary.duplicates:,} sent twice, {sum(summary.refused.values()):,} broken",
        f"The school's skill map is in {summary.skill_map}, its course plan in {summary.plan}.",
        f"The true state of the students is in {summary.truth}.",
    )
    if summary.staff is not None:
        out.say(f"Staff act, too: learnloom people import {summary.staff} names them.")
    if summary.dialect == OWN_DIALECT:
        return
    for what, acts in (
        ("cannot be told", summary.left_out),
        ("are told only as somebody looking", summary.seen_only),
    ):
        if acts:
            named = ", ".join(f"{kind} {count:,}" for kind, count in acts.items())
            out.say(f"In the dialect {summary.dialect}, {sum(acts.values()):,} acts {what}: {named}.")
