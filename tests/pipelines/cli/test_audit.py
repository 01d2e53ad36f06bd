"""`learnloom audit`: who looked is found under every key, and kept whatever command shows students."""

import os
import pwd
from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom

pytestmark = pytest.mark.slow

_ACCOUNT = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture(autouse=True)
def _kept(answered: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit and a vault that knows s1, and two answers each of s0, s1 and s2; one more was refused."""
    monkeypatch.setenv("LEARNLOOM_VAULT__FILE", "apart/vault.sqlite")
    monkeypatch.setenv("LEARNLOOM_VAULT__AUDIT_FILE", "apart/looks.sqlite")
    Path("names.csv").write_text("identifier,name\nhttps://lms.school.example s1,Zora Quill\n")
    assert learnloom("vault", "import", "names.csv").code == Exit.DONE
    refused = lines(answer(8, verb={"id": "answered"}))
    assert learnloom("import", "-", stdin=refused).code == Exit.SOME_REFUSED


def _looks(*who: str) -> list[tuple[str, str, str]]:
    found = learnloom("audit", *who, "--json").values()
    return [(look["who"], look["through"], look["what"]) for look in found]


def test_looks_are_found_under_every_key() -> None:
    """Who looked before two became one person is told under either identifier, and under the former key."""
    (profile,) = learnloom("profile", "s2", "--json").values()
    assert learnloom("people", "merge", "s1", "s2").code == Exit.DONE
    assert learnloom("refresh", "--as-of", "2026-09-08").code == Exit.DONE
    (student,) = learnloom("students", "--search", "s1", "--json").values()
    assert student["student_key"] != profile["student_key"]
    for who in ("s1", "https://lms.school.example s2", profile["student_key"], student["student_key"]):
        assert (_ACCOUNT, "command", "profile") in _looks(who), who
    assert _looks("s0") == []


def test_whatever_shows_students_is_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused records, suggestions, history, logins and the vault leave a row, by the account of the process."""
    monkeypatch.setenv("LOGNAME", "headmaster")
    (letter,) = learnloom("dead", "list", "--json").values()
    for command in (
        ("dead",),
        ("dead", "show", letter["id"]),
        ("dead", "export", "nameless.jsonl"),
        ("dead", "export", "refused.jsonl", "--with-content"),
        ("people", "suggest"),
        ("people", "history"),
        ("roster", "unmatched"),
        ("vault", "show"),
        ("vault", "show", "Zora Quill"),
    ):
        assert learnloom(*command).code == Exit.DONE, command
    looks = [
        ("command", "dead list"),
        ("command", "dead"),
        ("command", "dead show"),
        ("export", "dead export"),
        ("command", "people suggest"),
        ("command", "people history"),
        ("command", "roster unmatched"),
        ("command", "vault show"),
    ]
    assert _looks("s1") == [(_ACCOUNT, *look) for look in reversed([*looks, ("command", "vault show")])]
    assert _looks("s0") == [(_ACCOUNT, *look) for look in reversed(looks)]
