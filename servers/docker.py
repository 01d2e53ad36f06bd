"""Docker's command, and whether there is a daemon behind it."""

import shutil
import subprocess
from collections.abc import Mapping

from servers.errors import NotHereError

_ASK_SECONDS = 30.0


def find_docker(environment: Mapping[str, str]) -> str:
    """Find the command docker, where its daemon answers.

    (The Python package asks too, but leaves its socket open where nobody answers.)

    Raises:
        NotHereError: There is no such command, or no daemon that lets us in.
    """
    docker = shutil.which("docker", path=environment.get("PATH"))
    if docker is None:
        raise NotHereError("no command docker")
    try:
        asked = subprocess.run(
            [docker, "version", "--format", "{{.Server.Version}}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_ASK_SECONDS,
            env=dict(environment),
        )
    except subprocess.TimeoutExpired as error:
        raise NotHereError(f"{docker} does not answer within {_ASK_SECONDS:g} s") from error
    if asked.returncode:
        raise NotHereError(asked.stderr.strip() or f"{docker} fails")
    return docker
