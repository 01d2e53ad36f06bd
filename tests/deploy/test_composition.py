"""The composition, started by a real engine: used, hurt, and started again, in this order, and nothing is lost.

`make containers` runs it. Each test goes on from what the one before has left.
"""

import json
import re
import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlencode

import pytest

from servers.waiting import wait_until
from tests.deploy.composition import PROJECT, Composition
from tests.documents import blocks, page

pytestmark = [pytest.mark.containers, pytest.mark.slow]

_LANDS_SECONDS = 300.0


_ALL_IN = """
    SELECT (SELECT count(*) FROM landing.statement) = (SELECT count(*) FROM staging.stg_statement) AS all_in
"""


class _Sent:
    """How many records the topic has been sent so far."""

    count = 0


def _count_sent(told: str) -> None:
    (count,) = re.findall(r"([\d,]+) are in topic xapi", told)
    _Sent.count += int(count.replace(",", ""))


@contextmanager
def _sending(composition: Composition, seed: int, students: int = 20) -> Iterator[None]:
    """Send a simulated class while the block runs, and wait until all of it is in the topic."""
    name = f"class-{seed}"
    composition.tools("simulate", name, "--students", str(students), "--seed", str(seed))
    # Without those that it waits for: they may be on their way back.
    words = (
        "run",
        "--rm",
        "--no-deps",
        "-T",
        "tools",
        "produce",
        f"{name}/statements.jsonl",
        "--topic",
        "xapi",
    )
    with ThreadPoolExecutor(1) as beside:
        told = beside.submit(composition.compose, *words, "--source", name)
        yield
        _count_sent(told.result())


def test_the_lines_of_the_tutorial_do_what_they_say(composition: Composition) -> None:
    """Each is run as it stands; what was sent lands once, and a command's output holds nothing else."""
    (block,) = blocks("docs/tutorials/docker.md", "")[:1]
    _, simulate, produce, dead, _ = (shlex.split(line)[2:] for line in block.text.splitlines())
    composition.compose("run", "-T", *simulate[1:])
    _count_sent(composition.compose("run", "-T", *produce[1:]))
    stand = composition.wait_until_taken(_Sent.count)
    assert stand > 20_000
    assert "waiting" in composition.compose("run", "-T", *dead[1:])
    assert composition.query("SELECT 1 AS one") == [{"one": 1}]


def test_a_consumer_that_is_killed_three_times_loses_and_doubles_nothing(composition: Composition) -> None:
    """While thousands of records arrive its process is killed, and Docker starts it again."""
    (before,) = composition.restarts("consumer")
    with _sending(composition, 11, 60):
        for n in range(1, 4):
            composition.kill("consumer", "consume")
            is_back = partial(composition.runs_again, "consumer", before + n)
            wait_until(is_back, lambda: None, seconds=_LANDS_SECONDS)
    composition.wait_until_taken(_Sent.count)


def test_a_database_that_is_restarted_is_waited_for(composition: Composition) -> None:
    """PostgreSQL goes and comes while records arrive: the consumer itself goes on, and says that it waited."""
    before = composition.restarts("consumer")
    with _sending(composition, 21, 60):
        for _ in range(3):
            composition.compose("restart", "postgres")
    composition.wait_until_taken(_Sent.count)
    assert composition.restarts("consumer") == before


def test_a_broker_that_is_killed_is_waited_for(composition: Composition) -> None:
    """Kafka's process is killed while records land; what the broker has acknowledged lands."""
    before = composition.restarts("consumer")
    with _sending(composition, 31, 60):
        pass  # who sends is told at once where no broker answers
    composition.compose("restart", "--timeout", "0", "kafka")
    composition.wait_until_taken(_Sent.count)
    assert composition.restarts("consumer") == before


def test_kafka_s_own_tools_see_no_lag_where_all_has_landed(composition: Composition) -> None:
    """After kills and restarts, and though nothing new comes, the committed offsets are those of the warehouse."""

    def lags() -> list[str]:
        told = composition.compose(
            *("exec", "-T", "kafka", "/opt/kafka/bin/kafka-consumer-groups.sh", "--bootstrap-server"),
            *("localhost:19092", "--describe", "--group", "learnloom"),
        )
        return [line.split()[5] for line in told.splitlines() if " xapi " in line]

    wait_until(lambda: lags() == ["0"] * 4, lambda: None, seconds=_LANDS_SECONDS)


def test_three_consumers_share_the_work(composition: Composition) -> None:
    """Three of them are healthy, and what comes lands once."""
    composition.up("--scale", "consumer=3")
    assert len(composition.compose("ps", "--quiet", "consumer").split()) == 3
    with _sending(composition, 41):
        pass
    composition.wait_until_taken(_Sent.count)
    composition.up("--scale", "consumer=1")


