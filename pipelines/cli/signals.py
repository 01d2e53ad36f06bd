"""`learnloom signals`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, LimitOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.shown import shown_names
from learnloom.pipelines.cli.week_text import say_week
from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.feedback.describe import describe_signals
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.serve.students import find_student, read_signals
from learnloom.pipelines.serve.teacher_week import read_week
from learnloom.pipelines.vault.names import alias_of
from learnloom.schemas.signal import Audience, SignalKind

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom signals --audience teacher --limit 20")
def signals(
    student: Annotated[
        str | None, typer.Argument(help="Key, identifier or name of a student. Default: all students.")
    ] = None,
    *,
    audience: Annotated[Audience | None, typer.Option(help="Audience of the signals. Default: both.")] = None,
    kind: Annotated[SignalKind | None, typer.Option(help="Only signals of this kind.")] = None,
    this_week: Annotated[
        bool,
        typer.Option("--this-week", help="To whom teachers are called this week, one message a student."),
    ] = False,
    limit: LimitOption = 25,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List signals, most urgent first: for whom they are, what they say, and the evidence."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        key = find_student(opened, alias_of(settings, opened, student)) if student else None
        if this_week:
            _say_week(out, settings, opened, key)
            return
        found = read_signals(
            opened,
            student_key=key,
            kind=kind.value if kind else None,
            audience=audience.value if audience else None,
            limit=limit,
        )
        names = shown_names(settings, opened, "signals", {signal.student_key for signal, _ in found})
    for signal, name in found:
        out.record(signal)
        head, *rest = describe_signals([signal])
        out.say(f"{names.get(signal.student_key) or name or signal.student_key}: {head}", *rest)
    if not found:
        out.say("There are no signals.")
    elif len(found) == limit:
        out.note(f"learnloom: only the {limit} most urgent signals are shown (--limit)")


def _say_week(out: Output, settings: Settings, warehouse: Warehouse, student_key: str | None) -> None:
    messages = read_week(warehouse, student_key=student_key)
    names = shown_names(settings, warehouse, "signals", {message.student_key for message in messages})
    for message in messages:
        out.record(message)
    say_week(out, messages, names)
