"""Of what kind each test is: which servers it needs, and which others have to run in the same process."""

import gc
import os
from collections.abc import Generator

import pytest

_KINDS = {
    "broker": {"broker", "make_broker", "secured_broker", "kafka_on_java"},
    "postgres": {"postgres", "make_postgres"},
    "s3": {"object_store", "make_store"},
    "browser": {"browser"},
    "prefect": {"prefect_server", "prefect_api"},
    "school": {"small_class", "refreshed_class", "default_class", "faultless_class"},
}
"""Markers, and the fixtures whose users are marked so."""
_TOGETHER = {"prefect": _KINDS["prefect"], "secured broker": {"secured_broker"}}
"""Groups of tests whose servers are too dear to be started by every process."""


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: tests of brokers and of Prefect wait for much of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark who needs a server or a school, and say who stays together where several processes run tests.

    The tests of a module stay together for the sake of what the module makes for all of them. Slow ones that ask for
    nothing of the kind go where there is room, unless their module says otherwise by the marker `xdist_group`.
    """
    asked = set(getattr(item, "fixturenames", ()))
    for name, fixtures in _KINDS.items():
        if asked & fixtures:
            item.add_marker(name)
    for name, fixtures in _TOGETHER.items():
        if asked & fixtures:
            item.add_marker(pytest.mark.xdist_group(name))
    goes_alone = item.get_closest_marker("slow") and not _shares(item)
    if not (item.get_closest_marker("xdist_group") or goes_alone):
        item.add_marker(pytest.mark.xdist_group(item.nodeid.partition(".py::")[0]))


def _shares(item: pytest.Item) -> bool:
    """Whether it asks for what its module makes for all of its tests; pytest tells of no other way to know."""
    asked = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}  # noqa: SLF001
    return any(found.scope == "module" for fixtures in asked.values() for found in fixtures)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage in what was imported and collected: it stays, and to look takes a third of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let slow ones begin: what takes long and begins last is what everybody waits for in the end."""
    if hasattr(config, "workerinput"):
        items.sort(
            key=lambda item: (not item.get_closest_marker("prefect"), not item.get_closest_marker("slow"))
        )
