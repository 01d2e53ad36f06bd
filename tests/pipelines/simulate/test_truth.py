"""The truth files: complete, consistent with each other, and reflected in what the students do."""

import csv
from collections import defaultdict
from statistics import correlation, mean

import pyarrow.parquet as pq
import pytest

from learnloom.pipelines.ingest.catalogue.plan import read_plan
from learnloom.pipelines.simulate.lists import TOPICS
from learnloom.schemas import vocabulary as xapi
from tests.pipelines.simulate.conftest import SimulatedClass

TABLES = {"student", "student_interest", "student_skill", "enrolment", "skill", "item", "expected"}


def test_all_tables_are_written(default_class: SimulatedClass) -> None:
    """There is one Parquet file per table of the truth and no other."""
    assert {path.stem for path in default_class.summary.truth.glob("*.parquet")} == TABLES


def test_truth_has_every_student(default_class: SimulatedClass) -> None:
    """Each student has traits, a weight per topic and a true mastery per skill of the course."""
    config = default_class.config
    numbers = [row["number"] for row in default_class.truth("student")]
    assert numbers == list(range(config.students))
    skills = {row["skill"] for row in default_class.truth("skill")}
    assert len(skills) == config.skills_per_course
    mastered = defaultdict(set)
    for row in default_class.truth("student_skill"):
        assert row["mastery"] is None or 0 < row["mastery"] < 1
        mastered[row["student_number"]].add(row["skill"])
    assert set(mastered) == set(numbers)
    assert all(found == skills for found in mastered.values())
    weights: dict[int, dict[str, float]] = defaultdict(dict)
    for row in default_class.truth("student_interest"):
        weights[row["student_number"]][row["topic"]] = row["weight"]
    assert all(set(found) == set(TOPICS) for found in weights.values())
    assert all(abs(sum(found.values()) - 1) < 1e-9 for found in weights.values())


def test_true_identifiers_are_those_in_statements(faultless_class: SimulatedClass) -> None:
    """Whoever acts in the statements is a student of the truth, under exactly that identifier."""
    known = {
        (row["name"], row["home_page"], row["account_name"], row["mbox"])
        for row in faultless_class.truth("student")
    }
    acting = set()
    for statement in faultless_class.statements():
        actor = statement["actor"]
        account = actor.get("account", {})
        acting.add((actor["name"], account.get("homePage"), account.get("name"), actor.get("mbox")))
    assert acting == known


def test_skill_map_covers_every_item(default_class: SimulatedClass) -> None:
    """The school's map has a row per item and skill, in the columns that the import expects."""
    with default_class.summary.skill_map.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"activity", "skill", "weight", "skill_name", "prerequisites"}
    true = {(row["item"], skill) for row in default_class.truth("item") for skill in row["skills"]}
    assert {(row["activity"], row["skill"]) for row in rows} == true
    skills = {row["skill"]: row for row in default_class.truth("skill")}
    for row in rows:
        assert row["prerequisites"].split() == skills[row["skill"]]["prerequisites"]
        assert 0 < float(row["weight"]) <= 1


def test_course_plan_can_be_imported(default_class: SimulatedClass) -> None:
    """The school's plan has every course's run, and the weights of what is due in it make one."""
    plan = read_plan(default_class.summary.plan)
    assert {run.course for run in plan.runs} == {work.course for work in plan.work}
    for run in plan.runs:
        assert float(sum(work.weight for work in plan.work if work.course == run.course)) == pytest.approx(
            1, abs=0.01
        )


def test_mastery_shows_in_answers(faultless_class: SimulatedClass) -> None:
    """Students with more true mastery were right more often, and hard items are missed more often."""
    registrations = {row["registration"]: row["student_number"] for row in faultless_class.truth("enrolment")}
    by_student = defaultdict(list)
    by_item = defaultdict(list)
    for statement in faultless_class.statements():
        if statement["verb"]["id"] == xapi.ANSWERED:
            is_right = statement["result"]["success"]
            by_student[registrations[statement["context"]["registration"]]].append(is_right)
            by_item[statement["object"]["id"]].append(is_right)
    masteries = defaultdict(list)
    for row in faultless_class.truth("student_skill"):
        masteries[row["student_number"]].append(row["mastery"])
    students = [number for number, answers in by_student.items() if len(answers) > 50]
    assert len(students) > 30
    rates = [mean(by_student[number]) for number in students]
    assert correlation(rates, [mean(masteries[number]) for number in students]) > 0.6
    items = [row for row in faultless_class.truth("item") if len(by_item[row["item"]]) > 20]
    item_rates = [mean(by_item[row["item"]]) for row in items]
    assert correlation(item_rates, [row["difficulty"] - 2 * row["chance"] for row in items]) < -0.4


def test_dropout_stands_in_the_truth(faultless_class: SimulatedClass) -> None:
    """Some stay to the end, some leave formally and some just stop; only formal leavers have no verdict."""
    students = {row["number"]: row for row in faultless_class.truth("student")}
    formal = {number for number, row in students.items() if row["has_left_formally"]}
    stopped = {number for number, row in students.items() if row["dropout_day"] is not None} - formal
    assert formal
    assert stopped
    assert len(formal | stopped) < len(students) / 2
    for row in faultless_class.truth("enrolment"):
        assert (row["has_passed"] is None) == (row["student_number"] in formal)


def test_expected_is_readable_by_any_tool(default_class: SimulatedClass) -> None:
    """The table of expected outcomes sums to the lines of the file."""
    table = pq.read_table(default_class.summary.truth / "expected.parquet")
    assert table.column_names == ["outcome", "kind", "records"]
    rows = [row for row in table.to_pylist() if row["outcome"] in {"valid", "duplicate", "refused"}]
    assert sum(row["records"] for row in rows) == default_class.summary.lines
