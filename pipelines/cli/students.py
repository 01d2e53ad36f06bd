"""`learnloom students`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, LimitOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.shown import shown_names
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.serve.students import list_students
from learnloom.pipelines.vault.names import alias_of

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom students --search mila")
def students(
    *,
    search: Annotated[str | None, typer.Option(help="Part of a name, an identifier or a key.")] = None,
    course: Annotated[str | None, typer.Option(help="Only students of this course (IRI).")] = None,
    limit: LimitOption = 50,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List students: name, last activity, statements, answers, mean mastery and signals."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        wanted = alias_of(settings, opened, search) if search else None
        lines = list_students(opened, search=wanted, course=course, limit=limit)
        names = shown_names(settings, opened, "students", [line.student_key for line in lines])
    lines = [line._replace(student_name=names.get(line.student_key, line.student_name)) for line in lines]
    if not lines:
        out.say("No student matches. Try `learnloom students` without options.")
        return
    out.table(
        ["student", "name", "last seen", "statements", "answers", "mean mastery", "signals"],
        lines,
        machine_names=list(lines[0]._fields),
    )
    if len(lines) == limit:
        out.note(f"learnloom: only the first {limit} are shown (--limit)")
