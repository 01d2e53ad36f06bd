"""Every dialect tells the same class: valid, reproducible, nothing invented, and what is lost is said."""

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, get_args

import pyarrow.parquet as pq
import pytest

from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.simulate.config import OWN_DIALECT, DialectName, SimulationConfig
from learnloom.pipelines.simulate.dialects.acts import ActKind, kind_of
from learnloom.pipelines.simulate.dialects.registry import DIALECTS
from learnloom.pipelines.simulate.recovery import numbers_of
from learnloom.pipelines.simulate.run import simulate
from learnloom.schemas import vocabulary as xapi
from tests.pipelines.simulate.conftest import SimulatedClass, read_class

SMALL: Final = SimulationConfig(seed=3, students=5, weeks=2, courses=2, skills_per_course=3, faults=0.0)
Statement = dict[str, Any]


def _is_question(statement: Statement) -> bool:
    kind: str = statement["object"].get("definition", {}).get("type", "")
    return kind.endswith(("/cmi.interaction", "/question"))


def _says(verb: str) -> Callable[[Statement], bool]:
    return lambda statement: _is_question(statement) and statement["verb"]["id"].endswith(f"/{verb}")


# By which statement each platform tells an answer.
ANSWERS: Final[dict[str, Callable[[Statement], bool]]] = {
    **dict.fromkeys(DIALECTS, _says("answered")),
    "openedx": _says("evaluated"),
    "scorm": _says("responded"),
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> SimulatedClass:
    """The class in our own vocabulary."""
    return read_class(SMALL, tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module", params=sorted(DIALECTS))
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SimulatedClass:
    """The same class in one of the dialects."""
    config = SMALL.model_copy(update={"dialect": request.param})
    return read_class(config, tmp_path_factory.mktemp("told"))


def test_every_dialect_has_a_name_that_can_be_asked_for() -> None:
    """The names of the configuration are those of the registry, and our own."""
    assert set(get_args(DialectName)) == {OWN_DIALECT, *DIALECTS}


def test_every_statement_is_valid(told: SimulatedClass) -> None:
    """A platform may be misunderstood, but what it sends is xAPI."""
    found = {fault.rule for line in told.lines for fault in validate(line).faults}
    assert not found
    assert len({statement["id"] for statement in told.statements()}) == len(told.lines)


def test_same_seed_same_bytes(told: SimulatedClass, tmp_path: Path) -> None:
    """A second run writes the same statements and the same truth."""
    again = simulate(told.config, tmp_path)
    for path in sorted(told.summary.statements.parent.rglob("*.*")):
        other = tmp_path / path.relative_to(told.summary.statements.parent)
        assert other.read_bytes() == path.read_bytes(), path.name
    assert (again.left_out, again.seen_only) == (told.summary.left_out, told.summary.seen_only)


def test_the_class_does_the_same_in_every_dialect(own: SimulatedClass, told: SimulatedClass) -> None:
    """The acts that are told or left out are those of our own statements, kind by kind."""
    acts = Counter(str(kind_of(statement)) for statement in own.statements())
    rows = told.truth("act")
    assert {row["kind"]: row["acts"] for row in rows if row["acts"]} == acts
    silent = {row["kind"]: row["acts"] for row in rows if row["is_told"] == "left out"}
    assert told.summary.left_out == silent
    assert all(row["statements"] == 0 for row in rows if row["is_told"] == "left out")
    assert sum(row["statements"] for row in rows) == len(told.lines)


def test_every_answer_is_told_once(own: SimulatedClass, told: SimulatedClass) -> None:
    """No answer is lost and none is told twice, right ones as right and wrong ones as wrong where a verdict is sent."""
    to_told = {row["activity"]: row["told_as"] for row in told.truth("activity")}
    given: Counter[str] = Counter()
    for statement in own.statements():
        if kind_of(statement) is ActKind.ANSWER:
            given[to_told[statement["object"]["id"]]] += 1
    is_answer = ANSWERS[told.config.dialect]
    answers = [statement for statement in told.statements() if is_answer(statement)]
    assert Counter(statement["object"]["id"] for statement in answers) == given
    right = sum(
        statement["result"]["success"] for statement in own.statements() if _says("answered")(statement)
    )
    said = [statement["result"].get("success") for statement in answers]
    if None not in said:
        assert sum(said) == right


def test_whoever_acts_is_known(told: SimulatedClass) -> None:
    """The truth names students by the identifiers of the dialect, and staff apart from them."""
    students = set(numbers_of(told.summary.truth))
    assert len(students) == SMALL.students
    staff = {f"{row['home_page']} {row['account_name']}" for row in told.truth("staff")}
    assert not students & staff
    acting = set()
    for statement in told.statements():
        actor = statement["actor"]
        account = actor.get("account")
        acting.add(f"{account['homePage']} {account['name']}" if account else actor["mbox"])
    assert acting == students | staff


def test_activities_lead_back_to_ours(told: SimulatedClass) -> None:
    """No two activities have one id in a dialect, and the school's map names questions as the statements do."""
    rows = told.truth("activity")
    named = [row["told_as"] for row in rows if row["told_as"] is not None]
    assert len(named) == len(set(named))
    with told.summary.skill_map.open(encoding="utf-8", newline="") as file:
        mapped = {row["activity"] for row in csv.DictReader(file)}
    is_answer = ANSWERS[told.config.dialect]
    assert {one["object"]["id"] for one in told.statements() if is_answer(one)} <= mapped
    assert mapped == {row["told_as"] for row in rows if row["type"] == xapi.INTERACTION}


def test_a_list_names_the_staff_who_act(told: SimulatedClass) -> None:
    """Whoever acts and is no student of the class stands in the list, and nobody else."""
    path = told.summary.staff
    listed = set()
    if path is not None:
        with path.open(encoding="utf-8") as file:
            listed = {row["identifier"] for row in csv.DictReader(file)}
    known = told.truth("staff")
    assert listed == {row["mbox"] or f"{row['home_page']} {row['account_name']}" for row in known}


def test_the_plan_has_only_work_that_is_told(told: SimulatedClass) -> None:
    """The school's course plan names courses and work as the statements do, and no work that they never name."""
    with told.summary.plan.open(encoding="utf-8", newline="") as file:
        planned = {row["activity"] for row in csv.DictReader(file)} - {""}
    named = {row["told_as"]: row["type"] for row in told.truth("activity")}
    assert planned
    assert {named[work] for work in planned} <= {xapi.ASSESSMENT, xapi.ASSIGNMENT}


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_faults_befall_every_dialect(dialect: DialectName, tmp_path: Path) -> None:
    """What is broken on the way is refused, and nothing else."""
    config = SMALL.model_copy(update={"dialect": dialect, "faults": 0.3})
    found = read_class(config, tmp_path)
    refused = sum(bool(validate(line).faults) for line in found.lines)
    # That an id was given before shows only beside the other statement.
    assert refused == sum(found.summary.refused.values()) - found.summary.refused["id_conflict"]


def test_our_own_has_nothing_to_lead_back(own: SimulatedClass, tmp_path: Path) -> None:
    """The truth of a dialect does not outlive it when the folder is simulated anew in our own vocabulary."""
    simulate(SMALL.model_copy(update={"dialect": "h5p", "students": 2}), tmp_path)
    assert pq.read_table(tmp_path / "truth" / "act.parquet").num_rows
    simulate(SMALL, tmp_path)
    assert not (tmp_path / "truth" / "act.parquet").exists()
    assert (tmp_path / "statements.jsonl").read_bytes().splitlines() == own.lines
