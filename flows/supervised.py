"""A process that runs beside this one, and is started again when it ends, until it is not wanted any more."""

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Self

ENDED: Final = "ended with code"
"""How it begins what is told of a process that ran; of one that could not be started there are no messages."""
_PAUSE_SECONDS: Final = 1.0
"""Before it is started again; doubled each time that it ends soon after."""
_LONGEST_PAUSE_SECONDS: Final = 60.0


class SupervisedProcess:
    """Keeps a process running for as long as the context is open."""

    def __init__(
        self,
        command: Sequence[str],
        on_end: Callable[[str, float | None], None],
        *,
        stop_seconds: float,
        is_quiet: bool = False,
    ) -> None:
        """Start nothing yet.

        Args:
            command: starts it; empty: none is wanted.
            on_end: is told how each process ended, and after how many seconds it is started again; None: it is not.
            stop_seconds: how long it may take to end when it is asked to.
            is_quiet: leave out what it writes to standard output.
        """
        self._command = command
        self._on_end = on_end
        self._stop_seconds = stop_seconds
        self._output = subprocess.DEVNULL if is_quiet else None
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_running, daemon=True)

    def __enter__(self) -> Self:
        """Start it."""
        if self._command:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ask it to stop, and wait until it has; one that does not is killed."""
        if not self._command:
            return
        with self._lock:
            self._is_over.set()
            if self._process is not None:
                self._process.terminate()
        self._thread.join(self._stop_seconds)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        self._thread.join(self._stop_seconds)

    @property
    def pid(self) -> int | None:
        """The process that runs now; None: there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _keep_running(self) -> None:
        pause = _PAUSE_SECONDS
        while not self._is_over.is_set():
            began = time.monotonic()
            try:
                told = f"{ENDED} {self._run()}"
            except OSError as error:  # such as no memory for another process just then
                told = f"cannot be started: {error}"
            if time.monotonic() - began > _LONGEST_PAUSE_SECONDS:
                pause = _PAUSE_SECONDS
            self._on_end(told, None if self._is_over.is_set() else pause)
            self._is_over.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _run(self) -> int:
        with self._lock:
            if self._is_over.is_set():
                return 0
            self._process = process = subprocess.Popen(  # noqa: S603 - our own program, fixed arguments
                self._command,
                stdin=subprocess.PIPE,  # whoever reads it sees us end, however we end
                stdout=self._output,
                start_new_session=True,  # Ctrl-C at the terminal is for us: what is in hand is finished first
            )
        with process:
            return process.wait()
