"""The example in the help of each command works as it stands there."""

import json
import re
import shlex
from contextlib import suppress
from pathlib import Path

import pytest
from kafka.errors import TopicAlreadyExistsError

from learnloom.pipelines.cli.options import Exit
from learnloom.pipelines.lake.connection import Warehouse
from servers.kafka.broker import Broker
from tests.conftest import SmallClass
from tests.pipelines.cli.commands import COMMANDS
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom


def _example(command: list[str]) -> list[str]:
    text = learnloom(*command, "--help").out
    found = re.search(r"Example: learnloom (.*)", text)
    assert found, f"no example in the help of {command}"
    return shlex.split(found.group(1).strip())


@pytest.fixture(scope="module")
def example_place(small_class: SmallClass, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the examples name, and a warehouse that they may change."""
    place = tmp_path_factory.mktemp("examples")
    small_class.copy_to(place / "warehouse")
    (place / "statements").mkdir()
    (place / "statements/a.jsonl").write_bytes(lines(answer(1)))
    (place / "more.jsonl.gz").write_bytes(lines(answer(2)))
    (place / "statements.jsonl").write_bytes(lines(answer(3)))
    (place / "answers.csv").write_text(
        "user_id,problem_id,skill,correct\n"
        + "".join(f"{n % 40},{n % 7},s{n % 3},{n % 2}\n" for n in range(400)),
        encoding="utf-8",
    )
    (place / "plan.csv").write_text("course,begins,ends\nhttps://s.example/c,2026-09-01,2026-12-18\n")
    (place / "school.toml").write_text('[[drop]]\ntype = "https://s.example/attempt"\n')
    (place / "people.csv").write_text("identifier,role\nmailto:head@s.example,principal\n")
    (place / "roster.csv").write_text(
        "course_id,identifier,role\nhttps://s.example/c,mailto:t@s.example,teacher\n"
    )
    (place / "skills.csv").write_bytes(small_class.skill_map.read_bytes())
    names = "identifier,name\nmailto:ann@school.example,Ann\nmailto:bob@school.example,Bob\n"
    (place / "names.csv").write_text(names)
    (place / "learnloom.toml").write_text(
        '[[subscriptions]]\nname = "tutor"\nto = "file"\nfolder = "sent"\n'
        '[login]\naddress = "https://learnloom.school.example"\n'
        f'[pseudonyms]\nhome_page = "https://school.example/p"\nkey = "{"k" * 32}"\n'
        '[vault]\nfile = "vault.sqlite"\naudit_file = "audit.sqlite"\n',
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(place)
        assert learnloom("vault", "import", "names.csv").code == Exit.DONE
    return place


@pytest.fixture(scope="module")
def real_ids(example_place: Path) -> dict[str, str]:
    """Ids of this warehouse in the place of those in the examples."""
    with Warehouse(example_place / "warehouse", read_only=True) as warehouse:
        key, other = warehouse.one("SELECT min(student_key), max(student_key) FROM dimensional.dim_student")
        (letter,) = warehouse.one("SELECT min(dead_letter_id) FROM landing.dead_letter")
    made = learnloom(
        "keys", "add", "Moodle", "--json", env={"LEARNLOOM_WAREHOUSE": str(example_place / "warehouse")}
    )
    return {
        "3fa85f6457174562": key,
        "9b7c1d2e3f405162": other,
        "0f3c8a71d2e94b56": letter,
        "ll_0123456789abcdef": json.loads(made.out)["key"],
    }


@pytest.fixture(scope="module")
def little_ids(example_place: Path) -> dict[str, str]:
    """Ids of a warehouse of three answers: of the other, all that examples have written would be written anew."""
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(example_place)
        patched.setenv("LEARNLOOM_WAREHOUSE", "little")
        learnloom("import", "statements", "more.jsonl.gz", "statements.jsonl")
        learnloom("refresh", "--as-of", "2026-09-08")
    with Warehouse(example_place / "little", read_only=True) as warehouse:
        (key,) = warehouse.one("SELECT min(student_key) FROM dimensional.dim_student")
    return {"3fa85f6457174562": key}


_GO_ON = (["api"], ["lrs"], ["pages"])
"""Until told to stop: their examples are tried where they are tested."""
_LITTLE_WILL_DO = ("erase", "refresh")
"""What writes every table."""
_SPEAK_TO_KAFKA = ("produce", "consume")
_MARKS = {"demo": pytest.mark.long} | dict.fromkeys(_SPEAK_TO_KAFKA, pytest.mark.broker)


def _make_topic(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the topic that the examples name, on the broker that the settings name."""
    monkeypatch.setenv("LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS", broker.address)
    with suppress(TopicAlreadyExistsError):
        broker.create_topic("xapi")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(each, marks=_MARKS.get(each[0], ()), id=" ".join(each))
        for each in COMMANDS
        if each not in _GO_ON
    ],
)
def test_example_works(
    command: list[str],
    example_place: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The example in the help does what it says, once its ids are those of this warehouse; doctor finds it sound."""
    monkeypatch.chdir(example_place)
    if command[0] in _SPEAK_TO_KAFKA:
        _make_topic(request.getfixturevalue("broker"), monkeypatch)
    place = "little" if command[0] in _LITTLE_WILL_DO else "warehouse"
    real_ids = request.getfixturevalue("little_ids" if place == "little" else "real_ids")
    if command[0] == "vault":  # of whom something is told
        learnloom("vault", "import", "names.csv")
    if command == ["models", "compare"]:
        learnloom("train", env={"LEARNLOOM_WAREHOUSE": "warehouse"})  # a second version to compare with
    if command in (["people", "split"], ["people", "undo"]):  # what is split, or undone
        merged = (real_ids["3fa85f6457174562"], real_ids["9b7c1d2e3f405162"])
        learnloom("people", "merge", *merged, env={"LEARNLOOM_WAREHOUSE": "warehouse"})
    example = _example(command)
    assert example[: len(command)] == command
    if "--students" in example:
        example[example.index("--students") + 1] = "5"
    ran = learnloom(*(real_ids.get(word, word) for word in example), env={"LEARNLOOM_WAREHOUSE": place})
    assert ran.code == Exit.DONE, ran.err
    assert ran.out
    if command == ["doctor"]:
        assert ran.out.splitlines()[-1] == "All checks passed."
