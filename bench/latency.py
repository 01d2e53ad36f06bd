"""From `produce` to a signal at its subscriber: one student's answer, in a warehouse that holds many.

    python -m bench.latency [--statements COUNT] [--rounds COUNT] [--folder FOLDER]

A class is simulated, imported and refreshed. Then `learnloom serve` runs with the settings that it has by itself, on a
broker and a server of Prefect of its own, with one webhook. In each round one student, of whom something was said about
a skill, answers one more question on it: a statement is produced, and the clock runs until the webhook has an event
about that student. `ours` is the time until it has landed and that of the refresh and the delivery; the rest is
Prefect's: events, and starting a process for each run. A delivery's time is that of the whole run, which goes on after
the event has arrived.
"""

import argparse
import base64
import datetime as dt
import json
import os
import platform
import queue
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final, NamedTuple

import httpx

from bench.command import environment, learnloom, program
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.producer import StatementProducer
from servers.kafka.find import own_broker
from servers.ports import free_port

# The warehouse of an earlier run knows positions of that run's broker.
_TOPIC: Final = f"xapi-{os.getpid()}"
_SUBSCRIPTION: Final = "bench"
_WAIT_SECONDS: Final = 300.0
_PACKAGES: Final = ("prefect", "kafka-python", "duckdb", "duckdb-extension-ducklake")
_SIZE: Final = "SELECT count(*), count(DISTINCT student_key) FROM dimensional.fact_statement"
# Of some students of whom a strength or a weakness is told: their latest answer on that skill, of an
# earlier week, so that one more answer is news.
_ANSWERS: Final = """
SELECT student_key, arg_max(raw, occurred_at) AS raw
FROM feedback.signal
INNER JOIN dimensional.fact_attempt_skill USING (student_key)
INNER JOIN landing.statement ON statement.statement_id = attempt_id
WHERE signal_kind IN ('strength', 'weakness') AND subject = skill_id
GROUP BY student_key
HAVING max(occurred_at) < date_trunc('week', now())
ORDER BY hash(student_key)
LIMIT ?
"""


class Round(NamedTuple):
    """What one answer took."""

    seconds: float
    landed: float
    refresh: float
    deliver: float

    @property
    def ours(self) -> float:
        """Seconds that were not Prefect's."""
        return self.landed + self.refresh + self.deliver


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--statements", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--pause", type=float, default=20.0, help="seconds between two answers")
    parser.add_argument("--no-live", action="store_true", help="measure with a process for each run")
    parser.add_argument("--folder", type=Path, help="a folder where an earlier run has made its warehouse")
    options = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in _PACKAGES) + ", Apache Kafka 4.1.0 on this machine")
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        if not (folder / "learnloom-warehouse").exists():
            _make(folder, options.statements)
        _catch_up(folder, Path(made))
        with own_broker(os.environ, Path(made) / "broker") as broker:
            broker.create_topic(_TOPIC, 4)
            _measure(folder, Path(made), broker.address, options)


def _make(folder: Path, statements: int) -> None:
    learnloom(folder, "simulate", "class", "--statements", str(statements))
    learnloom(folder, "import", "class/statements.jsonl", ok=(0, 3))
    learnloom(folder, "refresh")


def _catch_up(folder: Path, made: Path) -> None:
    """Let nothing be left to refresh or to deliver: what comes first is then that of the first answer."""
    learnloom(folder, "refresh")
    told = [{"name": _SUBSCRIPTION, "to": "file", "folder": str(made / "told")}]
    learnloom(folder, "deliver", "run", settings={"LEARNLOOM_SUBSCRIPTIONS": json.dumps(told)})


def _measure(folder: Path, made: Path, broker: str, options: argparse.Namespace) -> None:
    with Warehouse(folder / "learnloom-warehouse", read_only=True) as warehouse:
        statements, students = warehouse.one(
            "SELECT count(*), count(DISTINCT student_key) FROM dimensional.fact_statement"
        )
        answers = warehouse.rows(_ANSWERS, [options.rounds + 1])
    print(f"{statements:,} statements of {students:,} students")
    arrived: queue.Queue[str] = queue.Queue()
    with (
        _receiver(arrived) as url,
        _served(folder, _deployment(made, broker, url, is_live=not options.no_live)) as api,
        StatementProducer(KafkaConnection(broker), _TOPIC, source="bench") as producer,
    ):
        # The first answer finds everything cold, and a day that no refresh has told yet.
        found = []
        for answer in answers:
            _quiet(api)
            time.sleep(options.pause)
            found.append(_round(folder, producer, api, arrived, answer))
        found = found[1:]
    print(f"{f'seconds, of {len(found)} answers':<28}{'median':>9}{'p99':>9}{'worst':>9}")
    _show("produce to subscriber", [each.seconds for each in found])
    _show("until it has landed", [each.landed for each in found])
    _show("refresh", [each.refresh for each in found])
    _show("deliver", [each.deliver for each in found])
    _show("of it ours", [each.ours for each in found])


