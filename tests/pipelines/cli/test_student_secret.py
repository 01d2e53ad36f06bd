"""The secret of student keys as whoever runs learnloom meets it: made, named, missed after a restore, brought back."""

from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from learnloom.pipelines.lake.student_secret import FILE
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import Ran, learnloom

_DAY = ("--as-of", "2026-09-20")


def _keys(folder: Path) -> list[str]:
    ran = learnloom("query", "SELECT student_key FROM dimensional.dim_student", "--json", "-w", folder)
    return [str(row["student_key"]) for row in ran.values()]


def _told(ran: Ran, about: str = "keys of students") -> str:
    (line,) = [line for line in ran.out.splitlines() if about in line]
    return line


@pytest.mark.long
@pytest.mark.slow
def test_a_secret_is_made_named_missed_and_brought_back(tmp_path: Path) -> None:
    """The first refresh makes it, no backup holds it, a restored warehouse stops without it, and then goes on."""
    school, again, safe = tmp_path / "school", tmp_path / "again", tmp_path / "safe"
    statements = tmp_path / "class.jsonl"
    statements.write_bytes(lines(answer(1)))
    assert learnloom("import", statements, "-w", school).code == Exit.DONE
    assert "the first refresh makes them" in _told(learnloom("doctor", "-w", school))
    assert learnloom("refresh", *_DAY, "-w", school).code == Exit.DONE
    keys = _keys(school)
    assert str(school / FILE) in _told(learnloom("doctor", "-w", school))

    backed_up = learnloom("backup", safe, "-w", school)
    assert str(school / FILE) in backed_up.out
    assert not list(safe.rglob(FILE))
    restored = learnloom("restore", safe, "-w", again)
    assert (restored.code, f"{again / FILE} is missing" in restored.err) == (Exit.DONE, True)
    for command in (("refresh", *_DAY), ("erase", "request", keys[0]), ("doctor",)):
        ran = learnloom(*command, "-w", again)
        assert ran.code == Exit.FAILED
        assert f"{again / FILE} is missing" in ran.out + ran.err

    (again / FILE).write_bytes((school / FILE).read_bytes())
    (again / FILE).chmod(0o644)
    assert "chmod 600" in _told(learnloom("doctor", "-w", again))
    (again / FILE).chmod(0o600)
    assert learnloom("refresh", "--full", *_DAY, "-w", again).code == Exit.DONE
    assert _keys(again) == keys


@pytest.mark.slow
def test_doctor_names_the_way_to_a_secret(tmp_path: Path) -> None:
    """A warehouse whose students have keys without one works on, and doctor says what to run."""
    statements = tmp_path / "class.jsonl"
    statements.write_bytes(lines(answer(1)))
    env = {"LEARNLOOM_PSEUDONYMS__KEYED_STUDENTS": "false"}
    assert learnloom("import", statements, "-w", tmp_path / "school").code == Exit.DONE
    assert learnloom("refresh", *_DAY, "-w", tmp_path / "school", env=env).code == Exit.DONE
    assert learnloom("refresh", *_DAY, "-w", tmp_path / "school").code == Exit.DONE
    ran = learnloom("doctor", "-w", tmp_path / "school")
    assert (ran.code, "learnloom rekey" in _told(ran)) == (Exit.DONE, True)
    assert not (tmp_path / "school" / FILE).exists()
