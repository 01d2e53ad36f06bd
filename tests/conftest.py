"""What all tests share: a small class that was imported and refreshed once, and the rule about skipped tests."""

import datetime as dt
import os
import random
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import hypothesis
import kafka.cluster
import kafka.net.compat
import kafka.net.connection
import kafka.net.manager
import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.ingest.catalogue.skills import import_skills
from learnloom.pipelines.ingest.land.loop import LandingPolicy, import_statements
from learnloom.pipelines.ingest.sources.files import FileSource
from learnloom.pipelines.ingest.validate.validator import Validator
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.refresh import refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.run import SKILL_MAP, simulate
from learnloom.schemas.xapi.equality import is_same
from tests.once import made_once
from tests.quick import CONNECT

pytest_plugins = ("tests.servers.fixtures", "tests.kinds", "tests.costs")

_FORBID_SKIPS = "LEARNLOOM_FORBID_SKIPS"
_WAIT_SECONDS = 20.0
_NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)

# A slow machine is no fault of the code; a failing example can be run again from the blob that is printed.
hypothesis.settings.register_profile("learnloom", deadline=None, print_blob=True)
hypothesis.settings.register_profile("quick", hypothesis.settings.get_profile("learnloom"), max_examples=20)
hypothesis.settings.load_profile("learnloom")  # `make quick` chooses the other


class SmallClass(NamedTuple):
    """A simulated class in a warehouse of its own: read it, never write; `copy_to` gives one to write to."""

    folder: Path
    """The warehouse."""
    statements: Path
    skill_map: Path
    earlier_day: dt.date
    """Day of the refresh before the last."""
    day: dt.date
    """Day as of whose end everything was computed last."""

    def copy_to(self, folder: Path) -> Path:
        """Copy the warehouse, for a test that writes."""
        shutil.copytree(self.folder, folder)
        return folder


@pytest.fixture(scope="session")
def small_class(tmp_path_factory: pytest.TempPathFactory) -> SmallClass:
    """Twenty students in their fifth week, faults included, refreshed a week before, and again now."""
    config = SimulationConfig(seed=2, students=20, weeks=6, skills_per_course=6)
    day = config.start + dt.timedelta(days=33)
    days = (day - dt.timedelta(days=7), day)

    def make(place: Path) -> None:
        simulated = simulate(config, place / "class")
        with Warehouse(place / "warehouse") as warehouse:
            land(warehouse, simulated.statements)
            import_skills(warehouse, simulated.skill_map, wait_seconds=_WAIT_SECONDS)
            for each in days:
                refresh_to(warehouse, each)

    place = made_once(tmp_path_factory, "small", make)
    said = place / "class"
    return SmallClass(place / "warehouse", said / "statements.jsonl", said / SKILL_MAP, *days)


@pytest.fixture(scope="session", autouse=True)
def _kafka_draws_for_itself() -> None:
    """Give kafka-python its own random numbers: its threads draw while strategies run, which Hypothesis refuses."""
    for module in (kafka.net.manager, kafka.net.connection, kafka.net.compat, kafka.cluster):
        module.random = random.Random()


@pytest.fixture(scope="session", autouse=True)
def _quick_duckdb() -> Iterator[None]:
    """Let DuckDB open quickly and work in one thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb, "connect", CONNECT)
        yield


def land(warehouse: Warehouse, *paths: Path) -> None:
    """Import files as the command line does."""
    import_statements(
        FileSource(list(paths), max_records=10_000, max_bytes=10_000_000, max_record_bytes=1_000_000),
        warehouse,
        LandingPolicy(max_records=10_000, max_bytes=10_000_000, wait_seconds=_WAIT_SECONDS),
        judge=Validator(default_version="1.0.3").validate,
        is_same=is_same,
        now=lambda: _NOW,
    )


def refresh_to(
    warehouse: Warehouse, day: dt.date, *, thresholds: Thresholds | None = None, refit: bool = False
) -> None:
    """Refresh as of the end of a day, in UTC."""
    settings = Settings(lock_wait_seconds=_WAIT_SECONDS, thresholds=thresholds or Thresholds())
    request = RefreshRequest(end_of_day(day, settings.time_zone), refit=refit)
    refresh(warehouse, settings, request, clock=lambda: _NOW)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a skipped test fail with its reason where LEARNLOOM_FORBID_SKIPS=1 asks, unless it needs containers."""
    report = yield
    is_skip = report.skipped and not hasattr(report, "wasxfail") and not item.get_closest_marker("containers")
    if is_skip and os.environ.get(_FORBID_SKIPS) == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} may not be skipped where {_FORBID_SKIPS}=1: {reason}"
    return report