def _deployment(made: Path, broker: str, url: str, *, is_live: bool) -> dict[str, str]:
    secret = "whsec_" + base64.b64encode(os.urandom(24)).decode()
    hook = {"name": _SUBSCRIPTION, "to": "webhook", "url": url, "secret": secret, "max_per_second": 1000}
    return environment(
        PREFECT_HOME=str(made / "prefect"),
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_PORT=str(free_port()),
        LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS=broker,
        LEARNLOOM_FLOWS__LIVE=str(is_live),
        LEARNLOOM_FLOWS__TOPICS=json.dumps([_TOPIC]),
        LEARNLOOM_SUBSCRIPTIONS=json.dumps([hook]),
    )


@contextmanager
def _receiver(arrived: "queue.Queue[str]") -> Iterator[str]:
    """A subscriber that takes every event and tells of which student it is."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()
            arrived.put(event["subject"])

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()


@contextmanager
def _served(folder: Path, deployment: dict[str, str]) -> Iterator[str]:
    """`learnloom serve` at work; gives the address of Prefect's interface."""
    port = deployment["PREFECT_PORT"]
    with (folder / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [*program(), "serve", "--port", port],
            cwd=folder,
            env=deployment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout is not None
            if "serving" not in process.stdout.readline():
                raise SystemExit(f"learnloom serve did not start: see {log.name}")
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield f"http://127.0.0.1:{port}/api"
        finally:
            process.terminate()
            process.wait(_WAIT_SECONDS)


def _round(
    folder: Path, producer: StatementProducer, api: str, arrived: "queue.Queue[str]", answer: tuple[Any, ...]
) -> Round:
    """Let a student answer once more, and wait for what is said of it."""
    student, raw = answer
    statement = {**json.loads(raw), "id": str(uuid.uuid4()), "timestamp": dt.datetime.now(dt.UTC).isoformat()}
    for name in ("stored", "version"):
        statement.pop(name, None)
    began_at, began = dt.datetime.now(dt.UTC), time.monotonic()
    producer.send(json.dumps(statement).encode())
    producer.flush()
    while arrived.get(timeout=_WAIT_SECONDS) != student:
        pass
    seconds = time.monotonic() - began
    _quiet(api)
    found = Round(
        seconds,
        landed=_landed(folder, statement["id"], began_at),
        refresh=_longest(api, "refresh", began_at),
        deliver=_longest(api, "deliver", began_at),
    )
    print("  " + ", ".join(f"{name} {taken:.2f}" for name, taken in found._asdict().items()), flush=True)
    return found


def _runs(api: str, flow: str, **which: Any) -> list[dict[str, Any]]:
    answer = httpx.post(
        f"{api}/flow_runs/filter",
        json={
            "flows": {"name": {"any_": [flow]}},
            "flow_runs": which,
            "sort": "START_TIME_DESC",
            "limit": 50,
        },
        timeout=30,
    )
    answer.raise_for_status()
    runs: list[dict[str, Any]] = answer.json()
    return runs


def _quiet(api: str) -> None:
    """Wait until no refresh and no delivery is under way or asked for."""
    busy = {"state": {"type": {"any_": ["PENDING", "RUNNING"]}}}
    until = time.monotonic() + _WAIT_SECONDS
    while any(_runs(api, flow, **busy) for flow in ("refresh", "deliver")):
        if time.monotonic() > until:
            raise SystemExit("a refresh or delivery does not end: see Prefect's pages")
        time.sleep(0.5)


def _landed(folder: Path, statement_id: str, since: dt.datetime) -> float:
    """Seconds until a statement had landed."""
    select = "SELECT landed_at FROM landing.statement WHERE statement_id = ?"
    with Warehouse(folder / "learnloom-warehouse", read_only=True) as warehouse:
        landed_at: dt.datetime = warehouse.one(select, [statement_id])[0]
    return (landed_at - since).total_seconds()


def _longest(api: str, flow: str, since: dt.datetime) -> float:
    """Seconds of the longest run of a flow since then: others found nothing to do."""
    runs = _runs(api, flow, start_time={"after_": since.isoformat()})
    return max((run["total_run_time"] for run in runs), default=0.0)


def _show(what: str, seconds: list[float]) -> None:
    p99 = quantiles(seconds, n=100, method="inclusive")[98]
    print(f"{what:<28}{median(seconds):>9.2f}{p99:>9.2f}{max(seconds):>9.2f}")


if __name__ == "__main__":
    main()
