"""`learnloom produce`, `consume` and `check --topic` over a real broker, as a user types them."""

import json
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from servers.kafka.broker import Broker
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import Ran, learnloom
from tests.pipelines.ingest.sources.kafka.samples import new_topic, send

_MAIN = "from learnloom.pipelines.cli.main import main; main()"


@pytest.fixture
def topic(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> str:
    """A topic on the broker that the settings name, and a group of its own."""
    monkeypatch.setenv("LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS", broker.address)
    monkeypatch.setenv("LEARNLOOM_KAFKA_GROUP_ID", f"group-{uuid.uuid4().hex}")
    monkeypatch.setenv("LEARNLOOM_KAFKA_SESSION_TIMEOUT_SECONDS", "6")
    return new_topic(broker, 2)


def _consume(topic: str, *more: str, env: dict[str, str] | None = None) -> Ran:
    return learnloom("consume", "--topic", topic, "--until-caught-up", *more, env=env)


def _landed() -> int:
    (row,) = learnloom("query", "SELECT count(*) AS n FROM landing.statement", "--json").values()
    return int(row["n"])


def test_what_is_produced_lands_once(topic: str) -> None:
    """Files are sent, land, and land no second time, however often they are sent and read."""
    Path("some.jsonl").write_bytes(lines(*(answer(number) for number in range(1, 21))))
    for known in (0, 20):
        ran = learnloom("produce", "some.jsonl", "--topic", topic, "--source", "our-lms", "--json")
        assert (ran.code, ran.values()[-1]["delivered"]) == (Exit.DONE, 20)
        told = _consume(topic, "--json")
        assert told.code == Exit.DONE
        assert (told.values()[-1]["accepted"], told.values()[-1]["duplicates"]) == (20 - known, known)
        assert {"message", "level", "at"} <= json.loads(told.err.splitlines()[0]).keys()
    assert "There are no new records." in _consume(topic).out
    assert _landed() == 20


def test_refused_ones_are_told_by_sender_and_on_their_own_topic(topic: str, broker: Broker) -> None:
    """What is refused has code 3, its sender, and a message on the topic of dead letters."""
    Path("some.jsonl").write_bytes(lines(answer(1), answer(2, actor={"mbox": "someone@school.example"})))
    learnloom("produce", "some.jsonl", "--topic", topic, "--source", "our-lms")
    assert _consume(topic).code == Exit.SOME_REFUSED
    (counted,) = learnloom("dead", "--by", "source", "--json").values()
    assert (counted["source"], counted["waiting"]) == ("our-lms", 1)
    assert broker.end_offsets(f"{topic}.dead") == {0: 1}
    ran = learnloom("dead", "replay", "--source", "our-lms", "--repair", "mailto")
    assert (ran.code, _landed()) == (Exit.DONE, 2)
    (letter,) = learnloom("dead", "list", "--replayed", "--json").values()
    assert "fixed by mailto" in learnloom("dead", "show", letter["id"]).out


def test_checked_ones_are_not_sent(topic: str, broker: Broker) -> None:
    """With --check an invalid statement is told with file and line, and stays behind."""
    Path("some.jsonl").write_bytes(lines(answer(1), {"nothing": 1}))
    ran = learnloom("produce", "some.jsonl", "--topic", topic, "--check")
    assert (ran.code, "some.jsonl:2: The statement" in ran.err) == (Exit.SOME_REFUSED, True)
    assert sum(broker.end_offsets(topic).values()) == 1


def test_a_topic_is_checked_without_being_landed(topic: str, broker: Broker) -> None:
    """`check --topic` judges what a topic holds; nothing lands, and no consumer is kept from it."""
    send(broker, topic, [*lines(answer(1), answer(2)).splitlines(), b"broken"])
    ran = learnloom("check", "--topic", topic, "--json")
    assert ran.code == Exit.SOME_REFUSED
    assert (ran.values()[0]["records"], ran.values()[0]["valid"]) == (3, 2)
    assert not Path("learnloom-warehouse").exists()
    assert _consume(topic).code == Exit.SOME_REFUSED
    assert _landed() == 2


def test_too_many_refused_ones_stop_it_before_they_land(topic: str, broker: Broker) -> None:
    """A topic full of faults is left as it is, with the reason; told to, it is taken whole."""
    send(broker, topic, [b"broken %d" % number for number in range(30)])
    limits = {"LEARNLOOM_DEAD_LETTER_WINDOW": "10"}
    ran = _consume(topic, env=limits)
    assert (ran.code, "--max-dead-share 1" in ran.err) == (Exit.FAILED, True)
    assert "There are no dead letters." in learnloom("dead").out
    assert _consume(topic, "--max-dead-share", "1", env=limits).code == Exit.SOME_REFUSED
    assert learnloom("dead", "--json").values()[0]["waiting"] == 30


@pytest.mark.parametrize("command", ["produce", "consume", "check"])
def test_a_missing_topic_is_told_at_once(command: str, topic: str) -> None:
    """A mistyped topic is an error that names it, and makes no warehouse rows."""
    Path("some.jsonl").write_bytes(lines(answer(1)))
    arguments = {"produce": ["some.jsonl"], "consume": ["--until-caught-up"], "check": []}[command]
    ran = learnloom(command, *arguments, "--topic", "no-such-topic")
    assert (ran.code, "no topic no-such-topic" in ran.err) == (Exit.FAILED, True)


def test_an_absent_broker_is_given_up_on(topic: str) -> None:
    """Where no broker answers for as long as the settings allow, the error says where, and what to check."""
    ran = _consume(topic, "--servers", "127.0.0.1:1", env={"LEARNLOOM_STALL_SECONDS": "1"})
    assert (ran.code, "LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS" in ran.err) == (Exit.FAILED, True)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, Exit.DONE), (signal.SIGINT, Exit.INTERRUPTED)])
def test_a_signal_ends_a_follower(number: signal.Signals, code: Exit, topic: str, broker: Broker) -> None:
    """SIGTERM is a service's good end, Ctrl-C an interruption; what it had in hand has landed."""
    send(broker, topic, lines(*(answer(each) for each in range(1, 6))).splitlines())
    process = subprocess.Popen(
        [sys.executable, "-c", _MAIN, "consume", "--topic", topic, "--verbose"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "5 landed" in line:
            break
    process.send_signal(number)
    process.stderr.read()
    process.stderr.close()
    assert process.wait() == code
    assert _landed() == 5
