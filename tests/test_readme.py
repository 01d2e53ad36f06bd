"""The front page tells the truth: its commands run, what it quotes is printed, its tables are complete."""

import re
import shlex
from pathlib import Path

import pytest
from pydantic import BaseModel

from learnloom.pipelines.cli.main import _COMMANDS
from learnloom.pipelines.cli.options import Exit
from learnloom.pipelines.config.alerts import Alerts
from learnloom.pipelines.config.schedules import Schedules
from learnloom.pipelines.config.settings import Settings
from tests.conftest import SmallClass
from tests.documents import ROOT, blocks, page
from tests.pipelines.cli.shell import learnloom

_README = "README.md"
_NUMBER = re.compile(r"\d[\d,.]*")
_NAME = re.compile(r"\b[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
_BLANKS = re.compile(r"[ ─]+")


def _shape(line: str) -> str:
    """A line without what may differ from run to run and model to model: numbers, names, width."""
    return _BLANKS.sub(" ", _NAME.sub("N", _NUMBER.sub("#", line))).strip()


def _rows(heading: str, columns: int, name: str = _README) -> list[list[str]]:
    """The cells of the table under a heading of a page."""
    section = page(name).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|") and not line.startswith("|---")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in rows if len(row) == columns]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_class: SmallClass) -> Path:
    """A folder in which somebody has statements and a skill map."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEARNLOOM_WAREHOUSE", raising=False)
    Path("statements.jsonl").write_bytes(small_class.statements.read_bytes())
    Path("skills.csv").write_bytes(small_class.skill_map.read_bytes())
    return tmp_path


@pytest.mark.slow
def test_demo_prints_what_is_quoted(place: Path) -> None:
    """`make demo` runs `learnloom demo`, which prints every quoted line, in this order."""
    assert re.search(r"^demo:.*\n\t@\$\(BIN\)/learnloom demo", page("Makefile"), re.MULTILINE)
    (quoted,) = [block for block in blocks(_README, "") if block.text.startswith("1. ")]
    ran = learnloom("demo", "demo")
    assert ran.code == Exit.DONE
    printed = iter([_shape(line) for line in ran.out.splitlines()])
    for line in quoted.text.splitlines():
        assert _shape(line) in printed, f"the demo does not print, or not in this place: {line}"


def test_first_steps_can_be_taken(place: Path) -> None:
    """The commands of the first steps run one after the other; only the faults of the statements are told."""
    section = [block for block in blocks(_README, "") if block.heading.startswith("First steps")]
    (block,) = section
    for line in block.text.splitlines():
        program, *arguments = shlex.split(line)
        ran = learnloom(*arguments)
        expected = Exit.SOME_REFUSED if arguments[0] in {"check", "import"} else Exit.DONE
        assert (program, ran.code) == ("learnloom", expected), f"{line}: {ran.err}"
        assert ran.out


def test_every_make_target_named_exists() -> None:
    """`make X` in the pages is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
    for name in [_README, *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]:
        assert set(re.findall(r"(?:^|`)make ([a-z]+)(?:`|$)", page(name), re.MULTILINE)) <= targets, name


def test_every_command_is_listed() -> None:
    """The table of commands has all of them, in the order of the help."""
    listed = [row[0] for row in _rows("Commands", 2)]
    commands = list(_COMMANDS)
    assert listed[1 : 1 + len(commands)] == [f"`learnloom {name}`" for name in commands]
    assert not any("learnloom" in cell for cell in listed[1 + len(commands) :])


def test_every_exit_code_is_listed() -> None:
    """The table of exit codes has all of them."""
    listed = [row[0] for row in _rows("Commands", 2) if row[0].isdigit()]
    assert listed == [str(code.value) for code in Exit]


def test_every_setting_is_listed() -> None:
    """The table of settings has every setting with its default and its meaning."""
    expected = [
        [f"`{name}`", str(field.default), field.description] for name, field in Settings.model_fields.items()
    ]
    listed = _rows("Settings", 3)[1:]
    nested = {"`alerts`", "`flows`", "`thresholds`"}
    assert [row for row in listed if row[0] not in nested] == [
        row for row in expected if row[0] not in nested
    ]
    assert {row[0] for row in listed} & nested == nested


@pytest.mark.parametrize(("heading", "model"), [("Flows", Schedules), ("Alerts", Alerts)])
def test_every_setting_of_the_flows_is_listed(heading: str, model: type[BaseModel]) -> None:
    """The tables of docs/operate.md have every setting of flows and alerts with its default and its meaning."""
    listed = [row for row in _rows(heading, 3, "docs/operate.md") if row[0].startswith("`")]
    assert listed == [
        [f"`{name}`", ", ".join(field.default) if name == "topics" else str(field.default), field.description]
        for name, field in model.model_fields.items()
    ]


def test_settings_example_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings file that is shown is read as it stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEARNLOOM_WAREHOUSE", raising=False)
    (block,) = blocks(_README, "toml")
    Path("learnloom.toml").write_text(block.text)
    settings = Settings()
    assert (str(settings.warehouse), settings.thresholds.quiet_days) == ("/srv/learnloom", 10)
