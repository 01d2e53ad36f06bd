"""What answers over HTTP beside the flows: a process of its own, started again when it ends, until the flows end."""

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Final, Self

from learnloom.pipelines.config.lrs import LrsBounds
from learnloom.pipelines.config.pages import PagesBounds

_PROGRAM: Final = "from learnloom.pipelines.cli.main import main; main()"
_PAUSE_SECONDS: Final = 1.0
"""Before it is started again; doubled each time that it ends soon after."""
_LONGEST_PAUSE_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 60.0
"""What it has taken in lands before it ends."""


class ServedDoor:
    """Keeps what answers over HTTP running for as long as the context is open."""

    def __init__(
        self,
        bounds: LrsBounds | PagesBounds,
        *,
        name: str = "lrs",
        command: Sequence[str] = (sys.executable, "-c", _PROGRAM),
    ) -> None:
        """Run it as the settings say, if they say so.

        Args:
            bounds: whether it runs, and where it listens.
            name: the command that serves: lrs or pages.
            command: runs `learnloom`.
        """
        self._name = name
        self._command = [*command, name, "--host", bounds.host, "--port", str(bounds.port)]
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="door") if bounds.enabled else None

    def __enter__(self) -> Self:
        """Begin."""
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it; it finishes what is in hand."""
        if self._thread is None:
            return
        with self._lock:
            self._over.set()
            if self._process is not None:
                self._process.terminate()
        self._thread.join(_STOP_SECONDS)
        if self._thread.is_alive() and self._process is not None:
            self._process.kill()  # what it has answered is on the disk, and lands the next time
            self._thread.join()

    @property
    def pid(self) -> int | None:
        """The process that serves now; None: there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _keep(self) -> None:
        pause = _PAUSE_SECONDS
        while not self._over.is_set():
            began = time.monotonic()
            try:
                told = f"has ended with code {self._run()}, see its messages above"
            except OSError as error:  # such as no memory for another process just then
                told = f"cannot be started: {error}"
            if self._over.is_set():
                return
            if time.monotonic() - began > _LONGEST_PAUSE_SECONDS:
                pause = _PAUSE_SECONDS
            sys.stderr.write(
                f"learnloom: learnloom {self._name} {told}; it is started again in {pause:.0f} s\n"
            )
            self._over.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _run(self) -> int:
        with self._lock:
            if self._over.is_set():
                return 0
            # Ctrl-C at the terminal is for us: what is in hand is finished first.
            self._process = subprocess.Popen(self._command, start_new_session=True)  # noqa: S603 - fixed arguments
        return self._process.wait()
