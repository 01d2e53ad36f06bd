"""Kafka in: how fast statements are produced, consumed by the client alone, and landed; and how far landing lags.

    python bench/topic.py FILE [--known COUNT...] [--steady PER_SECOND] [--seconds SECONDS]

FILE holds statements, one a line. A broker of one's own (servers/) takes them on a topic of 4 partitions. Each figure
is that of a process of its own. The client alone (kafka-python, polling) is the limit of what can be reached. "cpu" is
microseconds of processor time a message, start of the process included: it depends less on what else the machine does.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from learnloom.pipelines.ingest.land import landing_schema, tables
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.producer import StatementProducer
from servers.kafka.broker import OwnBroker
from servers.kafka.find import own_broker
from servers.kafka.java import STRONG

PARTITIONS = 4
# Statements that are landed into warehouses that hold many already: with the first ones the index of ids is made, those
# after them are measured.
FIRST, SMALL = 120_000, 200_000
_RUN = "import sys; from learnloom.pipelines.cli.main import main; sys.argv[0] = 'learnloom'; main()"
_ROOT = Path(__file__).parents[1]
_PACKAGES = ("kafka-python", "crc32c", "duckdb", "duckdb-extension-ducklake", "pyarrow", "msgspec", "orjson")
_LAND_MANY = """
INSERT INTO landing.statement
SELECT uuid(), hash(i), hash(i + 1_000_000_000), '{}', 'earlier', 0, i, 0, now(), NULL FROM range(?) AS t(i)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--known", nargs="*", type=int, default=[0, 1_000_000, 10_000_000])
    parser.add_argument("--steady", type=int, default=5_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--part", nargs=2, metavar=("WHAT", "ADDRESS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(_PARTS[options.part[0]](options.part[1], options.file, options)))
        return
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in _PACKAGES) + ", Apache Kafka 4.1.0 on this machine")
    with (
        tempfile.TemporaryDirectory() as folder,
        own_broker(os.environ, Path(folder) / "broker", options=STRONG) as broker,
    ):
        _measure(broker, Path(folder), options)


def _measure(broker: OwnBroker, folder: Path, options: argparse.Namespace) -> None:
    print(f"{'':<46}{'messages':>10}{'seconds':>9}{'per s':>9}{'of raw':>8}{'cpu':>8}")
    broker.create_topic("all", PARTITIONS)
    produced = _part("produce", broker, options)
    _show("produce (idempotent, keyed, lz4)", produced)
    raw = _part("raw", broker, options)
    _show("raw consume: kafka-python alone", raw, raw)
    _show("consume, judge, land", _consume(broker, folder / "w", "all"), raw)
    broker.delete_topic("all")
    for topic in ("first", "small"):
        broker.create_topic(topic, PARTITIONS)
        _part(f"produce_{topic}", broker, options)
    for known in options.known:
        place = folder / f"known-{known}"
        with Warehouse(place) as warehouse:
            landing_schema.prepare(warehouse, wait_seconds=60)
            warehouse.run(_LAND_MANY, [known])
        _consume(broker, place, "first")
        _show(f"consume, judge, land beside {known:,}", _consume(broker, place, "small"), raw)
    broker.create_topic("steady", PARTITIONS)
    _measure_lag(broker, folder / "steady", options)


def _part(what: str, broker: OwnBroker, options: argparse.Namespace) -> dict[str, Any]:
    """Run a part of this file in a process of its own."""
    command = [sys.executable, __file__, str(options.file), "--part", what, broker.address]
    command += ["--steady", str(options.steady), "--seconds", str(options.seconds)]
    return _told(command)


def _told(command: list[str]) -> dict[str, Any]:
    """What a process tells in its last line, and its processor time."""
    before = _cpu_of_children()
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, env=_environment())
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**told, "cpu": _cpu_of_children() - before}


def _cpu_of_children() -> float:
    """Seconds of processor time of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_ROOT), **more}


def _produce(
    address: str, file: Path, topic: str, first: int = 0, end: int | None = None
) -> dict[str, float]:
    count = 0
    with (
        file.open("rb") as lines,
        StatementProducer(KafkaConnection(address), topic, source="bench") as producer,
    ):
        started = time.perf_counter()
        for line in islice(lines, first, end):
            producer.send(line.rstrip(b"\n"))
            count += 1
        producer.flush()
        return {"read": count, "seconds": time.perf_counter() - started}


def _raw(address: str) -> dict[str, float]:
    """Poll every message and look at nothing, with the consumer's own sizes."""
    consumer = KafkaConsumer(
        bootstrap_servers=address,
        max_partition_fetch_bytes=8 << 20,
        fetch_max_bytes=32 << 20,
        max_poll_records=10_000,
        enable_auto_commit=False,
        metrics_enabled=False,
    )
    places = [TopicPartition("all", partition) for partition in range(PARTITIONS)]
    consumer.assign(places)
    consumer.seek_to_beginning()
    end = sum(consumer.end_offsets(places).values())
    count, started = 0, time.perf_counter()
    while count < end:
        count += sum(len(messages) for messages in consumer.poll(timeout_ms=1_000).values())
    seconds = time.perf_counter() - started
    consumer.close()
    return {"read": count, "seconds": seconds}


