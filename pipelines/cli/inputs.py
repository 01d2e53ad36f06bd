"""The files that `import` and `check` read."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.ingest.files import FileSource
from pipelines.settings import Settings

PATHS_HELP = "JSON lines, JSON arrays or an LRS's answer, also gzip or zstd; folders; - for standard input."
PathsArgument = Annotated[list[Path], typer.Argument(help=PATHS_HELP)]


def file_source(settings: Settings, paths: list[Path]) -> FileSource:
    """The files to read, with the settings' limits."""
    return FileSource(
        paths,
        max_records=settings.batch_records,
        max_bytes=settings.batch_bytes,
        max_record_bytes=settings.max_statement_bytes,
        stdin=sys.stdin.buffer,
    )
