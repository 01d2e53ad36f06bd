"""A deployment for tests: what is produced, who subscribes, and what stands in its warehouse."""

import datetime as dt
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from servers.http import is_answering
from servers.process import ServerProcess
from tests.pipelines.cli.samples import lines
from tests.pipelines.cli.shell import learnloom

WAIT_SECONDS = 240.0
_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of the specification's example


def prefect_process(place: Path, port: int) -> tuple[ServerProcess, Callable[[], bool]]:
    """A server of Prefect with its files in a folder, and what says whether it is up."""
    environment = {"PREFECT_HOME": str(place), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    command = ["env", *(f"{name}={value}" for name, value in environment.items()), sys.executable, "-m"]
    command += ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    return ServerProcess(command, place / "log"), lambda: is_answering(f"http://127.0.0.1:{port}/api/health")


def answers(first: int, count: int, student: str = "s") -> bytes:
    """Right answers of two students on one skill, a minute apart, up to now: there is something to say of them."""
    now = dt.datetime.now(dt.UTC)
    return lines(
        *(
            {
                "id": f"00000000-0000-4000-8000-{number:012x}",
                "actor": {
                    "account": {"homePage": "https://lms.school.example", "name": f"{student}{number % 2}"}
                },
                "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
                "object": {"id": f"https://school.example/quiz/q{number}"},
                "result": {"success": True},
                "context": {
                    "contextActivities": {
                        "category": [
                            {
                                "id": "https://school.example/skill/fractions",
                                "definition": {"type": "http://adlnet.gov/expapi/activities/objective"},
                            }
                        ]
                    }
                },
                "timestamp": (now - dt.timedelta(minutes=first + count - number)).isoformat(),
            }
            for number in range(first, first + count)
        )
    )


def subscribe(place: dict[str, str], url: str) -> None:
    hook = {"name": "tutor", "to": "webhook", "url": url, "secret": _SECRET, "first_wait_seconds": 1}
    topic = {"name": "board", "to": "kafka", "topic": place["OUT"]}
    place["LEARNLOOM_SUBSCRIPTIONS"] = json.dumps([hook, topic])


def produce(place: dict[str, str], tmp_path: Path, first: int, count: int, *, student: str = "s") -> None:
    file = tmp_path / f"{first}.jsonl"
    file.write_bytes(answers(first, count, student))
    ran = learnloom("produce", str(file), "--topic", place["TOPIC"], env=place)
    assert ran.code == 0, ran.err


def rows(place: dict[str, str], select: str) -> list[tuple[Any, ...]]:
    """What a query gives; nothing where there is no such warehouse or table yet."""
    try:
        with Warehouse(Path(place["LEARNLOOM_WAREHOUSE"]), read_only=True) as warehouse:
            return warehouse.rows(select)
    except (WarehouseError, Exception) as error:
        if "does not exist" in str(error) or "no warehouse" in str(error):
            return []
        raise


def outbox(place: dict[str, str]) -> list[str]:
    return [row[0] for row in rows(place, "SELECT event_id FROM feedback.outbox ORDER BY sequence")]


def collected(process: "subprocess.Popen[str]") -> list[str]:
    """What a process says, read by a thread so that it never has to wait for us."""
    found: list[str] = []
    assert process.stdout is not None
    threading.Thread(target=found.extend, args=(process.stdout,), daemon=True).start()
    return found


@contextmanager
def serving(place: dict[str, str], *options: str) -> "Iterator[tuple[subprocess.Popen[str], list[str]]]":
    """`learnloom serve` at work, and what it says; it is stopped at the end."""
    command = [
        sys.executable,
        "-c",
        "from learnloom.pipelines.cli.main import main; main()",
        "serve",
        *options,
    ]
    with subprocess.Popen(
        command, env=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as served:
        told = collected(served)
        try:
            yield served, told
        finally:
            served.terminate()
            served.wait(WAIT_SECONDS)
