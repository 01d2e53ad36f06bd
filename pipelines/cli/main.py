"""learnloom's command line: where sources, warehouse and rules are put together."""

import sys

import click
import typer

from pipelines.cli import dead, export, ingest, refresh, simulate, skills, students, warehouse
from pipelines.cli.options import Exit
from schemas.errors import LearnloomError

app = typer.Typer(
    name="learnloom",
    help="From xAPI statements to every student's profile and feedback signals.",
    epilog="A first try: learnloom simulate class && learnloom import class/statements.jsonl && learnloom refresh",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for module in (simulate, ingest, refresh, students, warehouse, export):
    app.registered_commands += module.commands.registered_commands
app.add_typer(dead.commands, name="dead")
app.add_typer(skills.commands, name="skills")


def main() -> None:
    """Run the command line and leave with a code that scripts can use (see `Exit`)."""
    try:
        code = app(standalone_mode=False)
    except click.exceptions.Abort:
        code = Exit.INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = Exit.USAGE
    except KeyboardInterrupt:
        sys.stderr.write("learnloom: interrupted; what was committed stays, and the same command goes on from there\n")
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (learnloom … | head): nothing is wrong.
        sys.stderr.close()
        code = Exit.DONE
    except LearnloomError as error:
        sys.stderr.write(f"learnloom: {error}\n")
        code = Exit.FAILED
    sys.exit(code if isinstance(code, int) else Exit.DONE)
