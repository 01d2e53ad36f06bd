"""The files of a simulated class as a whole: reproducible, complete, of the size asked for."""

import gzip
import hashlib
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.run import simulate
from tests.pipelines.simulate.conftest import SimulatedClass

SMALL = SimulationConfig(seed=3, students=6, weeks=2, courses=2, skills_per_course=3, faults=0.2)
SCRIPT = """
import sys
from pathlib import Path
from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.run import simulate
simulate(SimulationConfig.model_validate_json(sys.argv[1]), Path(sys.argv[2]))
"""


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """Two runs of one configuration write equal files, truth and skill map included."""
    simulate(SMALL, tmp_path / "a")
    simulate(SMALL, tmp_path / "b")
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert len(digests(tmp_path / "a")) == 10


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_same_bytes_in_another_process(tmp_path: Path, hash_seed: str) -> None:
    """The order of Python's sets and hashes has no influence on the files."""
    simulate(SMALL, tmp_path / "here")
    command = [sys.executable, "-c", SCRIPT, SMALL.model_dump_json(), str(tmp_path / "there")]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, check=True, env=environment, timeout=120)
    assert digests(tmp_path / "here") == digests(tmp_path / "there")


def test_other_seed_other_class(tmp_path: Path) -> None:
    """Another seed shares neither a statement nor a student's traits."""
    first = simulate(SMALL, tmp_path / "a").statements.read_bytes().splitlines()
    other = SMALL.model_copy(update={"seed": 4})
    second = simulate(other, tmp_path / "b").statements.read_bytes().splitlines()
    assert not set(first) & set(second)
    assert (
        digests(tmp_path / "a")["truth/student.parquet"] != digests(tmp_path / "b")["truth/student.parquet"]
    )


def test_compression_changes_nothing_but_the_wrapping(tmp_path: Path) -> None:
    """Unpacked, gzip and zstd files hold the bytes of the plain one; only the last form asked for remains."""
    plain = simulate(SMALL, tmp_path).statements.read_bytes()
    packed = simulate(SMALL.model_copy(update={"compress": "gzip"}), tmp_path).statements
    assert packed.name == "statements.jsonl.gz"
    assert gzip.decompress(packed.read_bytes()) == plain
    packed = simulate(SMALL.model_copy(update={"compress": "zstd"}), tmp_path).statements
    assert packed.name == "statements.jsonl.zst"
    assert zstandard.ZstdDecompressor().decompressobj().decompress(packed.read_bytes()) == plain
    assert [path.name for path in tmp_path.glob("statements*")] == ["statements.jsonl.zst"]


@pytest.mark.slow
def test_statements_wished_come_out_roughly(tmp_path: Path) -> None:
    """A wished number of statements is met to about a quarter."""
    config = SimulationConfig(statements=60_000, students=1)
    assert 45_000 < simulate(config, tmp_path).valid < 75_000


def test_progress_counts_up_to_all_lines(tmp_path: Path) -> None:
    """Progress never goes back and ends with every line written."""
    seen: list[int] = []
    summary = simulate(SMALL, tmp_path, on_progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) == SMALL.days + 1
    assert seen[-1] == summary.lines


def test_lines_add_up(default_class: SimulatedClass) -> None:
    """Every line of the file is either valid, a duplicate or refused."""
    summary = default_class.summary
    assert len(default_class.lines) == summary.lines
    assert summary.lines == summary.valid + summary.duplicates + sum(summary.refused.values())


@pytest.mark.parametrize(
    "wrong", [{"students": 0}, {"weeks": 0}, {"faults": 0.6}, {"seed": -1}, {"unknown": 1}, {"courses": 0}]
)
def test_impossible_configurations_are_refused(wrong: dict[str, float]) -> None:
    """A size without meaning is refused at once, not found out while simulating."""
    with pytest.raises(ValidationError):
        SimulationConfig.model_validate(wrong)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    config=st.builds(
        SimulationConfig,
        seed=st.integers(0, 2**40),
        students=st.integers(1, 5),
        weeks=st.integers(1, 3),
        courses=st.integers(1, 5),
        skills_per_course=st.integers(1, 12),
        faults=st.floats(0.0, 0.5),
        skills_in_statements=st.booleans(),
        start=st.dates(date(1970, 1, 5), date(2200, 1, 1)),
    )
)
def test_no_configuration_crashes(config: SimulationConfig) -> None:
    """Any small class can be simulated, and its books balance."""
    with tempfile.TemporaryDirectory() as folder:
        summary = simulate(config, Path(folder))
        assert summary.lines == summary.valid + summary.duplicates + sum(summary.refused.values())
        assert summary.lines == len(summary.statements.read_bytes().splitlines())
