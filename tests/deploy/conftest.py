"""Where there is no Docker, the tests of this folder are skipped with the reason."""

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from servers.docker import find_docker
from servers.errors import NotHereError
from tests.deploy.composition import Composition

_ASKED = "LEARNLOOM_CONTAINERS"
_BUILT = "built"
"""Asks for the tests with the image that is there; 1: it is built first."""


@pytest.fixture(scope="session")
def docker() -> str:
    """Docker's command, with Compose and an engine behind it."""
    if os.environ.get(_ASKED) not in {"1", _BUILT}:
        pytest.skip(f"takes many minutes: `make containers`, or {_ASKED}=1")
    try:
        found = find_docker(os.environ)
    except NotHereError as error:
        pytest.skip(f"no Docker: {error}")
    if subprocess.run([found, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip(f"{found} has no compose")
    return found


@pytest.fixture(scope="module")
def composition(docker: str) -> Iterator[Composition]:
    """The composition, built and started; its volumes go in the end."""
    made = Composition(docker)
    made.down_with_volumes()
    try:
        if os.environ[_ASKED] != _BUILT:
            made.compose("build")
        made.up()
        yield made
    finally:
        made.down_with_volumes()


@pytest.fixture(scope="session")
def helm() -> str:
    """Helm's command."""
    found = shutil.which("helm")
    if found is None:
        pytest.skip("no command helm")
    return found
