"""learnloom's command line: where sources, warehouse and rules are put together."""

import importlib
import os
import sys
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from learnloom.pipelines.cli.options import Exit
from learnloom.pipelines.tracing.export import export_spans
from learnloom.schemas.errors import LearnloomError

_ROOM: Final = "learnloom.pipelines.cli"
# Every command with the first sentence of its help, in the order in which help lists them. The sentences stand here
# too, so that `learnloom --help` loads no command: all of them take seconds. A test ties both.
_COMMANDS: Final = {
    "demo": "Simulate a class, import its statements, compute everything, and show the result.",
    "simulate": "Simulate a class with a known truth: statements.jsonl, skills.csv and truth/*.parquet.",
    "import": "Validate statements and land them in the warehouse, each exactly once.",
    "convert": "Convert what is no xAPI (CSV, OneRoster, logs) to statements, one a line on standard output.",
    "pseudonymise": "Put statements under pseudonyms, one a line on standard output, without identifiers, names and "
    "addresses.",
    "check": "Validate statements without landing them, and report the faults, their places and their fixes.",
    "produce": "Send statements to a Kafka topic; the statements of one student stay in order.",
    "consume": "Land statements from Kafka, each exactly once, until stopped.",
    "refresh": "Update tables, estimates, profiles and signals with the statements that have landed.",
    "students": "List students: name, last activity, statements, answers, mean mastery and signals.",
    "profile": "Show what is known about one student as a learner, and what is not known.",
    "signals": "List signals, most urgent first: for whom they are, what they say, and the evidence.",
    "effect": "Show what followed signals of a kind, compared with similar students who had no such signal.",
    "reviews": "Show which mastered skills a student should review, today and in the next four weeks.",
    "train": "Fit a new model version on the answers of the last refresh, and use it if it is not worse.",
    "models": "List and compare the versions of the learner model; choose the one in use.",
    "evaluate": "Measure how good the learner model's predictions are, on students that it has not seen.",
    "deliver": "Deliver signals to the subscriptions: send events, show the progress, send events again.",
    "api": "Serve the HTTP API until stopped: profiles, signals, events and responses to signals.",
    "pages": "Serve the pages for teachers and students until stopped; their answers land as statements.",
    "lrs": "Serve a learning record store (LRS) until stopped: platforms send xAPI over HTTP, and statements land.",
    "keys": "Add, list and revoke the keys with which platforms send statements to `learnloom lrs`.",
    "dead": "Show refused records (dead letters) and why they were refused; land them after a fix.",
    "skills": "Import the school's skill map, from activities to skills; list activities without skills.",
    "vocabulary": "Say what a platform's verbs and activity types mean; list those that have no meaning yet.",
    "plan": "Import the school's course plan: what is due, and when course runs begin and end.",
    "people": "Say who is who: staff, who are no students, and people with several identifiers.",
    "roster": "Say who teaches whom, and whose a login is.",
    "login": "Invite learning platforms to launch the pages, list and remove them; end sessions.",
    "access": "Write everything that is kept of a student to a folder: for machines, and as one page to read.",
    "erase": "Erase a student from everything, and prove it with a receipt.",
    "retention": "Show what is old enough to go by the rules of the settings, by rule and relation, or let it go.",
    "rekey": "Make a secret for the keys of students, so that nobody finds a student by trying identifiers.",
    "vault": "Keep names, identifiers and consent apart from the warehouse: import, show, forget.",
    "audit": "Show who looked at a student, when and through what; check that nothing was changed or taken out.",
    "query": "Run a read-only SQL query (DuckDB's dialect) on the warehouse.",
    "export": "Export the tables, all as of one moment, to Parquet files or to one DuckDB file for BI tools.",
    "backup": "Copy the warehouse, the store of `learnloom lrs`, logins and answers on pages, while others write.",
    "restore": "Restore a backup to where the settings say that the warehouse stands; none may stand there yet.",
    "metrics": "Print or serve metrics in Prometheus' format: counts, ages, consumer lag, dead letters.",
    "status": "Show the state of the warehouse: row counts, freshness, offsets, sizes.",
    "doctor": "Check the installation, the settings and the warehouse, and show how to fix what is wrong.",
    "serve": "Run every flow on its schedule until stopped: land, refresh, deliver, train, maintain, check.",
}
# `serve` is named and not imported: flows import this room.
_MODULES: Final = {"import": f"{_ROOM}.import_", "serve": "learnloom.flows.serve"}
# The extra that installs what a command imports; None: every installation has it.
_EXTRAS: Final[dict[str, str | None]] = {
    "check": None,
    "convert": None,
    "pseudonymise": None,
    "produce": None,
    "api": "door",
    "lrs": "door",
    "pages": "api",
    "login": "api",
    "metrics": "door",
    "serve": "flows",
}
_DEFAULT_EXTRA: Final = "warehouse"


class _LazyCommand(TyperCommand):
    """Stands for a command until it is used. Typer's context type is not public: hence Any."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(name=name, help=sentence, callback=None)
        self._module = _MODULES.get(name, f"{_ROOM}.{name}")

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Load the command and hand over to it."""
        commands = importlib.import_module(self._module).commands
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


def root_command() -> Any:
    """The command above all commands, as click knows it; typer's own type is not public."""
    return typer.main.get_command(app)


def main() -> None:
    """Run the command line and leave with a code that scripts can use (see `Exit`)."""
    # No plugin of pydantic's is wanted. To look for some, it would read the metadata of every package installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    export_spans(os.environ)
    try:
        app(prog_name="learnloom")
    except LearnloomError as error:
        sys.stderr.write(f"learnloom: {error}\n")
        sys.exit(Exit.FAILED)
    except ModuleNotFoundError as error:
        command = next((each for each in sys.argv if each in _COMMANDS), "learnloom")
        extra = _EXTRAS.get(command, _DEFAULT_EXTRA)
        if extra is None or (error.name or "learnloom").startswith("learnloom"):
            raise
        sys.stderr.write(
            f"learnloom: {command} needs {error.name}, which is not installed. "
            f"Install it: pip install 'learnloom[{extra}]'\n"
        )
        sys.exit(Exit.FAILED)
    except OSError as error:
        # A full disk, a folder that is a file, a missing right: the user's to mend, and no fault of the code.
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"learnloom: {where}{error.strerror or error}\n")
        sys.exit(Exit.FAILED)
