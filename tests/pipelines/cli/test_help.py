"""What every command has in common: help, usage errors, a quiet end."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from learnloom.pipelines.cli.main import _COMMANDS
from learnloom.pipelines.cli.options import Exit
from tests.conftest import SmallClass
from tests.pipelines.cli.commands import COMMANDS
from tests.pipelines.cli.shell import learnloom

_MAIN = "from learnloom.pipelines.cli.main import main; main()"


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


_LOOK_UPS = ("status", "students", "signals", "profile", "query", "dead", "deliver", "reviews", "refresh")
_HEAVY = ("numpy", "pyarrow", "rich", "filelock", "stamina", "sklearn", "kafka", "httpx", "prefect")
"""What takes longer to import than the rest of a look-up."""


@pytest.mark.slow
def test_help_loads_no_command() -> None:
    """`learnloom --help` loads none of the packages that commands need."""
    heavy = ("duckdb", "kafka", "numpy", "prefect", "pydantic", "sklearn")
    assert _loaded(("main",), heavy) == [[]]


@pytest.mark.slow
def test_commands_that_look_something_up_import_nothing_heavy() -> None:
    """What computes, lands or draws is imported when it is needed: a look-up or a refresh of nothing never waits."""
    loaded = zip(_LOOK_UPS, _loaded(_LOOK_UPS, _HEAVY), strict=True)
    assert {name: found for name, found in loaded if found} == {}


def _loaded(commands: tuple[str, ...], packages: tuple[str, ...]) -> list[list[str]]:
    """Which of the packages a new process has loaded after importing the modules of commands, one after the other."""
    code = (
        "import sys, json, importlib\n"
        f"for name in {commands!r}:\n"
        "    importlib.import_module(f'learnloom.pipelines.cli.{name}')\n"
        f"    print(json.dumps([each for each in {packages!r} if each in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


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
