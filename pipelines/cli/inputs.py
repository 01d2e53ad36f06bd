"""The files that `import` and `check` read."""

from pathlib import Path
from typing import Annotated

import typer

PATHS_HELP = "JSON lines, JSON arrays or an LRS's answer, also gzip or zstd; folders; - for standard input."
PathsArgument = Annotated[list[Path], typer.Argument(help=PATHS_HELP)]
