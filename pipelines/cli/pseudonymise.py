"""`learnloom pseudonymise`."""

import sys

import orjson
import typer

from learnloom.pipelines.cli.options import Exit, PathsArgument
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.ingest.opening import file_source
from learnloom.pipelines.ingest.sources.source import read_through
from learnloom.pipelines.pseudonyms.opening import named_pseudonyms
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms

commands = typer.Typer(add_completion=False)
_SHOWN = 5


@commands.command(epilog="Example: learnloom pseudonymise statements.jsonl")
def pseudonymise(paths: PathsArgument) -> None:
    """Put statements under pseudonyms, one a line on standard output, without identifiers, names and addresses.

    Home page and key of the pseudonyms come from the settings (LEARNLOOM_PSEUDONYMS__HOME_PAGE and _KEY). What is under
    a pseudonym already stays as it is. Nothing is judged: a record that is no JSON object with an actor is left out and
    told by its place. Exit code 3: some were left out, or some input could not be read.
    """
    out = Output(as_json=False)
    settings = read_settings()
    pseudonyms = named_pseudonyms(settings)
    files = file_source(settings, paths, stdin=sys.stdin.buffer)
    n_written = n_left_out = 0
    for batch in read_through(files):
        for record in batch.records:
            hidden = _hidden(record.value, pseudonyms) if record.fault is None else None
            if hidden is not None:
                n_written += 1
                sys.stdout.write(hidden + "\n")
                continue
            n_left_out += 1
            if n_left_out <= _SHOWN:
                out.note(
                    f"learnloom: left out, {batch.topic}:{record.offset + 1}: it is no JSON object with an actor"
                )
    sys.stdout.flush()
    for problem in files.problems or files.absent:
        out.note(f"learnloom: {problem.name}: {problem.message}")
    out.note(f"learnloom: {n_written:,} statements under pseudonyms, {n_left_out:,} records left out")
    if n_left_out or files.problems or files.absent:
        raise typer.Exit(Exit.SOME_REFUSED)


def _hidden(raw: bytes | None, pseudonyms: Pseudonyms) -> str | None:
    try:
        statement = orjson.loads(raw or b"")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(statement, dict) or not isinstance(statement.get("actor"), dict):
        return None
    return orjson.dumps(pseudonyms.statement(statement)).decode()
