"""A server as a process of this machine."""

import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from servers.errors import StartError
from servers.waiting import START_SECONDS, wait_until

_GUARD = 'cat >/dev/null; kill -s "$1" "$2"'
_STOP_SECONDS = 30.0
_TOLD_LINES = 30


class ServerProcess:
    """A process started here, its output in a log.

    Unless it is told to go on, it ends with us however we end, `kill -9` included: a guard, a shell that does nothing
    but read a pipe of which we hold the other end, ends it when the pipe closes. (Linux could do that by
    PR_SET_PDEATHSIG, but at the end of the thread that started the server, not of the process, and other systems
    cannot.)
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        kill_signal: signal.Signals = signal.SIGKILL,
        pid_file: Path | None = None,
        remove: Callable[[], None] | None = None,
    ) -> None:
        """Say how it is run; `start` runs it.

        Args:
            command: Program and arguments.
            log: Where its output is appended.
            user: As whom it runs, where we are root.
            stop_signal: What ends it in good order.
            kill_signal: What ends it at once, with all it has started.
            pid_file: Where its pid is written, for one that is to go on without us.
            remove: Removes what it leaves, when it is closed.
        """
        self._command = command
        self._log = log
        self._user = user
        self._stop_signal = stop_signal
        self._kill_signal = kill_signal
        self._pid_file = pid_file
        self._remove = remove
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    def start(self, is_ready: Callable[[], bool], *, seconds: float = START_SECONDS) -> None:
        """Start it and wait until it is ready, for so many seconds; nothing, where it runs.

        Raises:
            StartError: It ended, or is not ready in time and was ended then.
        """
        if self._process is not None:
            return
        with self._log.open("ab") as output:
            process = self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we end the server in our turn
                user=self._user,
                extra_groups=None if self._user is None else (),
            )
        if self._pid_file is None:
            self._guard = _guard(process.pid, self._kill_signal)
        else:
            self._pid_file.write_text(str(process.pid), encoding="ascii")
        try:
            wait_until(is_ready, self._ended, seconds=seconds)
        except StartError as error:
            self.kill()
            told = f"{self._command[0]} {error}. The end of {self._log}:\n{_tail(self._log)}"
            raise StartError(told) from error
        except BaseException:  # Ctrl-C
            self.kill()
            raise

    def stop(self) -> None:
        """Stop it in good order, or if that takes too long at once."""
        if self._process is None:
            return
        self._process.send_signal(self._stop_signal)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.send_signal(self._kill_signal)
        self._reap(self._process)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.send_signal(self._kill_signal)
            self._reap(self._process)

    def close(self) -> None:
        """End it at once, for nobody wants its data any more, and remove what it leaves."""
        self.kill()
        if self._remove is not None:
            self._remove()

    def _ended(self) -> str | None:
        code = self._process.poll() if self._process else None
        return None if code is None else f"ended with {code}"

    def _reap(self, process: subprocess.Popen[bytes]) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.kill()  # before its pipe closes and before the pid is free for others
            self._guard.wait()
            self._guard.stdin.close()
        process.wait()
        self._guard = self._process = None


def _guard(pid: int, how: signal.Signals) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, "guard", how.name.removeprefix("SIG"), str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TOLD_LINES:])
