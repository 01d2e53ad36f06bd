"""Which tests take long without being marked so: told at the end of a run.

What counts is the processor's time, with that of processes which a test has waited for: waiting, and what else runs on
the machine, hardly change it.
"""

import os
from collections.abc import Generator

import hypothesis
import pytest

_NAME = "processor seconds"
_MARKS = frozenset({"slow", "long", "school", "broker", "postgres", "prefect"})
"""What `make quick` leaves out."""
_MANY_SECONDS = 0.4
"""Twice what is slow, so that a machine at work names nothing that is quick."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Note what the test itself takes, for the process that reports."""
    before = _spent()
    try:
        return (yield)
    finally:
        item.user_properties.append((_NAME, _spent() - before))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that `make quick` had better leave out."""
    # Of the examples of property tests, `make quick` tries a few.
    is_quick = hypothesis.settings.get_current_profile_name() == "quick"
    left_out = _MARKS if is_quick else _MARKS | {"hypothesis"}
    found = [
        (float(seconds), report.head_line or report.nodeid)
        for report in terminalreporter.getreports("passed")
        if not left_out & report.keywords.keys()
        for name, seconds in report.user_properties
        if name == _NAME and float(seconds) > _MANY_SECONDS
    ]
    if found:
        terminalreporter.section("not quick: mark these slow")
        for seconds, name in sorted(found, reverse=True):
            terminalreporter.write_line(f"{seconds:.1f} s of a processor: {name}")


def _spent() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
