"""What the store takes in over HTTP: statements a second, and how long an answer takes; while a refresh runs, too.

    python -m bench.door [--seconds COUNT] [--batches COUNT...] [--clients COUNT...] [--log journal|kafka]
                         [--peer FOLDER]

`learnloom lrs` serves a warehouse of a simulated class, durably, as it does by itself. Senders are a process of their
own: each holds a connection, and sends its next batch when the last one is answered. Then the same with a full refresh
of the same warehouse going on all the while, again and again. Processor time is the store's own, with that of landing,
and that of the senders. It begins once the store knows what the warehouse held before.

With --peer the same is asked of xapi-lrs first, on PostgreSQL, whose processor time is not in its figures: FOLDER has
its source (pelotech/xapi-lrs) after `npm install`. Ralph 5.1.0 has no figures: its store on files makes the file anew
for each request, and so takes one.
"""

import argparse
import base64
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median, quantiles
from typing import Final, NamedTuple

import httpx

from bench.command import environment, learnloom
from bench.door_peer import xapi_lrs
from bench.lrs import Served, served
from learnloom.pipelines.lake.connection import Warehouse
from servers.kafka.find import own_broker
from servers.waiting import wait_until

_CLASS: Final = 20_000
_PROBES: Final = 5
_PROBE_SECONDS: Final = 60.0
_KNOWN_SECONDS: Final = 300.0
_PACKAGES: Final = ("uvicorn", "uvloop", "httptools", "duckdb")


class Load(NamedTuple):
    """What senders send, and for how long."""

    batch: int
    clients: int
    seconds: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--batches", nargs="*", type=int, default=[1, 10, 100])
    parser.add_argument("--clients", nargs="*", type=int, default=[1, 8, 32])
    parser.add_argument("--log", choices=["journal", "kafka"], default="journal")
    parser.add_argument("--peer", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    loads = [
        Load(batch, clients, options.seconds) for batch in options.batches for clients in options.clients
    ]
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, log: {options.log}"
    )
    print(", ".join(f"{name} {_version(name)}" for name in _PACKAGES) + f"; load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        folder = Path(made)
        settings = {}
        if options.log == "kafka":
            broker = stack.enter_context(own_broker(os.environ, folder / "broker"))
            settings["LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS"] = broker.address
        learnloom(folder, "simulate", "class", "--statements", str(_CLASS))
        if options.peer:
            with xapi_lrs(options.peer.resolve(), folder) as store:
                _title("xapi-lrs on PostgreSQL")
                for load in loads:
                    _show(store, folder, load)
        learnloom(folder, "import", "class/statements.jsonl", ok=(0, 3))
        learnloom(folder, "refresh")
        with served(folder / "learnloom-warehouse", **settings) as store:
            _await_index(folder / "learnloom-warehouse")
            _title("learnloom lrs")
            for load in loads:
                _show(store, folder, load)
            _probe(store, folder, "nothing else goes on")
            with _refreshing(folder):
                _title("learnloom lrs, while full refreshes run")
                for load in loads:
                    _show(store, folder, load)
                _probe(store, folder, "while full refreshes run")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _await_index(warehouse: Path) -> None:
    """Wait until the store knows all that landed before it was there."""
    with Warehouse(warehouse, read_only=True) as opened:
        (landed,) = opened.one("SELECT count(*) FROM landing.statement")
    with closing(sqlite3.connect(warehouse / "lrs" / "lrs.sqlite")) as index:
        wait_until(
            lambda: index.execute("SELECT count(*) FROM landed").fetchone()[0] >= landed,
            lambda: None,
            seconds=_KNOWN_SECONDS,
        )


def _title(what: str) -> None:
    columns = "".join(
        f"{name:>12}" for name in ("a second", "p50 ms", "p99 ms", "worst ms", "CPU us each", "of senders")
    )
    print(f"{what:<44}{columns}")


def _show(store: Served, folder: Path, load: Load) -> None:
    basic = "Basic " + base64.b64encode(f"{store.key}:{store.secret}".encode()).decode()
    name = f"  batches of {load.batch}, {load.clients} senders"
    before = _cpu_seconds(store.process)
    told = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench.door_load",
            *(store.address, basic, str(folder / "class" / "statements.jsonl")),
            *(str(load.batch), str(load.clients), str(load.seconds)),
        ],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    cpu_seconds = _cpu_seconds(store.process) - before
    if told.returncode:
        # Another store than ours may refuse so much: that is its figure.
        print(f"{name:<44}  failed: {told.stderr.strip().splitlines()[-1]}", flush=True)
        return
    found = json.loads(told.stdout)
    count = len(found["taken"]) * load.batch
    p99 = quantiles(found["taken"], n=100, method="inclusive")[98]
    figures = [median(found["taken"]) * 1e3, p99 * 1e3, max(found["taken"]) * 1e3]
    figures += [cpu_seconds / count * 1e6, found["cpu_seconds"] / count * 1e6]
    print(
        f"{name:<44}{count / found['seconds']:>12,.0f}{''.join(f'{one:>12,.1f}' for one in figures)}",
        flush=True,
    )


def _cpu_seconds(process: int) -> float:
    """Processor time of a process and of all that it has started, and of those that it has waited for (proc(5))."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    own = sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    lists = [task / "children" for task in Path(f"/proc/{process}/task").iterdir()]
    return own + sum(_cpu_seconds(int(child)) for each in lists for child in each.read_text().split())


@contextmanager
def _refreshing(folder: Path) -> Iterator[None]:
    """Refresh everything again and again."""
    is_over = threading.Event()
    taken: list[float] = []

    def run() -> None:
        while not is_over.is_set():
            taken.append(learnloom(folder, "refresh", "--full").seconds)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        print(f"{len(taken)} refreshes meanwhile, {median(taken):.1f} s each (median)")


def _probe(store: Served, folder: Path, when: str) -> None:
    """Print how long a statement takes from its answer until it can be read in the warehouse."""
    taken = []
    with Warehouse(folder / "learnloom-warehouse", read_only=True) as warehouse:
        for _ in range(_PROBES):
            answer = httpx.post(
                f"{store.address}/statements",
                json={
                    "actor": {"account": {"homePage": "https://campus.example", "name": "probe"}},
                    "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
                    "object": {"id": "https://campus.example/probe"},
                },
                auth=(store.key, store.secret),
                headers={"X-Experience-API-Version": "1.0.3"},
                timeout=_PROBE_SECONDS,
            )
            (statement_id,) = answer.raise_for_status().json()
            began = time.monotonic()
            wait_until(lambda sought=statement_id: _is_there(warehouse, sought), lambda: None)  # type: ignore[misc]
            taken.append(time.monotonic() - began)
    print(
        f"answered to readable in the warehouse, {when}: {median(taken):.2f} s (median), {max(taken):.2f} worst"
    )


def _is_there(warehouse: Warehouse, statement_id: str) -> bool:
    found = warehouse.rows("SELECT 1 FROM landing.statement WHERE statement_id = ?", [statement_id])
    return bool(found)


if __name__ == "__main__":
    main()
