"""Another store at work: xapi-lrs, run from a folder with its source, on PostgreSQL."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.lrs import Served, answering
from servers.ports import free_port
from servers.postgres.find import find_postgres

_KEY = "bench"
_SECRET = "secret"  # noqa: S105
_UNLIMITED = "1000000000"


@contextmanager
def xapi_lrs(tree: Path, folder: Path) -> Iterator[Served]:
    """Serve by xapi-lrs, with a database of its own; its log goes into `folder`.

    Args:
        tree: pelotech/xapi-lrs after `npm install`; `node` of PATH must read TypeScript (24 or newer).
        folder: of the measurement.
    """
    port, admin_port = free_port(), free_port()
    with find_postgres(os.environ) as postgres, (folder / "xapi-lrs.log").open("w") as log:
        database = postgres.create_database()
        server = subprocess.Popen(
            ["node", "src/server.ts"],
            cwd=tree,
            stdout=log,
            stderr=log,
            env={
                **os.environ,
                "DATABASE_URL": database.uri,
                "AUTO_MIGRATE": "true",
                "CORS_ENABLED": "false",
                "NODE_ENV": "production",
                "XAPI_LRS_ADMIN_PORT": str(admin_port),
                "XAPI_LRS_ADMIN_SESSION_SECRET": _SECRET * 8,
                "XAPI_LRS_API_KEY_DEFAULT": _KEY,
                "XAPI_LRS_API_SECRET_DEFAULT": _SECRET,
                "XAPI_LRS_LOG_LEVEL": "error",
                "XAPI_LRS_PORT": str(port),
                "XAPI_RATE_LIMIT_MAX": _UNLIMITED,
            },
        )
        address = f"http://127.0.0.1:{port}/xapi"
        try:
            with answering(server, address):
                yield Served(address, _KEY, _SECRET, server.pid)
        finally:
            postgres.drop_database(database)
