"""docs/how-to/kafka.md and the tutorial about Docker tell the truth: they are parsed, run, and held to the code."""

import ast
import re
import shlex
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.opening import connection_of
from learnloom.pipelines.ingest.sources.kafka import topics
from learnloom.pipelines.ingest.sources.kafka.messages import _READERS
from learnloom.pipelines.ingest.validate.repairs import REPAIRS
from servers.kafka.broker import Broker
from tests.documents import ROOT, blocks, page
from tests.pipelines.cli.shell import learnloom, parsed
from tests.sources import tree
from tests.test_compose import SERVICES

_PAGE = "docs/how-to/kafka.md"
_DOCKER = "docs/tutorials/docker.md"
_ANYTHING = "…"
_COMPOSE = "docker compose "


def _rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the page."""
    section = re.split(r"\n#+ ", page(_PAGE).split(f"# {heading}\n")[1])[0]
    lines = [line for line in section.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def _docker_lines() -> list[str]:
    (block,) = blocks(_DOCKER, "")
    return block.text.splitlines()


def _new_topic(broker: Broker) -> str:
    name = f"topic-{uuid.uuid4().hex[:12]}"
    broker.create_topic(name, partitions=2)
    return name


# What is shown -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", [line for block in blocks(_PAGE, "") for line in block.text.splitlines()], ids=str
)
def test_every_command_shown_is_one(line: str) -> None:
    """Every command of the page is understood by the command line as it stands."""
    program, *arguments = shlex.split(line)
    assert program == "learnloom"
    parsed(arguments)


def test_a_command_with_a_mistake_would_be_found() -> None:
    """Reading a command line refuses an unknown option and an unknown value."""
    for line in ("consume --topic xapi --nonsense", "consume --topic xapi --when-lost maybe", "consume"):
        with pytest.raises(Exception, match=r"nonsense|maybe|Missing parameter: topics"):
            parsed(line.split())


def test_python_example_sends_what_lands(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example of the page delivers the valid statement, tells of the other, and what it sent can be consumed."""
    monkeypatch.chdir(tmp_path)
    topic = _new_topic(broker)
    (block,) = blocks(_PAGE, "python")
    code = block.text.replace("kafka.school.example:9092", broker.address).replace('"xapi"', f'"{topic}"')
    exec(compile(code, _PAGE, "exec"), {})  # noqa: S102 - the page's own code is what is tested
    refused, delivered = capsys.readouterr().out.splitlines()
    assert refused.startswith("refused: ")
    assert delivered == "1 delivered"
    ran = learnloom("consume", "--topic", topic, "--until-caught-up", "--servers", broker.address, "--json")
    assert ran.code == Exit.DONE, ran.err
    (told,) = ran.values()
    assert (told["accepted"], told["refused"]) == (1, {})


