"""`make bench`: everything that is measured, on a simulated class and on real statements where they are at hand."""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.oulad_data import HERE as OULAD

_HERE = Path(__file__).parent
_REAL = _HERE.parent.parent / "shared" / "data" / "statements" / "fun-mooc-video.jsonl.gz"
_SIMULATE = "import sys; from pipelines.cli.main import main; sys.argv[0] = 'learnloom'; main()"


def main() -> None:
    """Measure validation, import, Kafka, refresh, the learner model and the risk model, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-c", _SIMULATE, "simulate", folder, "--statements", "1000000"], check=True
        )
        files = [str(path) for path in (_REAL, Path(folder) / "statements.jsonl") if path.exists()]
        for script in ("validate.py", "import_.py"):
            subprocess.run([sys.executable, str(_HERE / script), *files], check=True)
        subprocess.run([sys.executable, str(_HERE / "topic.py"), files[-1]], check=True)
    for script in ("refresh.py", "learner.py"):
        subprocess.run([sys.executable, str(_HERE / script)], check=True)
    if OULAD.exists():
        subprocess.run([sys.executable, "-m", "bench.oulad"], check=True)


if __name__ == "__main__":
    main()
