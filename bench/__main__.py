"""`make bench`: everything that is measured, on a simulated class and on real statements where they are at hand."""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.command import learnloom
from bench.oulad_data import HERE as OULAD

_REAL = Path(__file__).parents[2] / "shared" / "data" / "statements" / "fun-mooc-video.jsonl.gz"


def main() -> None:
    """Measure everything, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        learnloom(Path(folder), "simulate", "class", "--statements", "1000000")
        files = [str(path) for path in (_REAL, Path(folder) / "class" / "statements.jsonl") if path.exists()]
        _measure("validate", *files)
        _measure("import_", *files)
        _measure("topic", files[-1])
    _measure("meaning", "class")
    for name in (
        "known_ids",
        "refresh",
        "learner",
        "workers",
        "latency",
        "api",
        "door",
        *(("oulad", "oulad_weeks") if OULAD.exists() else ()),
    ):
        _measure(name)


def _measure(name: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", f"bench.{name}", *arguments], check=True)


if __name__ == "__main__":
    main()
