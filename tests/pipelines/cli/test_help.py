"""What every command has in common: help with an example that works, usage errors, a quiet end."""

import json
import re
import shlex
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from kafka.errors import TopicAlreadyExistsError

from learnloom.pipelines.cli.main import _COMMANDS
from learnloom.pipelines.cli.options import Exit
from learnloom.pipelines.lake.connection import Warehouse
from servers.kafka.broker import Broker
from tests.conftest import SmallClass
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom

_MAIN = "from learnloom.pipelines.cli.main import main; main()"
_OF_SEVERAL = [
    "skills",
    "vocabulary",
    "models",
    "deliver",
    "plan",
    "people",
    "vault",
    "roster",
    "login",
    "erase",
]
COMMANDS = [
    *([name] for name in _COMMANDS if name not in _OF_SEVERAL and name != "serve"),
    *(["dead", name] for name in ("list", "show", "export", "replay")),
    *(["skills", name] for name in ("import", "missing", "suggest")),
    *(["people", name] for name in ("import", "merge", "split", "undo", "list", "suggest", "history")),
    *(["vault", name] for name in ("import", "show", "consent", "rotate", "forget")),
    *(["vocabulary", name] for name in ("import", "list", "show", "check", "missing")),
    *(["deliver", name] for name in ("run", "list", "replay", "resume")),
    ["plan", "import"],
    *(["models", name] for name in ("list", "use", "compare")),
    *(["roster", name] for name in ("import", "show", "match", "fetch", "unmatched")),
    *(["login", name] for name in ("invite", "platforms")),
    # Last: nothing can be said of a student who was erased.
    *(["erase", name] for name in ("request", "list", "run", "receipt")),
]


def _example(command: list[str]) -> list[str]:
    text = learnloom(*command, "--help").out
    found = re.search(r"Example: learnloom (.*)", text)
    assert found, f"no example in the help of {command}"
    return shlex.split(found.group(1).strip())


def test_help_lists_every_command_with_a_sentence() -> None:
    """`learnloom --help` names every command and what it does, and how to begin."""
    ran = learnloom("--help")
    assert ran.code == Exit.DONE
    for name in _COMMANDS:
        assert re.search(rf"^\W*{name}\s+\S.*\.", ran.out, re.MULTILINE), name
    assert "learnloom demo" in ran.out


@pytest.mark.parametrize("name", _COMMANDS)
def test_listed_sentence_is_the_commands_own(name: str) -> None:
    """The sentence that `learnloom --help` lists is the first one of the command's own help."""
    ran = learnloom(name, "--help")
    assert " ".join(_COMMANDS[name].split()) in " ".join(re.sub("[│╭╰─╮╯]", " ", ran.out).split())


def test_misspelt_command_is_told_the_right_one() -> None:
    """A misspelt command is answered with the one that was meant."""
    ran = learnloom("chekc")
    assert ran.code == Exit.USAGE
    assert "Did you mean 'check'?" in ran.err


@pytest.mark.slow
def test_help_loads_no_command() -> None:
    """`learnloom --help` loads none of the packages that commands need, and `query` none that only others need."""
    heavy = ("duckdb", "kafka", "numpy", "prefect", "pydantic", "sklearn")
    assert _loaded("learnloom.pipelines.cli.main", heavy) == []
    assert _loaded("learnloom.pipelines.cli.query", ("kafka", "numpy", "prefect", "sklearn")) == []
    assert _loaded("learnloom.pipelines.cli.status", ("kafka", "numpy", "prefect", "sklearn")) == []


def _loaded(module: str, packages: tuple[str, ...]) -> list[str]:
    """Which of the packages a new process has loaded after importing a module."""
    code = f"import sys, {module}; print(*(name for name in {packages} if name in sys.modules))"
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()


def test_no_arguments_show_the_help() -> None:
    """`learnloom` alone shows the help."""
    ran = learnloom()
    assert "Usage: learnloom" in ran.out + ran.err


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_about_the_command_alone(command: list[str]) -> None:
    """The help of a command says what it does and offers no option that belongs to no command."""
    ran = learnloom(*command, "--help")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert f"Usage: learnloom {' '.join(command)}" in ran.out
    assert "completion" not in ran.out


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


