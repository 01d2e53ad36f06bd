"""A Prefect of their own for the tests of flows, and a warehouse that the settings name."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SmallClass


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A real server of Prefect with a database of its own."""
    # It imports the whole server, which takes seconds: not for every process that only collects these tests.
    import websockets.asyncio.connection  # noqa: PLC0415
    import websockets.sync.connection  # noqa: PLC0415
    from prefect.testing.utilities import prefect_test_harness  # noqa: PLC0415
    from prefect.utilities import math  # noqa: PLC0415

    # Their threads stay and draw while strategies of later tests run, which Hypothesis refuses.
    for module in (websockets.asyncio.connection, websockets.sync.connection, math):
        vars(module)["random"] = random.Random()
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def school(small_class: SmallClass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse that flows may write to, named by the settings; its folder."""
    folder = small_class.copy_to(tmp_path / "warehouse")
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(folder))
    monkeypatch.setenv("LEARNLOOM_FLOWS__TOPICS", "[]")
    return folder
