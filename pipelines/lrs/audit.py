"""A line for each request: who, what, how it ended. Neither names nor contents, nor parameters, which hold both."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final, Literal

import orjson

Audit = Callable[[dict[str, Any]], None]

_FILE: Final = "audit.jsonl"
_BYTES, _FILES = 16 * 1_048_576, 9
"""When a file is put aside, and how many are kept beside the present one."""


@contextmanager
def open_audit(where: Literal["file", "stdout", "none"], folder: Path) -> Iterator[Audit]:
    """Give what writes a line, to a file in `folder`, to the standard output, or nowhere."""
    if where == "none":
        yield lambda _: None
        return
    handler: logging.Handler
    if where == "stdout":
        handler = logging.StreamHandler(sys.stdout)
    else:
        handler = RotatingFileHandler(folder / _FILE, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
    # A logger of its own, that no configuration of logging mixes with others or silences.
    log = logging.Logger("learnloom.lrs.audit", logging.INFO)  # noqa: LOG001
    log.addHandler(handler)

    def write(line: dict[str, Any]) -> None:
        log.info("%s", orjson.dumps(line).decode())

    try:
        yield write
    finally:
        handler.close()