def test_settings_shown_are_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the page, with the password from the environment, are a connection; nothing shows it."""
    monkeypatch.chdir(tmp_path)
    (block,) = blocks(_PAGE, "toml")
    authority = tmp_path / "ca.pem"
    authority.touch()
    Path("learnloom.toml").write_text(block.text.replace("/etc/learnloom/kafka-ca.pem", str(authority)))
    monkeypatch.setenv("LEARNLOOM_KAFKA_PASSWORD", "hidden-here")
    connection = connection_of(Settings(), None)
    assert "hidden-here" in connection.options().values()
    assert "hidden-here" not in repr(connection)


def test_headers_are_those_that_are_read() -> None:
    """The table of headers has those that the consumer reads, and no other."""
    assert [row[0].strip("`") for row in _rows("Headers")] == list(_READERS)


def test_repairs_are_listed() -> None:
    """The table of repairs has each with what it does."""
    listed = re.findall(r"^\| `([\w-]+)` \| (.*) \|$", page(_PAGE).split("| `--repair` |")[1], re.MULTILINE)
    assert listed[: len(REPAIRS)] == [(repair.name, repair.does) for repair in REPAIRS.values()]


def test_topics_are_made_with_the_retention_of_the_code() -> None:
    """The commands that make topics name the retention that the code and the AsyncAPI document tell."""
    (block,) = blocks(_PAGE, "sh")
    told = re.findall(r"--topic (\S+) \\\n  --partitions (\d+) .*retention\.ms=(\d+)", block.text)
    assert told == [
        ("xapi", "4", str(topics.STATEMENT_RETENTION_MS)),
        (topics.dead_topic("xapi"), str(topics.DEAD_PARTITIONS), str(topics.DEAD_RETENTION_MS)),
    ]


def _sources() -> list[Path]:
    """The sources of whatever a consumer does."""
    others = (ROOT / "pipelines/producer.py", ROOT / "pipelines/cli/consume.py")
    return [*(ROOT / "pipelines/ingest").rglob("*.py"), *others]


@cache
def _messages() -> list[str]:
    """Every text in the sources that speak to Kafka, with … in the place of what is put in."""
    return [text for path in _sources() for node in ast.walk(tree(path)) for text in _texts(node)]


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else _ANYTHING for part in node.values]
        yield "".join(str(part) for part in parts)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.sub(r"%(\.\d+)?[sdf]", _ANYTHING, node.value)


_LINES = [re.findall(r"`([^`]+)`", row[0])[0] for row in _rows("What a log line means")]


@pytest.mark.parametrize("line", _LINES)
def test_every_line_explained_is_said(line: str) -> None:
    """What the table quotes is what the code says: every piece between two … stands in one of its messages."""
    for piece in line.removeprefix("partitions ").split(_ANYTHING):
        assert any(piece.strip(" :") in message for message in _messages()), piece


def test_every_warning_is_explained() -> None:
    """Each warning that the sources of Kafka log is in the table."""
    called = re.compile(r"(?:_log\.(?:warning|info)|self\._note|self\._repeat)\(\s*f?\"([^\"]+)\"")
    found = [text for path in _sources() for text in called.findall(path.read_text(encoding="utf-8"))]
    assert len(found) > 10
    pieces = "\n".join(_LINES)
    for text in found:
        beginning = re.split(r"%|\{", text)[0].strip(" :")
        assert beginning in pieces, f"not explained: {text}"


# The tutorial's lines ---------------------------------------------------------------------------------------


def test_docker_lines_are_understood() -> None:
    """The first line starts the composition; each other one is a command of learnloom in the service for tools."""
    up, *others = _docker_lines()
    assert up == f"{_COMPOSE}up --detach --wait"
    assert len(others) == 4
    for line in others:
        parsed(_command(line))


def _command(line: str) -> list[str]:
    prefix = f"{_COMPOSE}run --rm tools "
    assert line.startswith(prefix)
    return shlex.split(line.removeprefix(prefix))


def _by_default(value: str) -> str:
    """What stands for ${NAME:-DEFAULT} where the environment says nothing."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def test_docker_lines_do_what_they_promise(
    broker: Broker, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the settings of the composition, on a real broker and catalogue, a class that is produced lands."""
    monkeypatch.chdir(tmp_path)
    topic = _new_topic(broker)
    environment = {name: _by_default(value) for name, value in SERVICES["tools"]["environment"].items()} | {
        "LEARNLOOM_CATALOG": database,
        "LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS": broker.address,
        "LEARNLOOM_WAREHOUSE": str(tmp_path / "warehouse"),
    }

    def run(arguments: list[str], expected: Exit = Exit.DONE) -> str:
        smaller = {"xapi": topic, "60": "10"}
        ran = learnloom(*(smaller.get(word, word) for word in arguments), env=environment)
        assert ran.code == expected, ran.err
        return ran.out

    simulate, produce, dead, query = [_command(line) for line in _docker_lines()[1:]]
    run(simulate)
    run(produce)
    run([*SERVICES["consumer"]["command"], "--until-caught-up"], Exit.SOME_REFUSED)
    assert "waiting" in run(dead)
    (landed,) = re.findall(r"\d[\d,]*", run(query))
    assert int(landed.replace(",", "")) > 100
