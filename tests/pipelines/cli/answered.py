"""A warehouse with a few answers that were refreshed once in a run of tests: a first refresh takes two seconds."""

from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from tests.once import made_once
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom


def answered_once(factory: pytest.TempPathFactory) -> Path:
    """Two answers each of s0, s1 and s2, refreshed as of the day after: copy it, never write to it."""

    def make(folder: Path) -> None:
        place = ("--warehouse", folder / "warehouse")
        assert learnloom("import", "-", *place, stdin=lines(*map(answer, range(1, 7)))).code == Exit.DONE
        assert learnloom("refresh", "--as-of", "2026-09-08", *place).code == Exit.DONE

    return made_once(factory, "answered", make) / "warehouse"
