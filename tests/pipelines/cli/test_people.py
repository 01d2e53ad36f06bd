"""`learnloom people`: told by commands, seen at once, used by the next refresh, and undone."""

from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from tests.documents import blocks
from tests.pipelines.cli.shell import learnloom

_HOME = "https://lms.school.example"


@pytest.mark.slow
@pytest.mark.usefixtures("answered")
def test_what_is_told_is_seen_at_once_and_undone() -> None:
    """A list, a merge, a split and their undoing, each with who, when and why; nothing waits in the end."""
    assert "everybody has one identifier" in learnloom("people", "list").out
    Path("people.csv").write_text(f"identifier,role\n{_HOME} s0,Teacher\n", encoding="utf-8")
    ran = learnloom("people", "import", "people.csv", "--why", "new term", "--by", "head")
    assert "1 identifier: 1 new role, 0 identifiers put to another person." in ran.out
    assert "event 1" in ran.out
    assert "Nothing in it is new" in learnloom("people", "import", "people.csv").out
    listed = learnloom("people", "list", "--json")
    assert [(row["role"], row["told_by"], row["source"]) for row in listed.values()] == [
        ("teacher", "list", "people.csv")
    ]
    assert "used by the next one" in learnloom("people", "list").err

    assert learnloom("people", "merge", "s1", f"{_HOME} s2").code == Exit.DONE
    assert learnloom("refresh", "--as-of", "2026-09-08").code == Exit.DONE
    (student,) = learnloom("students", "--json").values()
    assert student["n_attempts"] == 4
    assert learnloom("profile", "s1", "--json").out == learnloom("profile", f"{_HOME} s2", "--json").out
    assert learnloom("people", "list").err == ""

    ran = learnloom("people", "merge", "s1", "s2")
    assert (ran.code, "are one person already" in ran.err) == (Exit.FAILED, True)
    assert learnloom("people", "split", f"{_HOME} s2").code == Exit.DONE
    assert learnloom("people", "undo", 1).code == Exit.DONE
    assert "everybody has one identifier" in learnloom("people", "list").out
    told = learnloom("people", "history", "--json").values()
    assert [(row["event"], row["action"], row["undone"]) for row in told] == [
        (4, "undo", False),
        (3, "split", False),
        (2, "merge", False),
        (1, "role", True),
    ]
    assert (told[-1]["told_by"], told[-1]["why"]) == ("head", "new term")
    assert "cannot be undone: it is undone already" in learnloom("people", "undo", 1).err
    assert len(learnloom("people", "list", "--search", "s", "--json").values()) == 3


def test_nobody_is_taken_for_somebody_else(own_school: object) -> None:
    """Who is nobody, or several, is said with what to do; nothing is changed."""
    ran = learnloom("people", "merge", "nobody-at-all", "s1")
    assert (ran.code, "nobody has the key" in ran.err) == (Exit.FAILED, True)
    assert "cannot be undone: there is no such event" in learnloom("people", "undo").err
    assert learnloom("people", "history", "--json").out == ""


@pytest.mark.slow
def test_the_list_of_the_page_is_imported() -> None:
    """The CSV in docs/how-to/people.md is right as it stands, before anything has landed."""
    block, *_ = blocks("docs/how-to/people.md", "csv")
    Path("people.csv").write_text(block.text, encoding="utf-8")
    ran = learnloom("people", "import", "people.csv", "--json")
    assert ran.code == Exit.DONE, ran.err
    (counts,) = ran.values()
    assert (counts["identifiers"], counts["new_roles"], counts["merged"]) == (4, 2, 1)
