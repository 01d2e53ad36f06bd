"""A day's run, compressed: statements without a pause under `learnloom serve`, while each of its parts is killed once.

    python -m bench.soak [--minutes MINUTES] [--rate PER_SECOND] [--students COUNT]

A simulated class is produced to Kafka as if it happened now. After a quarter of the time the process that lands and
refreshes is killed, after half of it the broker, after three quarters `serve` is stopped and started again. Printed are
the memory of each process and the disk of each part over time, how far landing is behind, the runs that Prefect counts,
and whether every statement stands once in the end.
"""

import argparse
import datetime as dt
import os
import platform
import queue
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

import httpx
import orjson

from bench.command import learnloom
from bench.latency import _TOPIC, _deployment, _quiet, _receiver, _served
from bench.processes import Process, descendants
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.producer import StatementProducer
from servers.kafka.broker import OwnBroker
from servers.kafka.find import own_broker

_SAMPLE_SECONDS: Final = 15.0
_PARTS: Final = {
    "learnloom.flows.live": "lands, refreshes, delivers",
    "prefect server": "Prefect's server",
    "uvicorn": "Prefect's server",
    "kafka.Kafka": "Kafka",
    "main()": "serve",
}
"""Who a process is, by words of its command line; the first that fit count."""
_FOLDERS: Final = {
    "warehouse": "learnloom-warehouse",
    "of it statements": "learnloom-warehouse/data/landing",
    "Kafka's log": "broker",
    "Prefect's home": "prefect",
}
"""What takes room on disk."""


@dataclass
class _Seen:
    """What was seen while it ran."""

    began: float = field(default_factory=time.monotonic)
    sent: int = 0
    memory: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Megabytes of each part, sample by sample."""
    behind: list[int] = field(default_factory=list)
    """Statements produced and not landed."""
    disk: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Megabytes on disk of each part, sample by sample."""


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=200.0, help="statements a second")
    parser.add_argument("--students", type=int, default=2_000)
    options = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as name, own_broker(os.environ, Path(name) / "broker") as broker:
        broker.create_topic(_TOPIC, 4)
        folder = Path(name)
        learnloom(folder, "simulate", "class", "--students", str(options.students), "--faults", "0")
        _run(folder, broker, options)


def _run(folder: Path, broker: OwnBroker, options: argparse.Namespace) -> None:
    arrived: queue.Queue[str] = queue.Queue()
    seen, seconds = _Seen(), options.minutes * 60
    with ExitStack() as stack, ExitStack() as served:
        deployment = _deployment(
            folder, broker.address, stack.enter_context(_receiver(arrived)), is_live=True
        )
        api = served.enter_context(_served(folder, deployment))
        producer = stack.enter_context(
            StatementProducer(KafkaConnection(broker.address), _TOPIC, source="bench")
        )
        ended = threading.Event()
        watching = threading.Thread(target=_watch, args=(folder, seen, ended))
        watching.start()
        statements = _statements(folder / "class/statements.jsonl")
        began = seen.began = time.monotonic()
        for number, hurt in enumerate((_kill_live, lambda: _restart(broker), served.close, None), start=1):
            _produce(producer, statements, seen, until=began + seconds * number / 4, rate=options.rate)
            if hurt is not None:
                hurt()
                print(f"  after {(time.monotonic() - began) / 60:.1f} min: {_TOLD[number - 1]}", flush=True)
            if number == 3:
                api = served.enter_context(_served(folder, deployment))
        producer.flush()
        seconds_behind = _wait_until_landed(folder, seen.sent)
        ended.set()
        watching.join()
        try:
            _quiet(api)
        except SystemExit as error:  # an hour's figures are told all the same
            print(f"  {error}")
        _report(seen, seconds_behind, _runs_by_state(api), arrived.qsize(), _landed(folder))


_TOLD: Final = (
    "the process that lands was killed",
    "the broker was killed and started again",
    "serve was stopped and started again",
)


