"""`learnloom vocabulary`: what is in force, what a file would change, and what has no meaning yet."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.cli.options import Exit
from learnloom.schemas.vocabulary import ANSWERED, ASSESSMENT, EXPERIENCED, INTERACTED
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom

_VIEWED = "http://id.tincanapi.com/verb/viewed"
_SOLVED, _TASK, _ROOM = (
    "https://s.example/verbs/solved",
    "https://s.example/types/task",
    "https://s.example/types/room",
)
_RULES = f"""
[[verb]]
from = "{_SOLVED}"
on = "{_TASK}"
to = "{ANSWERED}"
[[type]]
from = "{_ROOM}"
to = "{ASSESSMENT}"
"""


def _solved(number: int, **changes: Any) -> dict[str, Any]:
    """A statement with words that nobody knows: verb, type of its object, type in its context."""
    room = {"id": "https://s.example/room-1", "definition": {"type": _ROOM}}
    task = {"type": _TASK, "name": {"en": 'Task "one"\nof \x1btwo 🙂'}}
    return answer(
        number,
        **{
            "verb": {"id": _SOLVED},
            "object": {"id": "https://s.example/task-1", "definition": task},
            "context": {"contextActivities": {"parent": [room]}},
            **changes,
        },
    )


def _land() -> None:
    """Two statements with unknown words, one with a word that a preset knows, one of ours."""
    viewed = answer(3, verb={"id": _VIEWED})
    statements = [_solved(1), _solved(2), viewed, answer(4)]
    assert learnloom("import", "-", stdin=lines(*statements)).code == Exit.DONE
    assert learnloom("refresh", "--as-of", "2026-09-08").code == Exit.DONE


@pytest.mark.long
def test_words_without_a_meaning_are_listed_until_the_school_gives_them_one() -> None:
    """They are found in objects and contexts, come as rules to fill in, are gone once those are imported, and read."""
    _land()
    missing = learnloom("vocabulary", "missing", "--json").values()
    assert [(row["kind"], row["iri"], row["n_statements"], row["example_id"]) for row in missing] == [
        ("type", _ROOM, 2, "https://s.example/room-1"),
        ("type", _TASK, 2, "https://s.example/task-1"),
        ("verb", _SOLVED, 2, "https://s.example/task-1"),
    ]
    assert missing[2]["example_type"] == _TASK
    told = learnloom("vocabulary", "missing", "--limit", 1)
    assert "3 verbs and types without a meaning" in told.out
    assert "only the first 1 are shown" in told.err
    rules = tomllib.loads(learnloom("vocabulary", "missing", "--rules").out)
    assert [(each["from"], each["to"]) for each in rules["type"]] == [(_ROOM, ""), (_TASK, "")]
    assert rules["verb"] == [{"from": _SOLVED, "to": ""}]

    Path("school.toml").write_text(_RULES)
    checked = learnloom("vocabulary", "check", "school.toml")
    assert "2 statements of 4 (50 %) would mean something else" in checked.out
    (found,) = learnloom("vocabulary", "check", "school.toml", "--json").values()
    assert found["words"] == [
        {"kind": "verb", "iri": _SOLVED, "meaning": None, "new_meaning": ANSWERED, "n_statements": 2}
    ]
    assert len(learnloom("vocabulary", "missing", "--json").values()) == 3, "checking changes nothing"

    ran = learnloom("vocabulary", "import", "school.toml")
    assert "2 rules of the school, and in use after them all presets" in ran.out
    assert learnloom("vocabulary", "missing", "--json").out == "", "a type on which a verb hangs is known"
    assert "Every verb and every activity type has a meaning" in learnloom("vocabulary", "missing").out
    assert "0 statements of 4" in learnloom("vocabulary", "check", "school.toml").out

    learnloom("refresh", "--as-of", "2026-09-08")
    query = "SELECT verb_id, count(*) AS n FROM dimensional.fact_statement GROUP BY verb_id ORDER BY n DESC"
    read = learnloom("query", query, "--json").values()
    assert [(row["verb_id"], row["n"]) for row in read] == [(ANSWERED, 3), (EXPERIENCED, 1)]
    query = (
        "SELECT activity_type FROM dimensional.dim_activity WHERE activity_id = 'https://s.example/room-1'"
    )
    assert learnloom("query", query, "--json").values() == [{"activity_type": ASSESSMENT}]

    Path("school.toml").write_text("presets = []")
    (found,) = learnloom("vocabulary", "check", "school.toml", "--json").values()
    assert {
        (row["iri"], row["meaning"], row["new_meaning"], row["n_statements"]) for row in found["words"]
    } == {
        (_SOLVED, ANSWERED, None, 2),
        (_VIEWED, EXPERIENCED, None, 1),
    }
    assert (found["n_statements"], found["n_all_statements"]) == (3, 4)


@pytest.mark.slow
def test_what_is_in_force_is_listed_with_where_it_comes_from() -> None:
    """The school's rules come first; a word narrows the list; without a warehouse the presets stand."""
    before = learnloom("vocabulary", "list", "--word", _VIEWED, "--json").values()
    assert {row["vocabulary"] for row in before} > {"moodle-5", "jisc"}
    Path("school.toml").write_text(f'[[verb]]\nfrom = ["{_VIEWED}", "x:y"]\nto = "{INTERACTED}"\n')
    learnloom("vocabulary", "import", "school.toml")
    first, *others = learnloom("vocabulary", "list", "--word", _VIEWED, "--json").values()
    assert (first["position"], first["vocabulary"], first["to_id"]) == (1, "school", INTERACTED)
    assert [row["vocabulary"] for row in others] == [row["vocabulary"] for row in before]
    told = learnloom("vocabulary", "list").out
    assert f"{_VIEWED} (and 1 more)" in told
    assert "1 of the school" in told
    assert "in use: all presets" in told


def test_a_wrong_file_is_refused_by_check_and_import_alike() -> None:
    """Both name file, rule, field and value, and nothing is imported."""
    Path("school.toml").write_text('[[verb]]\nfrom = "x:y"\nto = "x:z"')
    for command in ("check", "import"):
        ran = learnloom("vocabulary", command, "school.toml")
        assert ran.code == Exit.FAILED
        assert "school.toml, [[verb]] 1, to: 'x:z' is no verb that learnloom knows" in ran.err
    assert learnloom("vocabulary", "list", "--word", "x:y", "--json").out == ""


def test_a_file_is_checked_without_a_warehouse() -> None:
    """What it would change is not known then, which is said."""
    Path("school.toml").write_text(_RULES)
    ran = learnloom("vocabulary", "check", "school.toml")
    assert (ran.code, "school.toml is right: 2 rules" in ran.out) == (Exit.DONE, True)
    assert "what it would change is not known: no warehouse" in ran.err


@pytest.mark.slow
def test_missing_words_need_a_refresh() -> None:
    """Before anything was staged the message says what to run."""
    learnloom("import", "-", stdin=lines(answer(1)))
    ran = learnloom("vocabulary", "missing")
    assert (ran.code, "learnloom refresh" in ran.err) == (Exit.FAILED, True)


def test_a_preset_is_shown_as_a_file_to_begin_with() -> None:
    """What is shown can be imported; an unknown name is told with those that there are."""
    shown = learnloom("vocabulary", "show", "scorm")
    Path("school.toml").write_text(shown.out)
    assert learnloom("vocabulary", "check", "school.toml").code == Exit.DONE
    ran = learnloom("vocabulary", "show", "blackboard")
    assert (ran.code, "there are moodle-5" in ran.err) == (Exit.FAILED, True)
