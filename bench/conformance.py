"""ADL's conformance suite against `learnloom lrs`: passed of total, for 1.0.3 and for 2.0, each on a store of its own.

The suite is not part of this repository. `make conformance SUITE=PATH` runs it from a folder with
adlnet/lrs-conformance-test-suite, its branch `adding-back-compat` merged, after `npm install`: on its main branch
alone the two versions contradict each other on three tests. `STORE=postgres` keeps the store in PostgreSQL,
`STORE=kafka` sends statements through Kafka; the servers come by the ladder of tests.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.lrs import served
from servers.kafka.find import find_broker
from servers.postgres.find import find_postgres

_TOTALS: Final = {"1.0.3": 1_365, "2.0.0": 1_435}
_SECONDS: Final = 900
"""The suite waits for ever where an answer never comes."""
_SUMMARY: Final = re.compile(r'\{"total":.*?\}')


@contextmanager
def _server(store: str, folder: Path) -> Iterator[dict[str, str]]:
    """Start what the store needs; gives its settings."""
    if store == "postgres":
        with find_postgres(os.environ) as postgres:
            database = postgres.create_database()
            try:
                yield {"LEARNLOOM_CATALOG": database.uri}
            finally:
                postgres.drop_database(database)
    elif store == "kafka":
        with find_broker(os.environ, folder / "broker") as broker:
            yield {
                "LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS": broker.address,
                "LEARNLOOM_LRS__TOPIC": f"conformance-{uuid.uuid4().hex}",
            }
    else:
        yield {}


def _run(suite: Path, version: str, store: str) -> dict[str, int]:
    """Give what the suite says last; its exit code says nothing."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _server(store, Path(folder)) as settings,
        served(Path(folder) / "warehouse", **settings) as at,
    ):
        command = ["node", "bin/console_runner.js", "-e", at.address, "-a", "-x", version]
        command += ["-u", at.key, "-p", at.secret]
        told = subprocess.run(
            command, cwd=suite, capture_output=True, text=True, timeout=_SECONDS, check=False
        ).stdout
    summaries = _SUMMARY.findall(told)
    return dict(json.loads(summaries[-1])) if summaries else {"total": 0, "passed": 0}


def main() -> None:
    """Run the suite in the folder that the command line names; exit code 1: not everything passed."""
    suite = Path(sys.argv[1] if len(sys.argv) > 1 else "")
    if not (suite / "bin/console_runner.js").exists():
        sys.exit(
            "name the suite's folder: make conformance SUITE=PATH (bench/conformance.py says which tree)"
        )
    store = sys.argv[2] if len(sys.argv) > 2 else "journal"
    is_right = True
    for version, total in _TOTALS.items():
        found = _run(suite, version, store)
        print(
            f"xAPI {version}, {store}: {found['passed']:,} of {found['total']:,} passed; {total:,} expected",
            flush=True,
        )
        is_right &= found["passed"] == found["total"] == total
    sys.exit(not is_right)


if __name__ == "__main__":
    main()
