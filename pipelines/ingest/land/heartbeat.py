"""Signs of life of a process that lands for years: whoever hangs ends, and says where it hung."""

import faulthandler
import math
import sys
import time
from pathlib import Path
from typing import Final, Self

_EVERY_SECONDS: Final = 5.0
"""So often, at the most, a sign is given: it costs a thread and a file's time."""


class Heartbeat:
    """Ends the process, with the trace of each thread on standard error, once no sign of life has come for too long.

    What runs it (Docker, Kubernetes, systemd) then starts it again, as after any other crash; nothing is lost. The
    watch is Python's own (`faulthandler.dump_traceback_later`), a thread outside of the interpreter: it also ends what
    hangs in DuckDB, or holds the interpreter's lock. A process has one; after the block nobody watches any more.
    """

    def __init__(self, limit_seconds: float | None = None, file: Path | None = None) -> None:
        """Say what is watched, and where it is shown.

        Args:
            limit_seconds: how long no sign may come; None: for ever.
            file: written at each sign: its time of change says when the last one was. None: no file.
        """
        self._limit_seconds = limit_seconds
        self._file = file
        self._at = -math.inf

    def beat(self) -> None:
        """Show that work goes on."""
        now = time.monotonic()
        if now - self._at < _EVERY_SECONDS:
            return
        self._at = now
        if self._limit_seconds is not None:
            faulthandler.dump_traceback_later(self._limit_seconds, exit=True, file=sys.__stderr__ or 2)
        if self._file is not None:
            self._file.touch()

    def __enter__(self) -> Self:
        """Nothing is watched before the first sign."""
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no more."""
        self._at = -math.inf
        if self._limit_seconds is not None:
            faulthandler.cancel_dump_traceback_later()
