"""One store for the tests of a module, and how soon it is rid of whoever floods it."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.lrs.serving import Client, new_key, serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of a module's store."""
    return tmp_path_factory.mktemp("lrs")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Where a module's store answers."""
    with serving(folder) as found:
        yield found


@pytest.fixture(scope="module")
def client(folder: Path, address: str) -> Client:
    """Calls it with a key that may do everything."""
    return Client(address, new_key(folder))


@pytest.fixture
def soon_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of what was answered is thrown away for a moment alone: whoever floods takes a processor as long."""
    monkeypatch.setattr("learnloom.pipelines.lrs.connections._LINGER_SECONDS", 0.3)


@pytest.fixture(autouse=True)
def _sockets_of_clients() -> Iterator[None]:
    """Let clients that close none of their connections, such as tincan, leave them to the garbage collector."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "unclosed <socket", ResourceWarning)
        yield
