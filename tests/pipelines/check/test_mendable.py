"""What an import can mend is told once for each kind, with the command that lands it, and counted truly."""

import json
from typing import Any

import pytest

from learnloom.pipelines.check import mendable
from learnloom.pipelines.check.report import MendableReport, mending_lines
from tests.pipelines.check.samples import GOOD, numbered, raw, report

_BAD_MBOX = {"mbox": "mila@school.example"}


def _row(statement: dict[str, Any]) -> bytes:
    return json.dumps({"event_id": "1", "emission_time": "2026", "event": json.dumps(statement)}).encode()


def _wrapped(statement: dict[str, Any]) -> bytes:
    return json.dumps({"organisation": "1", "statement": statement}).encode()


def test_rows_are_one_finding() -> None:
    """Rows that hold right statements break one rule, once each, and one sentence says what lands them."""
    found = report(*(_row(numbered(n)) for n in range(5)))
    assert [(rule.rule, rule.statements, rule.saved) for rule in found.faults] == [
        ("statement-wrapped", 5, 5)
    ]
    assert found.mendable == (MendableReport("row of ClickHouse", "`event` as text", ("unwrap",), 5, 5),)
    (line,) = mending_lines(found.mendable, "learnloom import REPAIRS a.jsonl")
    assert line == (
        "5 records are rows of ClickHouse; they hold a statement in `event` as text: "
        "`learnloom import --repair unwrap a.jsonl` lands them."
    )


def test_what_a_row_holds_is_looked_into() -> None:
    """Verb, source, times and warnings are those of the statement in it."""
    found = report(_wrapped(numbered(1, result={"success": True})))
    assert [verb.name for verb in found.verbs] == [GOOD["verb"]["id"]]
    assert [source.name for source in found.sources] == ["Example LMS"]
    assert found.first_at == GOOD["timestamp"]
    assert [warning.id for warning in found.warnings] == ["duration-missing", "response-missing"]


def test_records_are_grouped_by_what_they_are_and_need() -> None:
    """Each kind has its own sentence, what no repair mends is said, and one command takes all together."""
    activity = GOOD["object"] | {"objectType": "GroupActivity"}
    found = report(
        raw(numbered(1, object=activity)),
        raw(numbered(2, object=activity)),
        _wrapped(numbered(3, actor=_BAD_MBOX)),
        _wrapped(numbered(4, verb={"id": "answered"})),
        raw(numbered(5, object={"id": "quiz"})),
        raw(numbered(6)),
    )
    held = "1 record is a document of Learning Locker; it holds a statement in `statement`"
    command = "learnloom import --repair"
    assert list(mending_lines(found.mendable, "learnloom import REPAIRS FILE")) == [
        f"2 records have only faults that a repair mends: `{command} object-type FILE` lands them.",
        f"{held}: `{command} unwrap --repair mailto FILE` lands it.",
        f"{held}, with faults that no repair mends.",
        f"Together: `{command} object-type --repair unwrap --repair mailto FILE` lands 3 of them.",
    ]


def test_repairs_that_help_some_are_told_with_how_many() -> None:
    """Where the same repairs help some records of a kind and not others, the number says so."""
    found = report(
        _wrapped(numbered(1, object={"id": "0d7f3c0e-8b2a-4a51-9e1e-1f0a3a6f4c11"})),
        _wrapped(numbered(2, object={"id": "quiz"})),
    )
    (line,) = mending_lines(found.mendable, "learnloom import REPAIRS FILE")
    assert line.endswith("`learnloom import --repair unwrap --repair iri-uuid FILE` lands 1 of them.")


def test_what_cannot_be_mended_is_not_offered() -> None:
    """Faults for which there is no repair, broken text and tombstones bring no such sentence."""
    assert (
        report(b"{", None, raw(numbered(1, verb=None)), raw(numbered(2, result={"success": "x"}))).mendable
        == ()
    )


def test_kinds_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Property names are the sender's to choose: only so many are told apart."""
    monkeypatch.setattr(mendable, "_MAX_GROUPS", 3)
    found = report(*(json.dumps({f"x{n}": numbered(n)}).encode() for n in range(10)))
    assert len(found.mendable) == 3