def _steady(address: str, file: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Send so many a second; note of every fiftieth when it was sent and where it is."""
    producer = KafkaProducer(bootstrap_servers=address, linger_ms=5, acks="all", compression_type="lz4")
    noted = []
    started = time.time()
    with file.open("rb") as lines:
        for number, line in enumerate(islice(lines, options.steady * options.seconds)):
            due = started + number / options.steady
            if number % 50 == 0:
                time.sleep(max(0.0, due - time.time()))
            future = producer.send("steady", line.rstrip(b"\n"), partition=number % PARTITIONS)
            if number % 50 == 0:
                noted.append((time.time(), future))
    producer.flush()
    sent = [(at, future.get(10).partition, future.get(10).offset) for at, future in noted]
    producer.close()
    return {"sent": sent, "read": options.steady * options.seconds, "seconds": time.time() - started}


def _consume(broker: OwnBroker, place: Path, topic: str) -> dict[str, Any]:
    command = [sys.executable, "-c", _RUN, "consume", "--topic", topic, "--until-caught-up", "--json"]
    command += ["--servers", broker.address, "-w", str(place), "--no-dead-topics", "--group", place.name]
    return _told(command)


def _measure_lag(broker: OwnBroker, place: Path, options: argparse.Namespace) -> None:
    """Look every few milliseconds how far a reader can see, while a consumer follows a steady stream."""
    with Warehouse(place) as warehouse:
        landing_schema.prepare(warehouse, wait_seconds=60)
    follow = [sys.executable, "-c", _RUN, "consume", "--topic", "steady", "--servers", broker.address]
    follow += ["-w", str(place), "--no-dead-topics"]
    consumer = subprocess.Popen(
        follow, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    command = [sys.executable, __file__, str(options.file), "--part", "steady", broker.address]
    command += ["--steady", str(options.steady), "--seconds", str(options.seconds)]
    sender = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment())
    seen: list[tuple[float, dict[tuple[str, int], int]]] = []
    with Warehouse(place, read_only=True) as reader:
        ends_at = time.time() + options.seconds + 15
        while time.time() < ends_at:
            positions = tables.positions(reader)
            seen.append((time.time(), {key: value.next_offset for key, value in positions.items()}))
            time.sleep(0.02)
        told = json.loads(sender.communicate()[0].splitlines()[-1])
        while sum(seen[-1][1].values()) < told["read"]:
            positions = tables.positions(reader)
            seen.append((time.time(), {key: value.next_offset for key, value in positions.items()}))
    before = _cpu_of_children()
    consumer.terminate()
    consumer.wait()
    _tell_lag(told, seen, options.steady, _cpu_of_children() - before)


def _tell_lag(
    told: dict[str, Any], seen: list[tuple[float, dict[tuple[str, int], int]]], rate: int, cpu: float
) -> None:
    lags = []
    for at, partition, offset in told["sent"]:
        visible = next(when for when, ends in seen if ends.get(("steady", partition), 0) > offset)
        lags.append(visible - at)
    lags.sort()
    _show(f"lag from send to readable row at {rate:,}/s", {**told, "cpu": cpu})
    print(
        f"{'':<46}median {lags[len(lags) // 2]:.2f} s, p99 {lags[int(len(lags) * 0.99)]:.2f} s, "
        f"worst {lags[-1]:.2f} s"
    )


def _show(what: str, told: dict[str, Any], raw: dict[str, Any] | None = None) -> None:
    rate = told["read"] / told["seconds"]
    share = "" if raw is None else f"{rate / (raw['read'] / raw['seconds']):.2f}"
    cpu = 1e6 * told["cpu"] / told["read"]
    numbers = f"{told['read']:>10,}{told['seconds']:>9.1f}{rate:>9,.0f}{share:>8}{cpu:>8.1f}"
    print(f"{what:<46}{numbers}", flush=True)


_PARTS: dict[str, Any] = {
    "produce": lambda address, file, _: _produce(address, file, "all"),
    "produce_first": lambda address, file, _: _produce(address, file, "first", 0, FIRST),
    "produce_small": lambda address, file, _: _produce(address, file, "small", FIRST, FIRST + SMALL),
    "raw": lambda address, _, __: _raw(address),
    "steady": _steady,
}


if __name__ == "__main__":
    main()
