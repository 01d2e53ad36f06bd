"""The front page and the tutorials tell the truth: their commands run and print what is quoted."""

import json
import re
import shlex
from pathlib import Path

import jsonschema
import pytest

from learnloom.pipelines.cli.main import root_command
from learnloom.pipelines.cli.options import Exit
from tests.conftest import SmallClass
from tests.documents import ROOT, blocks, page
from tests.pipelines.cli.shell import learnloom

_README = "README.md"
_FIRST_STEPS = "docs/tutorials/first-steps.md"
_NUMBER = re.compile(r"\d[\d,.]*")
_NAME = re.compile(r"\b[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
_BLANKS = re.compile(r"[ ─]+")
_EXPECTED = {"check": Exit.SOME_REFUSED, "import": Exit.SOME_REFUSED}
"""Commands that find the faults of the statements; all others end with DONE."""
_LONGEST = 130
"""Lines of the front page: a manual belongs into docs/."""


def _shape(line: str) -> str:
    """A line without what may differ from run to run and model to model: numbers, names, width."""
    return _BLANKS.sub(" ", _NAME.sub("N", _NUMBER.sub("#", line))).strip()


def _quoted() -> dict[str, list[str]]:
    """The commands of the front page, each with the lines that it is said to print."""
    found: dict[str, list[str]] = {}
    for block in blocks(_README, "console"):
        for run in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, *printed = run.splitlines()
            found[command] = [line for line in printed if line]
    return found


def _holds(command: str, arguments: list[str]) -> None:
    """Run a command and look for the quoted lines, in their order, in what it prints."""
    ran = learnloom(*arguments)
    assert ran.code == _EXPECTED.get(arguments[0], Exit.DONE), ran.err
    printed = iter([_shape(line) for line in ran.out.splitlines()])
    for line in _quoted()[command]:
        assert _shape(line) in printed, f"{command} does not print, or not in this place: {line}"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_class: SmallClass) -> Path:
    """A folder in which somebody has statements and a skill map."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEARNLOOM_WAREHOUSE", raising=False)
    Path("statements.jsonl").write_bytes(small_class.statements.read_bytes())
    Path("skills.csv").write_bytes(small_class.skill_map.read_bytes())
    return tmp_path


def test_there_are_five_commands() -> None:
    """The front page shows five commands, the demo first, each with something that it prints."""
    quoted = _quoted()
    assert next(iter(quoted)) == "make demo"
    assert len(quoted) == 5
    assert all(quoted.values())


def test_the_front_page_is_short() -> None:
    """What is looked up stands in docs/, and the front page is read in one go."""
    assert len(page(_README).splitlines()) <= _LONGEST


@pytest.mark.slow
@pytest.mark.parametrize("more", [["--students", "20"], pytest.param([], marks=pytest.mark.long)])
def test_demo_prints_what_is_quoted(place: Path, more: list[str]) -> None:
    """`make demo` runs `learnloom demo`, which prints every quoted line, in this order; of a smaller class, too."""
    assert re.search(r"^demo:.*\n\t@\$\(BIN\)/learnloom demo", page("Makefile"), re.MULTILINE)
    _holds("make demo", ["demo", "demo", *more])


@pytest.mark.slow
def test_the_other_commands_print_what_is_quoted(place: Path) -> None:
    """The commands of the front page run one after the other, and each prints every quoted line, in this order."""
    for command in list(_quoted())[1:]:
        program, *arguments = shlex.split(command)
        assert program == "learnloom"
        _holds(command, arguments)


def test_the_signal_shown_is_one() -> None:
    """The signal of the front page follows the published schema, and its sentence is the one that is quoted above."""
    (block,) = blocks(_README, "json")
    signal = json.loads(block.text)
    schema = json.loads(page("docs/reference/schemas/signal.json"))
    jsonschema.Draft202012Validator(schema).validate(signal)
    assert signal["sentence"] in "\n".join(list(_quoted().values())[-1])


@pytest.mark.long
@pytest.mark.slow
def test_first_steps_can_be_taken(place: Path) -> None:
    """The commands of the tutorial run one after the other; only the faults of the statements are told."""
    (block,) = blocks(_FIRST_STEPS, "")
    for line in block.text.splitlines():
        program, *arguments = shlex.split(line)
        ran = learnloom(*arguments)
        expected = _EXPECTED.get(arguments[0], Exit.DONE)
        assert (program, ran.code) == ("learnloom", expected), f"{line}: {ran.err}"
        assert ran.out


def test_first_steps_are_explained() -> None:
    """Each command of the tutorial is named in a heading below."""
    (block,) = blocks(_FIRST_STEPS, "")
    explained = " ".join(re.findall(r"^### (.*)$", page(_FIRST_STEPS), re.MULTILINE))
    for line in block.text.splitlines():
        assert line.split()[1] in explained


def test_every_command_named_exists() -> None:
    """`learnloom X` in a page is a command, and `learnloom X Y` one below it where X has others below it."""
    root = root_command()
    context = root.make_context("learnloom", [], resilient_parsing=True)
    code = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
    named = set()
    for path in [ROOT / _README, ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for block in code.findall(path.read_text(encoding="utf-8")):
            named |= set(re.findall(r"\blearnloom ([a-z]+)(?: +([a-z]+)\b)?", block))
    assert len(named) > 30
    for name, following in named:
        command = root.get_command(context, name)
        assert command is not None, f"there is no `learnloom {name}`"
        command = command.make_context(name, [], parent=context, resilient_parsing=True).command
        if following and hasattr(command, "list_commands"):
            assert following in command.list_commands(context), f"there is no `learnloom {name} {following}`"


def test_every_make_target_named_exists() -> None:
    """`make X` in the pages is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
    for path in [ROOT / _README, ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        named = re.findall(r"(?:^|`)make ([a-z-]+)(?:`|$)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(named) <= targets, path
