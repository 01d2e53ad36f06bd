"""What the commands have in common: options, exit codes, log lines, the clock."""

import datetime as dt
import json
import logging
import sys
import uuid
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.lake.run import Run
from learnloom.schemas.errors import LearnloomError


class Exit(IntEnum):
    """Exit codes of the commands, for scripts."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    SOME_REFUSED = 3
    """Done, but some of the input was refused or could not be read."""
    INTERRUPTED = 130


JsonOption = Annotated[
    bool,
    typer.Option("--json", help="Print JSON, one value per line, for machines.", rich_help_panel="Output"),
]
WarehouseOption = Annotated[
    Path | None,
    typer.Option(
        "--warehouse",
        "-w",
        help="Folder of the warehouse. Default: the setting LEARNLOOM_WAREHOUSE, else ./learnloom-warehouse.",
        rich_help_panel="Where",
    ),
]

LimitOption = Annotated[int, typer.Option(min=1, max=1_000_000, help="Maximum number of rows to show.")]


class InputMissingError(LearnloomError):
    """The requested thing does not exist."""


def now() -> dt.datetime:
    """The present moment: the one place of the command line that asks the clock."""
    return dt.datetime.now(dt.UTC)


def run_of(command: str) -> Run:
    """Name this run of a command, as the one that writes."""
    return Run(f"{command}-{uuid.uuid4().hex[:12]}", f"learnloom {command}")


PATHS_HELP = (
    "Files with JSON lines, JSON arrays or LRS responses, plain, gzip or zstd; folders; - for standard input."
)
PathsArgument = Annotated[list[Path], typer.Argument(help=PATHS_HELP)]


ServersOption = Annotated[
    str | None,
    typer.Option(
        "--servers",
        help="Kafka brokers, host:port. Default: the setting LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS, else localhost:9092.",
        rich_help_panel="Where",
    ),
]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Log more details.", rich_help_panel="Output")]


_FORMAT = "%(asctime)s %(levelname)s %(message)s"
# What kafka-python reports is logged by us, with advice; its own lines appear with --verbose only. filelock would log
# each of a hundred looks a second while a lock is waited for.
_LIBRARIES = {"kafka": logging.CRITICAL, "filelock": logging.WARNING}


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Write one JSON object."""
        line = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr(*, as_json: bool, is_verbose: bool) -> None:
    """Send log lines to standard error.

    Args:
        as_json: one JSON object a line.
        is_verbose: also log details, and warnings of the Kafka client.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else logging.Formatter(_FORMAT))
    logging.basicConfig(level=logging.DEBUG if is_verbose else logging.INFO, handlers=[handler], force=True)
    for name, level in _LIBRARIES.items():
        logging.getLogger(name).setLevel(logging.WARNING if is_verbose else level)
