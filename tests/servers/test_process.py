"""Servers end with those who started them."""

import subprocess
import sys
from pathlib import Path

from servers.ports import answers, free_port
from servers.waiting import wait_until

_PARENT = """
import sys
from pathlib import Path
from servers.ports import answers
from servers.process import ServerProcess

address, log = sys.argv[1], Path(sys.argv[2])
host, _, port = address.partition(":")
server = ServerProcess([sys.executable, "-m", "http.server", "--bind", host, port], log)
server.start(lambda: answers(address))
print("up", flush=True)
sys.stdin.read()
"""


def test_server_ends_with_a_killed_parent(tmp_path: Path) -> None:
    """Who is ended by `kill -9` leaves no server behind."""
    address = f"127.0.0.1:{free_port()}"
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, address, str(tmp_path / "log")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        assert answers(address)
        parent.kill()
    wait_until(lambda: not answers(address), lambda: None)