_GO_ON = (["api"], ["lrs"], ["pages"])
"""Until told to stop: their examples are tried where they are tested."""
_SPEAK_TO_KAFKA = ("produce", "consume")
_MARKS = {"demo": pytest.mark.slow} | dict.fromkeys(_SPEAK_TO_KAFKA, pytest.mark.broker)


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
    real_ids: dict[str, str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The example in the help does what it says, once its ids are those of this warehouse."""
    monkeypatch.chdir(example_place)
    if command[0] in _SPEAK_TO_KAFKA:
        _make_topic(request.getfixturevalue("broker"), monkeypatch)
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
    ran = learnloom(*(real_ids.get(word, word) for word in example), env={"LEARNLOOM_WAREHOUSE": "warehouse"})
    assert ran.code == Exit.DONE, ran.err
    assert ran.out


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_unknown_option_is_a_usage_error(command: list[str]) -> None:
    """An option that does not exist leaves code 2, names it, and touches nothing."""
    ran = learnloom(*command, "--nonsense")
    assert (ran.code, "--nonsense" in ran.err) == (Exit.USAGE, True)
    assert list(Path().iterdir()) == []


def test_unknown_command_is_a_usage_error() -> None:
    """A command that does not exist leaves code 2 and names it."""
    ran = learnloom("nonsense")
    assert (ran.code, "nonsense" in ran.err) == (Exit.USAGE, True)


def test_version_is_told() -> None:
    """`--version` prints name and version."""
    assert re.fullmatch(r"learnloom \d+\.\d+\.\d+\n", learnloom("--version").out)


def test_reader_that_leaves_early_causes_no_traceback(school: SmallClass) -> None:
    """`learnloom … | head -1` ends quietly."""
    rows = "SELECT range AS n, repeat('x', 100) AS filler FROM range(100000)"
    process = subprocess.Popen(
        [sys.executable, "-c", _MAIN, "query", rows, "--limit", "100000", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b'{"n": 0')
    process.stdout.close()
    assert process.stderr.read() == b""
    process.wait()
    process.stderr.close()


def test_ctrl_c_leaves_130(school: SmallClass, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that is interrupted says so in a word and leaves with 130."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("learnloom.pipelines.cli.status.read_status", interrupted)
    ran = learnloom("status")
    assert (ran.code, "Traceback" in ran.err) == (Exit.INTERRUPTED, False)


_HEAVY = ("numpy", "pyarrow", "rich", "filelock", "stamina", "sklearn", "kafka", "httpx")
"""What takes longer to import than the rest of a look-up."""


@pytest.mark.parametrize(
    "name", ["status", "students", "signals", "profile", "query", "dead", "deliver", "reviews", "refresh"]
)
@pytest.mark.slow
def test_commands_that_look_something_up_import_nothing_heavy(name: str) -> None:
    """What computes, lands or draws is imported when it is needed: a look-up or a refresh of nothing never waits."""
    code = (
        f"import sys; import learnloom.pipelines.cli.{name}; print(*({_HEAVY!r} & sys.modules.keys()), sep=',')"
    ).replace(repr(_HEAVY), repr(set(_HEAVY)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "extra"), [(["refresh", "--full"], "warehouse"), (["login", "--help"], "api")]
)
def test_a_command_says_which_extra_it_lacks(
    small_class: SmallClass, tmp_path: Path, command: list[str], extra: str
) -> None:
    """Whether it needs a package at once or when there is something to compute, it names the package and the extra."""
    place = ["--warehouse", str(small_class.copy_to(tmp_path / "warehouse"))]
    code = (
        "import sys; sys.modules.update(numpy=None, babel=None)\n"
        f"sys.argv = ['learnloom', *{[*command, *place]!r}]\n"
        "from learnloom.pipelines.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (Exit.FAILED, False)
    assert f"learnloom[{extra}]" in done.stderr
