"""Memory that was needed for a while goes back to the machine."""

import subprocess
import sys

import pytest

_PROGRAM = """
import sys
from pathlib import Path
from learnloom.pipelines.lrs.memory import give_back_large_blocks

def resident():
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) * 1_024

if "set" in sys.argv:
    give_back_large_blocks()
b"".join([bytes(20_000_000)])  # as after a long body
before = resident()
held = [[b"x" * 200_000, b"x" * 20_000] for _ in range(200)]
held = [small for _, small in held]
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_large_blocks_go_back() -> None:
    """What was let go of is the machine's again, though small things that came between are held."""
    kept, given_back = (
        int(subprocess.check_output([sys.executable, "-c", _PROGRAM, *arguments]))
        for arguments in ([], ["set"])
    )
    assert given_back < 20_000_000 < kept
