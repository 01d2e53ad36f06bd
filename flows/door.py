"""What answers over HTTP beside the flows: a process of its own, for as long as the flows run."""

import sys
from collections.abc import Sequence
from typing import Final

from learnloom.flows.supervised import ENDED, SupervisedProcess
from learnloom.pipelines.config.lrs import LrsBounds
from learnloom.pipelines.config.pages import PagesBounds

_PROGRAM: Final = "from learnloom.pipelines.cli.main import main; main()"
_STOP_SECONDS: Final = 60.0
"""What it has taken in lands before it ends; where it is killed, that is on the disk, and lands the next time."""


def served_door(
    bounds: LrsBounds | PagesBounds,
    *,
    name: str = "lrs",
    command: Sequence[str] = (sys.executable, "-c", _PROGRAM),
) -> SupervisedProcess:
    """Keep what answers over HTTP running within the block, as the settings say, if they say so.

    Args:
        bounds: whether it runs, and where it listens.
        name: the command that serves: lrs or pages.
        command: runs `learnloom`.
    """

    def has_ended(told: str, pause: float | None) -> None:
        if pause is not None:
            above = ", see its messages above" if told.startswith(ENDED) else ""
            sys.stderr.write(
                f"learnloom: learnloom {name} {told}{above}; it is started again in {pause:.0f} s\n"
            )

    whole = [*command, name, "--host", bounds.host, "--port", str(bounds.port)]
    return SupervisedProcess(whole if bounds.enabled else (), has_ended, stop_seconds=_STOP_SECONDS)
