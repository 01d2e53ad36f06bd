"""Every SELECT of sql/, the data checks included, does to given rows what its cases say."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from learnloom.pipelines.lake.relation import CHECKS
from tests.sql.harness import STATE, Case, Harness, Row, harness, read_cases

Found = Callable[[Case], list[dict[str, Any]]]

_TWIN = " (twin)"
CASES = read_cases()
OF_STUDENTS = [case for case in CASES if harness().relations[case.relation].scope == "student"]


def _name(case: Case) -> str:
    return f"{case.relation}: {case.name}"


def _sorted(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=repr)


def _run(case: Case, given: Mapping[str, Sequence[Row]]) -> list[dict[str, Any]]:
    return harness().run(harness().relations[case.relation], given, case.state)


@pytest.fixture(scope="module")
def found() -> Found:
    """Gives the rows of a case as it stands, sorted: asked for by several tests, made once."""
    made: dict[str, list[dict[str, Any]]] = {}

    def give(case: Case) -> list[dict[str, Any]]:
        if _name(case) not in made:
            made[_name(case)] = _sorted(_run(case, case.given))
        return made[_name(case)]

    return give


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_case(case: Case, found: Found) -> None:
    """The SELECT yields the expected rows, and no other."""
    names = {tuple(sorted(row)) for row in case.expect}
    assert len(names) <= 1, "every expected row names the same columns"
    rows = [{name: row[name] for row_names in names for name in row_names} for row in found(case)]
    expected = harness().cast(harness().relations[case.relation], case.expect)
    assert _sorted(rows) == _sorted([dict(sorted(row.items())) for row in expected])


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_order_of_rows_does_not_matter(case: Case, found: Found) -> None:
    """The same rows in the opposite order yield the same."""
    backwards = {name: list(reversed(rows)) for name, rows in case.given.items()}
    # As text, for no NaN equals another.
    assert repr(_sorted(_run(case, backwards))) == repr(found(case))


@pytest.mark.parametrize("case", OF_STUDENTS, ids=_name)
def test_other_students_do_not_matter(case: Case, found: Found) -> None:
    """What is said of a student is the same with another one beside them who did the very same."""
    both = {name: [*rows, *_twins(harness(), name, rows)] for name, rows in case.given.items()}
    beside = [row for row in _run(case, both) if not str(row["student_key"]).endswith(_TWIN)]
    assert _sorted(beside) == found(case)


def _twins(place: Harness, relation: str, rows: Sequence[Row]) -> list[Row]:
    """The rows of another student; what belongs to no student stays as it is."""
    columns = place.columns[relation]
    if "student_key" not in columns or relation == STATE:
        return []
    shifted = [name for name, (kind, _) in columns.items() if kind == "UUID"]
    return [
        row
        | {name: row[name] + 500_000 for name in shifted if isinstance(row.get(name), int)}
        | {"student_key": f"{row['student_key']}{_TWIN}"}
        for row in rows
        if row.get("student_key") is not None
    ]


def test_every_select_has_a_case() -> None:
    """No SELECT of sql/ stands without a case."""
    selects = {relation.name for relation in harness().relations.values() if relation.is_select}
    assert selects == {case.relation for case in CASES}


def test_every_check_has_a_violated_case() -> None:
    """A check that cannot fail is a defect: each one is seen to find something."""
    checks = {relation.name for relation in harness().relations.values() if relation.layer == CHECKS}
    assert checks == {case.relation for case in CASES if case.expect} & checks