def test_a_stop_of_the_flows_leaves_no_run_behind(composition: Composition) -> None:
    """Stopped while they refresh, no run counts as under way; started again, a refresh takes in what has landed."""
    with _sending(composition, 51):
        pass
    composition.compose("stop", "flows")
    under_way = (
        "import json, urllib.request as u; r = u.Request('http://127.0.0.1:4200/api/flow_runs/filter', "
        "json.dumps({'flow_runs': {'state': {'type': {'any_': ['RUNNING', 'PENDING']}}}}).encode(), "
        "{'content-type': 'application/json'}); print(len(json.load(u.urlopen(r, timeout=30))))"
    )
    assert composition.python("prefect", under_way).strip() == "0"
    composition.wait_until_taken(_Sent.count)
    composition.up("flows")
    wait_until(lambda: composition.query(_ALL_IN) == [{"all_in": True}], lambda: None, seconds=_LANDS_SECONDS)


def test_platforms_and_tools_are_answered(composition: Composition) -> None:
    """A key lets a platform in, its statement is there, and profiles are told to whoever has the token."""
    told = json.loads(composition.tools("keys", "add", "A platform", "--json").splitlines()[-1])
    assert "extension postgres_scanner" in composition.tools("doctor")
    about = composition.answer("lrs", "http://127.0.0.1:8080/xapi/about")
    assert "1.0.3" in about["version"]
    assert {"key", "secret"} <= told.keys()
    events = composition.answer(
        "api", "http://127.0.0.1:8000/events?limit=1", Authorization="Bearer for-local-use-only"
    )
    assert "next_sequence" in events


def test_pages_ask_who_reads(composition: Composition) -> None:
    """The pages answer to whoever is not logged in with the login alone, and have the key that platforms ask for."""
    keys = composition.answer("pages", "http://127.0.0.1:8090/.well-known/jwks")
    assert keys["keys"]
    ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8090/', timeout=30).geturl())"
    assert composition.python("pages", ask).strip() == "http://127.0.0.1:8090/login?to=/"


def test_prometheus_has_the_figures_and_the_rules(composition: Composition) -> None:
    """With the profile `watch` every rule is loaded, and each query of the dashboard and of the rules has an answer."""
    composition.up("metrics", "prometheus")
    server = "http://prometheus:9090/api/v1"

    def is_read() -> bool:
        found = composition.answer("metrics", f"{server}/query?query=learnloom_up")["data"]["result"]
        return [each["value"][1] for each in found] == ["1"]

    wait_until(is_read, lambda: None, seconds=_LANDS_SECONDS)
    groups = composition.answer("metrics", f"{server}/rules")["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) == page("alerts/learnloom.rules.yml").count("- alert:")
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}
    panels = json.loads(page("deploy/grafana/dashboards/learnloom.json"))["panels"]
    silent = {target["expr"] for panel in panels for target in panel["targets"]}
    # Of an alert that does not fire, what it compares.
    silent |= {re.split(" (?:==|>|<) ", rule["query"])[0] for rule in rules}

    def all_tell() -> bool:
        for expression in list(silent):
            asked = f"{server}/query?{urlencode({'query': expression})}"
            if composition.answer("metrics", asked)["data"]["result"]:
                silent.remove(expression)
        return not silent

    wait_until(all_tell, lambda: None, seconds=_LANDS_SECONDS)


def test_a_backup_comes_back_where_nothing_is_left(composition: Composition) -> None:
    """Catalogue, data, journal and keys are copied by one command and restored by another, to empty volumes."""
    before = composition.landed()
    composition.tools("keys", "add", "A platform before the loss")
    composition.tools("backup", "/backup")
    composition.compose("--profile", "watch", "down")
    for volume in ("postgres", "warehouse"):
        composition.docker("volume", "rm", f"{PROJECT}_{volume}")
    composition.up("kafka", "postgres")
    composition.tools("restore", "/backup")
    assert composition.landed() == before
    assert "A platform before the loss" in composition.tools("keys", "list")
    composition.up()
    with _sending(composition, 61):
        pass
    composition.wait_until_taken(_Sent.count)


def test_down_and_up_keep_everything_and_leave_nothing_behind(composition: Composition) -> None:
    """What has landed is there again, a second start changes nothing, and no volume without a name is left."""
    before = composition.landed()
    composition.compose("down")
    composition.up()
    assert composition.landed() == before
    running = composition.compose("ps", "--quiet")
    composition.tools("status")
    composition.up()
    assert composition.compose("ps", "--quiet") == running
    volumes = composition.docker(
        "volume", "ls", "--quiet", "--filter", f"label=com.docker.compose.project={PROJECT}"
    )
    assert not re.findall(r"^[0-9a-f]{64}$", volumes, re.MULTILINE)


def test_a_backup_comes_back_on_the_object_store(composition: Composition) -> None:
    """With the profile `object-store` the same backup is restored to it, and what comes lands there."""
    before = composition.landed()
    composition.tools("backup", "/backup")
    composition.compose("down")
    for volume in ("postgres", "warehouse"):
        composition.docker("volume", "rm", f"{PROJECT}_{volume}")
    there = composition.with_settings(
        COMPOSE_PROFILES="object-store", LEARNLOOM_DATA_PATH="s3://learnloom/warehouse/"
    )
    there.up("kafka", "postgres", "objects")
    assert "object store: " in there.tools("doctor")
    there.tools("restore", "/backup")
    assert there.landed() == before
    there.up()
    with _sending(there, 71):
        pass
    there.wait_until_taken(_Sent.count)
