"""Many answers at once under `learnloom serve`: how long until what they change has been delivered.

    python -m bench.burst --folder FOLDER [--answers COUNT] [--students COUNT] [--seconds SECONDS]

FOLDER is one in which bench.latency has made a warehouse. Answers of some students are produced, evenly over some
seconds. An answer is done when the delivery has ended that follows the first refresh which began after it had landed,
or that refresh itself where nothing was to be delivered.
"""

import argparse
import datetime as dt
import json
import os
import queue
import tempfile
import time
import uuid
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.latency import _ANSWERS, _TOPIC, _catch_up, _deployment, _quiet, _receiver, _runs, _served
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.producer import StatementProducer
from learnloom.pipelines.refresh.news import has_news
from servers.kafka.find import own_broker


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--answers", type=int, default=5_000)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    warehouse = options.folder / "learnloom-warehouse"
    with Warehouse(warehouse, read_only=True) as opened:
        answers = opened.rows(_ANSWERS, [options.students])
    arrived: queue.Queue[str] = queue.Queue()
    with tempfile.TemporaryDirectory() as made, own_broker(os.environ, Path(made) / "broker") as broker:
        _catch_up(options.folder, Path(made))
        broker.create_topic(_TOPIC, 4)
        with (
            _receiver(arrived) as url,
            _served(options.folder, _deployment(Path(made), broker.address, url, is_live=True)) as api,
            StatementProducer(KafkaConnection(broker.address), _TOPIC, source="bench") as producer,
        ):
            _produce(producer, answers[:1], 1, 0.0)  # finds everything cold
            arrived.get(timeout=300)
            _quiet(api)
            produced = _produce(producer, answers, options.answers, options.seconds)
            time.sleep(5)
            with Warehouse(warehouse, read_only=True) as opened:
                while has_news(opened):
                    time.sleep(1)
            _quiet(api)
            # Those that are scheduled for later have not begun.
            refreshes, deliveries = (
                [run for run in _runs(api, flow) if run["end_time"]] for flow in ("refresh", "deliver")
            )
    with Warehouse(warehouse, read_only=True) as opened:
        landed = dict(
            opened.rows(
                "SELECT statement_id::VARCHAR, landed_at FROM landing.statement WHERE landed_at >= ?",
                [min(produced.values())],
            )
        )
    waited = [_done_at(landed[key], refreshes, deliveries) - at.timestamp() for key, at in produced.items()]
    p99 = quantiles(waited, n=100)[98]
    print(
        f"{len(waited):,} answers of {len(answers)} students in {options.seconds:g} s, {len(refreshes)} refreshes: "
        f"median {median(waited):.1f} s, p99 {p99:.1f} s, worst {max(waited):.1f} s"
    )


def _produce(
    producer: StatementProducer, answers: list[tuple[Any, ...]], count: int, seconds: float
) -> dict[str, dt.datetime]:
    """Produce answers evenly over some seconds; give when each was, by id."""
    began, produced = time.monotonic(), {}
    for number in range(count):
        time.sleep(max(0.0, began + seconds * number / count - time.monotonic()))
        now = dt.datetime.now(dt.UTC)
        answer = {**json.loads(answers[number % len(answers)][1]), "id": str(uuid.uuid4())}
        answer["timestamp"] = now.isoformat()
        for name in ("stored", "version"):
            answer.pop(name, None)
        producer.send(json.dumps(answer).encode())
        produced[answer["id"]] = now
    producer.flush()
    return produced


def _done_at(
    landed_at: dt.datetime, refreshes: list[dict[str, Any]], deliveries: list[dict[str, Any]]
) -> float:
    """When what a statement changes has been delivered, as seconds since the epoch."""
    later = [run for run in refreshes if _time(run["start_time"]) >= landed_at.timestamp()]
    refresh = min(later, key=lambda run: _time(run["start_time"]))
    following = min((_time(run["start_time"]) for run in later if run is not refresh), default=float("inf"))
    ended = _time(refresh["end_time"])
    done = [_time(run["end_time"]) for run in deliveries if ended <= _time(run["start_time"]) < following]
    return min(done, default=ended)


def _time(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


if __name__ == "__main__":
    main()
