"""Which tables `check` says that a statement reaches are those that the SELECTs let it reach."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from learnloom.pipelines.check.destinations import TABLES, tables_of
from learnloom.pipelines.check.find_warnings import StatementView
from learnloom.schemas import vocabulary as words
from tests.sql.harness import Row, harness

_TYPES = (*sorted(words.ACTIVITY_TYPES), "")
_RESULTS: dict[str, list[dict[str, Any]]] = {
    "fact_attempt": [{}, {"success": True}, {"score": {"scaled": 0.5}}],
    "fact_hint": [{}],
    "fact_video": [{}],
    "fact_completion": [{}, {"completion": True}],
    "fact_submission": [{}],
    "fact_product": [{}, {"score": {"scaled": 0.5}}],
    "fact_contribution": [{}],
    "fact_enrolment": [{}],
}
"""What a statement's result may say, as far as it matters to a table."""


def _run(name: str, given: Mapping[str, Sequence[Row]]) -> list[dict[str, Any]]:
    return harness().run(harness().relations[name], given, {})


@pytest.fixture(scope="module")
def usages() -> list[Row]:
    """Every verb on every type of the vocabulary, as dim_usage tells it."""
    kinds = {row["activity_type"]: row["activity_kind"] for row in _run("dim_activity_kind", {})}
    told = [
        {"usage_id": number, "verb_id": verb, "activity_id": f"a:{kind}", "skill_ids": []}
        for number, (verb, kind) in enumerate(itertools.product(sorted(words.VERBS), _TYPES))
    ]
    activities = [
        {"activity_id": f"a:{kind}", "activity_type": kind or None, "activity_kind": kinds.get(kind, "other")}
        for kind in _TYPES
    ]
    return _run("dim_usage", {"dimensional.dim_usage_told": told, "dimensional.dim_activity": activities})


def _statement(number: int, usage: Row, result: Row) -> Row:
    """A row of fact_statement, of a student of its own."""
    names = ("verb_id", "activity_id", "activity_type", "activity_kind", "contribution_kind")
    return {name: usage[name] for name in names} | {
        "statement_id": number,
        "student_key": str(number),
        "course_id": usage["activity_id"] if usage["activity_kind"] == "course" else "a:other",
        "score": result.get("score", {}).get("scaled"),
        "is_success": result.get("success"),
        "is_completion": result.get("completion"),
        "occurred_at": "2026-09-01",
    }


def _view(usage: Row, result: Row) -> StatementView:
    thing = {"id": usage["activity_id"], "definition": {"type": usage["activity_type"] or ""}}
    return StatementView({"verb": {"id": usage["verb_id"]}, "object": thing, "result": result})


def _reach(row: Mapping[str, Any], table: str) -> bool:
    """Whether a row of a table tells of such a statement, where others have rows too."""
    if table == "fact_enrolment":
        return bool(row["registered_at"] or row["unregistered_at"])
    return table != "fact_submission" or bool(row["n_submissions"] or row["first_scored_at"])


@pytest.mark.slow
@pytest.mark.parametrize("table", _RESULTS)
def test_check_knows_which_statements_reach_a_table(usages: list[Row], table: str) -> None:
    """For every verb and type of the vocabulary, and every result that matters, both say the same."""
    assert table in TABLES
    cases = list(itertools.product(usages, _RESULTS[table]))
    given = {
        "dimensional.fact_statement": [_statement(number, *case) for number, case in enumerate(cases)],
        "dimensional.dim_activity": [
            {"activity_id": iri, "activity_kind": kind, "activity_name": "x"}
            for iri, kind in {(usage["activity_id"], usage["activity_kind"]) for usage in usages}
        ],
    }
    reached = {int(row["student_key"]) for row in _run(table, given) if _reach(row, table)}
    told = {
        number
        for number, (usage, result) in enumerate(cases)
        if table in tables_of(_view(usage, result), usage["verb_id"], usage["activity_type"] or "")
    }
    assert reached
    assert [_named(cases[number]) for number in sorted(reached ^ told)] == []


def _named(case: tuple[Row, Row]) -> tuple[str, str, str]:
    usage, result = case
    return str(usage["verb_id"]), str(usage["activity_id"]), str(result)
