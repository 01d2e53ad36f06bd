"""learnloom's command line: where sources, warehouse and rules are put together."""

import importlib
import importlib.metadata
import os
import sys
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from learnloom.pipelines.cli.exits import Exit
from learnloom.pipelines.tracing.export import export_spans
from learnloom.schemas.errors import LearnloomError

_COMMANDS: Final = {
    "demo": "demo",
    "simulate": "simulate",
    "import": "import_",
    "check": "check",
    "produce": "produce",
    "consume": "consume",
    "refresh": "refresh",
    "students": "students",
    "profile": "profile",
    "signals": "signals",
    "effect": "effect",
    "reviews": "reviews",
    "train": "train",
    "models": "models",
    "evaluate": "evaluate",
    "deliver": "deliver",
    "api": "api",
    "dead": "dead",
    "skills": "skills",
    "plan": "plan",
    "query": "query",
    "export": "export",
    "backup": "backup",
    "metrics": "metrics",
    "status": "status",
    "doctor": "doctor",
}
"""Command and its module, in the order in which help lists them."""
_ADDED: Final = "learnloom.commands"
"""Entry points of rooms that import this one, such as flows: the command line cannot import them in turn."""


def added_commands() -> dict[str, importlib.metadata.EntryPoint]:
    """Commands that other rooms add, by name."""
    return {point.name: point for point in importlib.metadata.entry_points(group=_ADDED)}


class _Commands(TyperGroup):
    """Loads a command's module when it is asked for: importing all of them takes a second.

    Typer's context and command types are not public: hence Any.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in the order in which they are met in use."""
        return [*_COMMANDS, *added_commands()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of that name."""
        if cmd_name in _COMMANDS:
            commands = importlib.import_module(f"learnloom.pipelines.cli.{_COMMANDS[cmd_name]}").commands
        elif cmd_name in (added := added_commands()):
            commands = added[cmd_name].load()
        else:
            return None
        command = typer.main.get_command(commands)
        command.name = cmd_name
        return command


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


def root_command() -> Any:
    """The command above all commands, as click knows it; typer's own type is not public."""
    return typer.main.get_command(app)


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
