"""`learnloom students`, `profile` and `signals`."""

from typing import Annotated

import typer

from pipelines.cli.options import JsonOption, WarehouseOption, open_to_read, read_settings
from pipelines.cli.output import Output
from pipelines.feedback.describe import describe_profile, describe_signals
from pipelines.warehouse.students import find_student, list_students, read_profile, read_signals
from schemas.signal import Audience, SignalKind

commands = typer.Typer()

LimitOption = Annotated[int, typer.Option(min=1, max=1_000_000, help="Rows to show, at the most.")]


@commands.command(epilog="Example: learnloom students --search mila")
def students(
    *,
    search: Annotated[str | None, typer.Option(help="Part of a name, an identifier or a key.")] = None,
    course: Annotated[str | None, typer.Option(help="Only students of this course (IRI).")] = None,
    limit: LimitOption = 50,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List students: who they are, when last seen, how far they are."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        lines = list_students(opened, search=search, course=course, limit=limit)
    out.table(
        ["student", "name", "last seen", "statements", "answers", "mean mastery", "signals"],
        lines,
        machine_names=list(lines[0]._fields) if lines else None,
    )
    if not lines:
        out.say("No student fits. Try `learnloom students` without options.")
    elif len(lines) == limit:
        out.note(f"learnloom: only the first {limit} are shown (--limit)")


@commands.command(epilog="Example: learnloom profile 3fa85f6457174562")
def profile(
    student: Annotated[str, typer.Argument(help="Key, identifier, account name or name of a student.")],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is known of one student as a learner, and what is not."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        key = find_student(opened, student)
        found = read_profile(opened, key)
    out.record(found)
    out.say(*describe_profile(found))


@commands.command(epilog="Example: learnloom signals --audience teacher --limit 20")
def signals(
    student: Annotated[
        str | None, typer.Argument(help="Key, identifier or name of a student. Default: everybody.")
    ] = None,
    *,
    audience: Annotated[Audience | None, typer.Option(help="To whom it is said. Default: both.")] = None,
    kind: Annotated[SignalKind | None, typer.Option(help="Only this kind.")] = None,
    limit: LimitOption = 25,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List signals, the most urgent first: what to say to whom, and on what evidence."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        found = read_signals(
            opened,
            student_key=find_student(opened, student) if student else None,
            kind=kind.value if kind else None,
            audience=audience.value if audience else None,
            limit=limit,
        )
    for signal, name in found:
        out.record(signal)
        out.say(f"{name or signal.student_key}: {describe_signals([signal])[0]}", *describe_signals([signal])[1:])
    if not found:
        out.say("There is nothing to say.")
    elif len(found) == limit:
        out.note(f"learnloom: only the {limit} most urgent are shown (--limit)")
