"""Of what kind each test is: which servers it needs, and which others have to run in the same process."""

import os
from pathlib import Path

import pytest

_SERVERS = {
    "broker": {"broker", "make_broker", "secured_broker", "kafka_on_java"},
    "postgres": {"postgres", "make_postgres"},
    "prefect": {"prefect_server", "prefect_api"},
}
"""Markers, and the fixtures whose users are marked so."""
_TOGETHER = {"prefect": _SERVERS["prefect"], "secured broker": {"secured_broker"}}
"""Groups of tests whose servers are too dear to be started by every process."""


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: tests of brokers and of Prefect wait for much of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark who needs a server, and say who stays together where several processes run tests.

    The tests of a module stay together for the sake of what the module makes for all of them, but for slow ones: each
    of those goes where there is room, unless its module says otherwise by the marker `xdist_group`.
    """
    asked = set(getattr(item, "fixturenames", ()))
    for name, fixtures in _SERVERS.items():
        if asked & fixtures:
            item.add_marker(name)
    for name, fixtures in _TOGETHER.items():
        if asked & fixtures:
            item.add_marker(pytest.mark.xdist_group(name))
    if not (item.get_closest_marker("xdist_group") or item.get_closest_marker("slow")):
        item.add_marker(pytest.mark.xdist_group(str(Path(item.location[0]).with_suffix(""))))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let slow ones begin: what takes long and begins last is what everybody waits for in the end."""
    if hasattr(config, "workerinput"):
        items.sort(
            key=lambda item: (not item.get_closest_marker("prefect"), not item.get_closest_marker("slow"))
        )
