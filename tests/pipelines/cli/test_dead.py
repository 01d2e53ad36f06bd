"""`learnloom dead`: seeing what was refused, and putting it right."""

from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom

pytestmark = pytest.mark.slow

_FIX = "sed s/someone@/mailto:someone@/"


@pytest.fixture(autouse=True)
def _refused() -> None:
    """Two faulty statements and a good one have come."""
    bad_mbox = answer(2, actor={"mbox": "someone@school.example"})
    Path("one.jsonl").write_bytes(lines(answer(1), bad_mbox, answer(3, verb={"id": "answered"})))
    assert learnloom("import", "one.jsonl").code == Exit.SOME_REFUSED


def _id_of(rule: str) -> str:
    (letter,) = learnloom("dead", "list", "--rule", rule, "--json").values()
    return str(letter["id"])


def test_summary_counts_by_rule() -> None:
    """Without a sub-command it counts by rule, with an example and what is wrong."""
    ran = learnloom("dead")
    assert ran.code == Exit.DONE
    rules = {value["rule"]: value["waiting"] for value in learnloom("dead", "--json").values()}
    assert rules == {"mbox-format": 1, "iri-format": 1}
    assert "learnloom dead show" in ran.out
    assert _id_of("mbox-format") in ran.out


def test_list_shows_place_path_and_value() -> None:
    """A listed dead letter has its file and line, the path and the value."""
    first, second = learnloom("dead", "list", "--rule", "mbox-format").out.splitlines()
    assert first.startswith(f"{_id_of('mbox-format')}  mbox-format  ")
    assert first.endswith("one.jsonl:2")
    assert second == '  /actor/mbox: "someone@school.example"'
    assert "No dead letter matches." in learnloom("dead", "list", "--rule", "no-such-rule").out


def test_show_gives_faults_remedy_and_the_bytes_as_they_came() -> None:
    """One dead letter in full: where from, every fault with what to do, the record byte for byte."""
    ran = learnloom("dead", "show", _id_of("mbox-format"))
    assert "one.jsonl, record 2, refused" in ran.out
    assert "mbox-format: /actor/mbox is" in ran.out
    assert Path("one.jsonl").read_text().splitlines()[1] in ran.out


def test_show_of_an_unknown_id_fails() -> None:
    """An id that is no dead letter's: code 1 and where to find ids."""
    ran = learnloom("dead", "show", "nope")
    assert (ran.code, "list them with `learnloom dead list`" in ran.err) == (Exit.FAILED, True)


def test_replay_without_a_fix_keeps_all() -> None:
    """Judged again as it came, it is still refused, with the reason and code 3."""
    ran = learnloom("dead", "replay", "--rule", "mbox-format")
    assert ran.code == Exit.SOME_REFUSED
    assert "1 replayed: 0 landed, 0 duplicates skipped, 1 still refused." in ran.out
    assert "mbox must be mailto:" in ran.out


def test_replay_with_a_fix_lands_once() -> None:
    """A command mends the record: it lands, is marked as put right, and is not taken up again."""
    ran = learnloom("dead", "replay", "--rule", "mbox-format", "--fix", _FIX)
    assert ran.code == Exit.DONE
    assert "1 replayed: 1 landed" in ran.out
    (row,) = learnloom("query", "SELECT count(*) AS n FROM landing.statement", "--json").values()
    assert row == {"n": 2}
    assert "mbox-format" not in learnloom("dead", "list").out
    assert "mbox-format" in learnloom("dead", "list", "--replayed").out
    assert "0 replayed" in learnloom("dead", "replay", "--rule", "mbox-format", "--fix", _FIX).out


def test_replay_of_one_id() -> None:
    """--id takes up that one only."""
    (told,) = learnloom("dead", "replay", "--id", _id_of("mbox-format"), "--fix", _FIX, "--json").values()
    assert (told["tried"], told["landed"]) == (1, 1)


@pytest.mark.parametrize("command", ["no-such-command", "false"])
def test_fix_that_fails_changes_nothing(command: str) -> None:
    """A fixing command that is missing or fails is named, and nothing is marked as put right."""
    ran = learnloom("dead", "replay", "--fix", command)
    assert (ran.code, f"--fix '{command}'" in ran.out) == (Exit.SOME_REFUSED, True)
    assert len(learnloom("dead", "list", "--json").values()) == 2


def test_nothing_refused_is_said() -> None:
    """A warehouse without dead letters says so."""
    learnloom("import", "-", "-w", "clean", stdin=lines(answer(1)))
    assert "There are no dead letters." in learnloom("dead", "-w", "clean").out


def test_repairs_are_named_where_they_may_help_and_may_be_several() -> None:
    """The summary names the built-in repair of a rule; several repairs are applied together and kept as receipt."""
    wrapped = {"statement": answer(4, actor={"mbox": "someone@school.example"})}
    Path("two.jsonl").write_bytes(lines(wrapped))
    learnloom("import", "two.jsonl")
    assert "learnloom dead replay --rule statement-wrapped --repair unwrap" in learnloom("dead").out
    ran = learnloom(
        "dead", "replay", "--rule", "statement-wrapped", "--repair", "mailto", "--repair", "unwrap"
    )
    assert (ran.code, "1 replayed: 1 landed" in ran.out) == (Exit.DONE, True)
    (letter,) = learnloom("dead", "list", "--replayed", "--json").values()
    assert "fixed by unwrap, mailto" in learnloom("dead", "show", letter["id"]).out
