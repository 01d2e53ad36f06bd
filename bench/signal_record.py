"""How often signals are right in simulated classes: writes pipelines/feedback/shipped_record.py.

    python -m bench.signal_record [--students COUNT] [--seed SEED...]

Each class is simulated, imported and refreshed as of its last day, and its signals of every seventh day are held
against what came. It takes minutes, most of them for the days.
"""

import argparse
import datetime as dt
import tempfile
from pathlib import Path
from typing import Final

from bench.command import learnloom
from learnloom.pipelines.backtest.cases import Case
from learnloom.pipelines.backtest.record import record_of
from learnloom.pipelines.backtest.run import BacktestOptions, backtest
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.feedback import shipped_record
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.schemas.signal import RightShare, RightSource

_PLACE: Final = Path(shipped_record.__file__ or "")
_RESAMPLES: Final = 1_000


def main() -> None:
    """Measure, and write the module anew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=80)
    parser.add_argument("--seed", nargs="*", type=int, default=[1, 2, 3, 4, 5])
    arguments = parser.parse_args()
    cases = [case for seed in arguments.seed for case in _cases(arguments.students, seed)]
    found = record_of(cases, RightSource.SIMULATED, n_resamples=_RESAMPLES)
    head = _PLACE.read_text(encoding="utf-8").partition("MappingProxyType({")[0]
    head = head.replace("\n\nEmpty: none has been measured on enough classes yet.", "")
    rows = "".join(_row(message, told) for message, (_, told) in found.items())
    _PLACE.write_text(f"{head}MappingProxyType({{\n{rows}}})\n", encoding="utf-8")
    for message, (n_right, told) in found.items():
        print(
            f"{message:<36}{n_right:>6} of {told.n:>6} right  {told.p:.3f} ({told.p_low:.3f} to {told.p_high:.3f})"
        )


def _row(message: str, told: RightShare) -> str:
    figures = f"p={told.p:.3f}, p_low={told.p_low:.3f}, p_high={told.p_high:.3f}, n={told.n}"
    return f'        "{message}": RightShare({figures}, source=RightSource.{told.source.name}),\n'


def _cases(students: int, seed: int) -> list[Case]:
    """The cases of one class; keys of students tell classes apart."""
    config = SimulationConfig(students=students, seed=seed)
    last = config.start + dt.timedelta(days=config.days - 1)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        learnloom(place, "simulate", "class", "--students", str(students), "--seed", str(seed))
        learnloom(place, "import", "class/statements.jsonl", "-w", "warehouse", ok=(0, 3))
        learnloom(place, "skills", "import", "class/skills.csv", "-w", "warehouse")
        learnloom(place, "plan", "import", "class/plan.csv", "-w", "warehouse")
        learnloom(place, "refresh", "--as-of", str(last), "-w", "warehouse")
        settings = read_settings(place / "warehouse")
        with open_to_read(settings) as warehouse:
            _, cases = backtest(warehouse, settings, BacktestOptions(n_resamples=100))
    return [case._replace(student=f"{seed} {case.student}") for case in cases]


if __name__ == "__main__":
    main()
