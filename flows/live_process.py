"""The process that lands, refreshes and delivers at once (flows/live.py), kept running by `learnloom serve`."""

import logging
import subprocess
import sys
import threading
import time
import uuid
from typing import Any, Final, Self

from learnloom.flows.deliver import deliver
from learnloom.flows.landing_runs import land
from learnloom.flows.orphaned_runs import end_runs_tagged
from learnloom.flows.refresh import refresh
from learnloom.flows.runtime import NAME

_log = logging.getLogger("learnloom.flows")
_FLOWS: Final[dict[str, Any]] = {flow.name: flow for flow in (land, refresh, deliver)}
_STOP_SECONDS: Final = 12.0
_FIRST_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 30.0
_WENT_WELL_SECONDS: Final = 60.0
"""A process that has lived for so long is started again at once."""


class LiveProcess:
    """Keeps the process running within the block: one that dies is started again, and its runs are ended."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self.tag = f"{NAME}-live-{uuid.uuid4().hex[:8]}"
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._keep_running, daemon=True)

    def __enter__(self) -> Self:
        """Start it."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ask it to stop, and wait until it has."""
        with self._lock:
            self._is_closed.set()
            if self._process is not None:
                self._process.terminate()
        self._thread.join(_STOP_SECONDS)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        self._thread.join(_STOP_SECONDS)

    def _keep_running(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not self._is_closed.is_set():
            began = time.monotonic()
            try:
                told = f"ended with code {self._run()}"
            except OSError as error:  # such as no memory for another process just then
                told = f"cannot be started: {error}"
            self._end_runs(told)
            if self._is_closed.is_set():
                return
            pause = _FIRST_PAUSE_SECONDS if time.monotonic() - began > _WENT_WELL_SECONDS else 2 * pause
            _log.error("the live process %s; it is started again", told)
            self._is_closed.wait(min(pause, _LONGEST_PAUSE_SECONDS))

    def _run(self) -> int:
        with self._lock:
            if self._is_closed.is_set():
                return 0
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, fixed arguments
                [sys.executable, "-m", "learnloom.flows.live", self.tag],
                stdin=subprocess.PIPE,  # it ends with us, however we end
                start_new_session=True,  # Ctrl-C at the terminal is for us
            )
        return self._process.wait()

    def _end_runs(self, told: str) -> None:
        try:
            end_runs_tagged(self.tag, f"the live process {told}; it does this again", _FLOWS)
        except Exception as error:  # noqa: BLE001 - Prefect is away: its runs stay as they are
            _log.warning("runs of the live process could not be ended: %s", error)
