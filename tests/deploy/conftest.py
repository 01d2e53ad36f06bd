"""One composition for all tests of this folder; where there is no Docker they are skipped with the reason."""

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


def _docker() -> str:
    if os.environ.get(_ASKED) not in {"1", _BUILT}:
        pytest.skip(f"takes many minutes: `make containers`, or {_ASKED}=1")
    try:
        docker = find_docker(os.environ)
    except NotHereError as error:
        pytest.skip(f"no Docker: {error}")
    if subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip(f"{docker} has no compose")
    return docker


@pytest.fixture(scope="session")
def composition() -> Iterator[Composition]:
    """The composition, built and started; its volumes go in the end."""
    made = Composition(_docker())
    made.compose("down", "--volumes", "--remove-orphans")
    try:
        if os.environ[_ASKED] != _BUILT:
            made.compose("build")
        made.up()
        yield made
    finally:
        made.compose(
            "--profile", "watch", "--profile", "object-store", "--profile", "tools", "down", "--volumes"
        )


@pytest.fixture(scope="session")
def helm() -> str:
    """Helm's command."""
    found = shutil.which("helm")
    if found is None:
        pytest.skip("no command helm")
    return found
