"""`learnloom serve` that cannot begin says why, and leaves alone what runs already."""

import socket

from tests.pipelines.cli.shell import learnloom


def test_a_taken_port_is_refused() -> None:
    """Where something answers on the port already, serve ends with an error that names port and remedies."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = learnloom("serve", "--port", str(port))
    assert ran.code == 1
    assert ran.err.startswith(f"learnloom: port {port} is not available")
    assert f"PREFECT_API_URL=http://127.0.0.1:{port}/api" in ran.err
