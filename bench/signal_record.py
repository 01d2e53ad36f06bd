"""How often signals are right in simulated classes: writes pipelines/feedback/shipped_record.py.

    python -m bench.signal_record [--students COUNT] [--seed SEED...] [--world WORLD...]

Each class is simulated in each world, imported and refreshed as of its last day, and its signals of every seventh day
are held against what came. Of a message that was measured in several worlds the lower share is kept: no school is
either world, and what is right in one alone may be so by how that was made. It takes minutes, most for the days.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Final, get_args

from bench.command import simulated_class
from learnloom.pipelines.backtest.cases import Case
from learnloom.pipelines.backtest.record import record_of
from learnloom.pipelines.backtest.run import BacktestOptions, backtest
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.feedback import shipped_record
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.simulate.config import SimulationConfig, WorldName
from learnloom.schemas.signal import RightShare, RightSource

_PLACE: Final = Path(shipped_record.__file__ or "")
_RESAMPLES: Final = 1_000


def main() -> None:
    """Measure, and write the module anew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=80)
    parser.add_argument("--seed", nargs="*", type=int, default=[1, 2, 3, 4])
    parser.add_argument("--world", nargs="*", choices=get_args(WorldName), default=get_args(WorldName))
    arguments = parser.parse_args()
    lowest: dict[str, RightShare] = {}
    for world in arguments.world:
        cases = [case for seed in arguments.seed for case in _cases(arguments.students, seed, world)]
        for message, (n_right, told) in record_of(
            cases, RightSource.SIMULATED, n_resamples=_RESAMPLES
        ).items():
            print(
                f"{world:<9}{message:<34}{n_right:>6} of {told.n:>6} right  "
                f"{told.p:.3f} ({told.p_low:.3f} to {told.p_high:.3f})"
            )
            if message not in lowest or told.p < lowest[message].p:
                lowest[message] = told
    head = _PLACE.read_text(encoding="utf-8").partition("MappingProxyType(")[0]
    rows = "".join(_row(message, told) for message, told in sorted(lowest.items()))
    _PLACE.write_text(f"{head}MappingProxyType(\n    {{\n{rows}    }}\n)\n", encoding="utf-8")


def _row(message: str, told: RightShare) -> str:
    figures = f"p={told.p:.3f}, p_low={told.p_low:.3f}, p_high={told.p_high:.3f}, n={told.n}"
    return f'        "{message}": RightShare({figures}, source=RightSource.{told.source.name}),\n'


def _cases(students: int, seed: int, world: str) -> list[Case]:
    """The cases of one class; keys of students tell classes apart."""
    config = SimulationConfig.model_validate({"students": students, "seed": seed, "world": world})
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(simulated_class(Path(folder), config))
        with open_to_read(settings) as warehouse:
            _, cases = backtest(warehouse, settings, BacktestOptions(n_resamples=100))
    return [case._replace(student=f"{seed} {case.student}") for case in cases]


if __name__ == "__main__":
    main()
