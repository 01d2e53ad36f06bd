"""The landing tables that a school itself fills: skills, course plan, vocabulary, people.

They are written in one transaction of the caller's, which has to begin with `advance_fence`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import filled_tables

if TYPE_CHECKING:  # who reads the vocabulary need not wait for it
    import pyarrow as pa


def replace_skills(warehouse: Warehouse, skills: "pa.Table", skill_map: "pa.Table") -> None:
    """Put rows of landing.skill and landing.skill_map in the place of all there are."""
    with warehouse.holding(new_skill=skills, new_map=skill_map):
        warehouse.run("DELETE FROM landing.skill")
        warehouse.run("DELETE FROM landing.skill_map")
        warehouse.run(
            "INSERT INTO landing.skill (skill_id, skill_name, prerequisite_ids) "
            "SELECT skill_id, skill_name, prerequisite_ids FROM new_skill"
        )
        warehouse.run(
            "INSERT INTO landing.skill_map (activity_id, skill_id, weight) "
            "SELECT activity_id, skill_id, weight FROM new_map"
        )


def replace_plan(warehouse: Warehouse, runs: "pa.Table", work: "pa.Table") -> None:
    """Put rows of landing.course_run and landing.course_work in the place of all there are."""
    with warehouse.holding(new_runs=runs, new_work=work):
        for table, rows in (("course_run", "new_runs"), ("course_work", "new_work")):
            warehouse.run(f"DELETE FROM landing.{table}")
            warehouse.run(f"INSERT INTO landing.{table} BY NAME SELECT * FROM {rows}")


def replace_vocabulary(warehouse: Warehouse, rows: "pa.Table") -> None:
    """Put rows of landing.vocabulary in the place of all there are."""
    with warehouse.holding(new_rows=rows):
        warehouse.run("DELETE FROM landing.vocabulary")
        warehouse.run("INSERT INTO landing.vocabulary BY NAME SELECT * FROM new_rows")


def vocabulary_rows(warehouse: Warehouse, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Read the columns of landing.vocabulary, in order; no row where an earlier release has made the warehouse."""
    if "landing.vocabulary" not in filled_tables(warehouse):
        return []
    named = ", ".join(f'"{column}"' for column in columns)
    return warehouse.rows(f"SELECT {named} FROM landing.vocabulary ORDER BY ALL")


def write_people(warehouse: Warehouse, events: "pa.Table", persons: "pa.Table", staff: "pa.Table") -> None:
    """Add rows to landing.person_event; put rows of landing.person and landing.staff in the place of all there are."""
    with warehouse.holding(new_events=events, new_persons=persons, new_staff=staff):
        warehouse.run("INSERT INTO landing.person_event BY NAME SELECT * FROM new_events")
        for table, rows in (("person", "new_persons"), ("staff", "new_staff")):
            warehouse.run(f"DELETE FROM landing.{table}")
            warehouse.run(f"INSERT INTO landing.{table} BY NAME SELECT * FROM {rows}")


def replace_roster(warehouse: Warehouse, source: str, members: "pa.Table") -> None:
    """Put rows of landing.roster_member in the place of all that came from `source`."""
    with warehouse.holding(new_members=members):
        warehouse.run("DELETE FROM landing.roster_member WHERE source = ?", [source])
        warehouse.run("INSERT INTO landing.roster_member BY NAME SELECT * FROM new_members")


def add_login_matches(warehouse: Warehouse, matches: "pa.Table") -> None:
    """Add rows to landing.login_match, whose numbers go on from those that are there."""
    with warehouse.holding(new_matches=matches):
        warehouse.run(
            "INSERT INTO landing.login_match BY NAME "
            "SELECT coalesce((SELECT max(match_id) FROM landing.login_match), 0) + row_number() OVER () AS match_id, * "
            "FROM new_matches"
        )
