"""The default class, simulated once for all tests of the simulator."""

from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pyarrow.parquet as pq
import pytest

from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.run import SimulationSummary, simulate


class SimulatedClass(NamedTuple):
    """A simulated class, read back from its files."""

    config: SimulationConfig
    summary: SimulationSummary
    lines: list[bytes]

    def truth(self, name: str) -> list[dict[str, Any]]:
        """The rows of a truth table."""
        rows: list[dict[str, Any]] = pq.read_table(self.summary.truth / f"{name}.parquet").to_pylist()
        return rows

    def statements(self) -> list[dict[str, Any]]:
        """What parses as JSON, in the order of the file."""
        found = []
        for line in self.lines:
            try:
                found.append(orjson.loads(line))
            except orjson.JSONDecodeError:
                continue
        return found


def read_class(config: SimulationConfig, out: Path) -> SimulatedClass:
    """Simulate and read back."""
    summary = simulate(config, out)
    return SimulatedClass(config, summary, summary.statements.read_bytes().splitlines())


@pytest.fixture(scope="session")
def default_class(tmp_path_factory: pytest.TempPathFactory) -> SimulatedClass:
    """The class that a user gets without choosing anything."""
    return read_class(SimulationConfig(), tmp_path_factory.mktemp("default"))


@pytest.fixture(scope="session")
def faultless_class(tmp_path_factory: pytest.TempPathFactory) -> SimulatedClass:
    """A class whose statements all arrive in order, once and whole."""
    return read_class(SimulationConfig(seed=5, faults=0.0), tmp_path_factory.mktemp("faultless"))
