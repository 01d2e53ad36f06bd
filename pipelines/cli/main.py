"""learnloom's command line: where sources, warehouse and rules are put together."""

import importlib
import os
import sys
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from learnloom.pipelines.cli.exits import Exit
from learnloom.pipelines.tracing.export import export_spans
from learnloom.schemas.errors import LearnloomError

_ROOM: Final = "learnloom.pipelines.cli"
# Every command with the first sentence of its help, in the order in which help lists them. The sentences stand here
# too, so that `learnloom --help` loads no command: all of them take seconds. A test ties both.
_COMMANDS: Final = {
    "demo": "Simulate a class, import it, compute everything, and show what came out.",
    "simulate": "Simulate a class whose truth is known: statements.jsonl, skills.csv and truth/*.parquet.",
    "import": "Validate statements and land them in the warehouse, each exactly once.",
    "check": "Judge statements without landing them: what is wrong, where, what to do, and what stays unknown.",
    "produce": "Send statements to Kafka, each student's in order.",
    "consume": "Land statements from Kafka, each exactly once, until told to stop.",
    "refresh": "Bring tables, estimates, profiles and signals up to what has landed.",
    "students": "List students: who they are, when last seen, how far they are.",
    "profile": "Show what is known of one student as a learner, and what is not.",
    "signals": "List signals, the most urgent first: what to say to whom, and on what evidence.",
    "effect": "Show what followed signals of a kind, against comparable students to whom nothing of the kind was said.",
    "reviews": "Show one student which mastered skills to see again: now, and day by day in the next four weeks.",
    "train": "Fit a new model version on the answers of the last refresh, and use it only where it is not worse.",
    "models": "The learner model's versions: compare them, go back to one.",
    "evaluate": "Measure how good the learner model's predictions are, on students that it has not seen.",
    "deliver": "Signals on their way to those who subscribed: send them, see how far each is, send again.",
    "api": "Answer tools that pull over HTTP, until told to stop: profiles, signals, events since a cursor, answers.",
    "dead": "What was refused and why; and landing it after a fix.",
    "skills": "The school's own map from activities to skills.",
    "plan": "The school's course plan: what is due, when runs begin and end.",
    "query": "Ask the warehouse in SQL (DuckDB's), without being able to change it.",
    "export": "Write the tables elsewhere, all as of one moment: Parquet files, or one DuckDB file for BI tools.",
    "backup": "Copy the warehouse to a folder that opens like the warehouse itself, while others read and write.",
    "metrics": "Tell the warehouse's figures in Prometheus' format: counts, ages, what waits and what was refused.",
    "status": "Show what stands in the warehouse: rows, freshness, positions, sizes.",
    "doctor": "Check installation, settings and warehouse, and say how to mend what is wrong.",
    "serve": "Run every flow on its schedule until told to stop: land, refresh, deliver, train, maintain, check.",
}
# `serve` is named and not imported: flows import this room.
_MODULES: Final = {"import": f"{_ROOM}.import_", "serve": "learnloom.flows.serve"}
# The extra that installs what a command imports; None: every installation has it.
_EXTRAS: Final = {
    "check": None,
    "produce": None,
    "evaluate": "evaluate",
    "api": "api",
    "metrics": "api",
    "serve": "flows",
}
_DEFAULT_EXTRA: Final = "warehouse"


class MissingExtraError(LearnloomError):
    """A command needs packages that are not installed."""


class _LazyCommand(TyperCommand):
    """Stands for a command until it is used. Typer's context type is not public: hence Any."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(name=name, help=sentence, callback=None)
        self._module = _MODULES.get(name, f"{_ROOM}.{name}")
        self._extra = _EXTRAS.get(name, _DEFAULT_EXTRA)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Load the command and hand over to it.

        Raises:
            MissingExtraError: it imports a package that is not installed.
        """
        try:
            commands = importlib.import_module(self._module).commands
        except ModuleNotFoundError as error:
            if self._extra is None or (error.name or "learnloom").startswith("learnloom"):
                raise
            raise MissingExtraError(
                f"{info_name} needs {error.name}, which is not installed. "
                f"Install it: pip install 'learnloom[{self._extra}]'"
            ) from error
        return typer.main.get_command(commands).make_context(info_name, args, parent, **extra)


class _Commands(TyperGroup):
    """All commands, none of them loaded: importing all takes seconds."""

    def __init__(self, **attributes: Any) -> None:
        commands = {name: _LazyCommand(name, sentence) for name, sentence in _COMMANDS.items()}
        super().__init__(**{**attributes, "commands": commands})


app = typer.Typer(
    name="learnloom",
    cls=_Commands,
    help="From xAPI statements to every student's profile and feedback signals.",
    epilog="A first try: learnloom demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        import importlib.metadata  # noqa: PLC0415 - slow to load, and needed here alone

        typer.echo(f"learnloom {importlib.metadata.version('learnloom')}")
        raise typer.Exit(Exit.DONE)


@app.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Hold what belongs to no command."""


def main() -> None:
    """Run the command line and leave with a code that scripts can use (see `Exit`)."""
    export_spans(os.environ)
    try:
        app(prog_name="learnloom")
    except LearnloomError as error:
        sys.stderr.write(f"learnloom: {error}\n")
        sys.exit(Exit.FAILED)
    except OSError as error:
        # A full disk, a folder that is a file, a missing right: the user's to mend, and no fault of the code.
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"learnloom: {where}{error.strerror or error}\n")
        sys.exit(Exit.FAILED)