def _statements(file: Path) -> Iterator[dict[str, object]]:
    """Valid statements of the class, in order, again and again."""
    while True:
        with file.open("rb") as lines:
            yield from (
                orjson.loads(line) for line in lines if b"voided" not in line and not validate(line).faults
            )


def _produce(
    producer: StatementProducer,
    statements: Iterator[dict[str, object]],
    seen: _Seen,
    *,
    until: float,
    rate: float,
) -> None:
    """Produce evenly, each as if it happened now."""
    while (now := time.monotonic()) < until:
        for _ in range(int((now - seen.began) * rate) - seen.sent):
            told = {"id": str(uuid.uuid4()), "timestamp": dt.datetime.now(dt.UTC).isoformat()}
            producer.send(orjson.dumps({**next(statements), **told}))
            seen.sent += 1
        time.sleep(0.05)


def _parts() -> Iterator[tuple[str, Process]]:
    for process in descendants(os.getpid()):
        part = next((name for words, name in _PARTS.items() if words in process.command), None)
        if part is not None:
            yield part, process


def _kill_live() -> None:
    for part, process in _parts():
        if part == _PARTS["learnloom.flows.live"]:
            process.kill()


def _restart(broker: OwnBroker) -> None:
    broker.kill()
    broker.start()


def _watch(folder: Path, seen: _Seen, ended: threading.Event) -> None:
    while not ended.wait(_SAMPLE_SECONDS):
        together: dict[str, int] = defaultdict(int)
        for part, process in _parts():
            together[part] += process.memory_mb()
        for part, size in together.items():
            seen.memory[part].append(size)
        seen.behind.append(seen.sent - _landed(folder))
        for part, place in _FOLDERS.items():
            seen.disk[part].append(_megabytes(folder / place))


def _megabytes(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # maintenance removes files
            size += path.stat().st_size if path.is_file() else 0
    return size // 2**20


def _landed(folder: Path) -> int:
    """Statements that stand in the warehouse."""
    if not (folder / "learnloom-warehouse").exists():
        return 0
    with Warehouse(folder / "learnloom-warehouse", read_only=True) as warehouse:
        return int(warehouse.one("SELECT count(*) FROM landing.statement")[0])


def _wait_until_landed(folder: Path, wanted: int) -> float:
    """Wait until that many stand, and say for how long."""
    began = time.monotonic()
    while _landed(folder) < wanted:
        if time.monotonic() - began > 600:
            raise SystemExit(f"{wanted - _landed(folder)} statements have not landed after ten minutes")
        time.sleep(1)
    return time.monotonic() - began


def _runs_by_state(api: str) -> dict[str, int]:
    counts = {}
    for state in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED", "RUNNING"):
        wanted = {"flow_runs": {"state": {"type": {"any_": [state]}}}}
        counts[state.lower()] = int(httpx.post(f"{api}/flow_runs/count", json=wanted, timeout=30).json())
    return counts


def _report(seen: _Seen, seconds_behind: float, runs: dict[str, int], events: int, landed: int) -> None:
    print(f"{'MB':<30}{'first':>8}{'half way':>10}{'last':>8}{'most':>8}")
    for part, sizes in [
        *seen.memory.items(),
        *((f"disk: {part}", sizes) for part, sizes in seen.disk.items()),
    ]:
        print(f"{part:<30}{sizes[0]:>8}{sizes[len(sizes) // 2]:>10}{sizes[-1]:>8}{max(sizes):>8}")
    print(f"{seen.sent:,} statements sent, {landed:,} stand; {events:,} events at the webhook")
    print(f"behind: median {median(seen.behind):,.0f} statements, most {max(seen.behind):,}; ", end="")
    print(f"{seconds_behind:.0f} s after the last was sent all had landed")
    print("runs: " + ", ".join(f"{count} {state}" for state, count in runs.items()))
    if landed != seen.sent:
        raise SystemExit(f"{landed - seen.sent:+,} statements")


if __name__ == "__main__":
    main()
