"""What is true of the simulated class: the tables against which estimates are measured.

student           one row per student: identifiers and traits
student_interest  one row per student and topic: weight, the weights of a student sum to 1
student_skill     one row per student and skill of their courses: ability and mastery at the end, and when last used
enrolment         one row per student and course: registration, final score, verdict
skill             one row per skill: name, prerequisites, level
item              one row per question: difficulty, discrimination, chance
expected          one row per outcome: how many records of the file should come to it
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from learnloom.pipelines.simulate.breakage import BROKEN_KINDS
from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.course import Course
from learnloom.pipelines.simulate.day import final_score, has_passed
from learnloom.pipelines.simulate.dialects.translate import Translator
from learnloom.pipelines.simulate.faults import FaultyLink
from learnloom.pipelines.simulate.item import SimulatedItem, SimulatedSkill
from learnloom.pipelines.simulate.lists import TOPICS
from learnloom.pipelines.simulate.student import Student

SKILL_MAP_COLUMNS: Final = ("activity", "skill", "weight", "skill_name", "prerequisites")
# Traits that have a table of their own.
_UNSAID: Final = frozenset({"interests"})
_SCHEMAS: Final = {
    "student": pa.schema(
        [
            ("number", pa.int32()),
            ("name", pa.string()),
            ("home_page", pa.string()),
            ("account_name", pa.string()),
            ("mbox", pa.string()),
            ("ability", pa.float64()),
            ("learning_rate", pa.float64()),
            ("memory_days", pa.float64()),
            ("effort", pa.float64()),
            ("persistence", pa.float64()),
            ("help_seeking", pa.float64()),
            ("is_hint_abuser", pa.bool_()),
            ("guessing", pa.float64()),
            ("curiosity", pa.float64()),
            ("sociability", pa.float64()),
            ("pace", pa.float64()),
            ("favourite_hour", pa.int8()),
            ("weekend", pa.float64()),
            ("punctuality", pa.float64()),
            ("device", pa.string()),
            ("best_form", pa.string()),
            ("engagement_drop_day", pa.int32()),
            ("dropout_day", pa.int32()),
            ("has_left_formally", pa.bool_()),
        ]
    ),
    "student_interest": pa.schema(
        [("student_number", pa.int32()), ("topic", pa.string()), ("weight", pa.float64())]
    ),
    "student_skill": pa.schema(
        [
            ("student_number", pa.int32()),
            ("skill", pa.string()),
            ("ability", pa.float64()),
            ("mastery", pa.float64()),
            ("mastery_when_last_used", pa.float64()),
            ("has_misconception", pa.bool_()),
            ("opportunities", pa.int32()),
            ("best_run", pa.int32()),
        ]
    ),
    "enrolment": pa.schema(
        [
            ("student_number", pa.int32()),
            ("course", pa.string()),
            ("registration", pa.string()),
            ("final_score", pa.float64()),
            ("has_passed", pa.bool_()),
        ]
    ),
    "skill": pa.schema(
        [
            ("skill", pa.string()),
            ("course", pa.string()),
            ("name", pa.string()),
            ("prerequisites", pa.list_(pa.string())),
            ("level", pa.float64()),
        ]
    ),
    "item": pa.schema(
        [
            ("item", pa.string()),
            ("course", pa.string()),
            ("skill", pa.string()),
            ("skills", pa.list_(pa.string())),
            ("interaction_type", pa.string()),
            ("difficulty", pa.float64()),
            ("discrimination", pa.float64()),
            ("chance", pa.float64()),
            ("seconds", pa.float64()),
        ]
    ),
    "expected": pa.schema([("outcome", pa.string()), ("kind", pa.string()), ("records", pa.int64())]),
}

Row = dict[str, Any]


def write_truth(
    folder: Path,
    config: SimulationConfig,
    courses: Sequence[Course],
    students: Sequence[Student],
    link: FaultyLink,
    *,
    translator: Translator | None,
) -> None:
    """Write all truth tables as Parquet into a folder that exists.

    Students are identified as the statements name them; activities and skills as our own vocabulary does.

    Raises:
        OSError: a file cannot be written.
    """
    skills = [skill for course in courses for skill in course.skills]
    tables: dict[str, Iterable[Row]] = {
        "student": (_student_row(student, translator) for student in students),
        "student_interest": (row for student in students for row in _interest_rows(student)),
        "student_skill": _mastery_rows(config, courses, students),
        "enrolment": (row for student in students for row in _enrolment_rows(student)),
        "skill": (_skill_row(course, skill, skills) for course in courses for skill in course.skills),
        "item": (_item_row(course, item, skills) for course in courses for item in course.items),
        "expected": _expected_rows(link),
    }
    for name, rows in tables.items():
        table = pa.Table.from_pylist(list(rows), schema=_SCHEMAS[name])
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")


def identifiers(actor: dict[str, Any]) -> Row:
    """The identifying columns of an actor."""
    account = actor.get("account", {})
    return {
        "home_page": account.get("homePage"),
        "account_name": account.get("name"),
        "mbox": actor.get("mbox"),
    }


def write_skill_map(path: Path, courses: Sequence[Course], told_as: Callable[[str], str | None]) -> None:
    """Write which question exercises which skills, one row per question and skill, as a school would keep it.

    `told_as` gives the IRI by which the statements name a question.

    Raises:
        OSError: the file cannot be written.
    """
    skills = [skill for course in courses for skill in course.skills]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(SKILL_MAP_COLUMNS)
        for course in courses:
            for item in course.items:
                for number, weight in item.skills:
                    skill = skills[number]
                    earlier = " ".join(skills[other].activity.iri for other in skill.prerequisites)
                    rows.writerow(
                        (
                            told_as(item.activity.iri),
                            skill.activity.iri,
                            weight,
                            skill.activity.name,
                            earlier,
                        )
                    )


def _student_row(student: Student, translator: Translator | None) -> Row:
    traits = {key: value for key, value in student.traits._asdict().items() if key not in _UNSAID}
    return {
        **traits,
        **(identifiers(translator.actor(student.actor)) if translator is not None else {}),
        "dropout_day": student.dropout_day,
        "has_left_formally": student.has_left_formally,
    }


def _interest_rows(student: Student) -> Iterable[Row]:
    for topic, weight in zip(TOPICS, student.traits.interests, strict=True):
        yield {"student_number": student.traits.number, "topic": topic, "weight": weight}


def _mastery_rows(
    config: SimulationConfig, courses: Sequence[Course], students: Sequence[Student]
) -> Iterable[Row]:
    items: dict[int, list[SimulatedItem]] = {}
    for course in courses:
        for item in course.items:
            items.setdefault(item.skills[0][0], []).append(item)
    for student in students:
        knowledge = student.knowledge
        for enrolment in student.enrolments:
            for skill in enrolment.course.skills:
                asked = items.get(skill.number, ())
                mastery = partial(knowledge.mastery, asked, skill.number) if asked else _unknown
                yield {
                    "student_number": student.traits.number,
                    "skill": skill.activity.iri,
                    "ability": knowledge.ability(skill.number, config.end_ms),
                    "mastery": mastery(config.end_ms),
                    "mastery_when_last_used": mastery(None),
                    "has_misconception": skill.number in knowledge.misconceived,
                    "opportunities": knowledge.opportunities[skill.number],
                    "best_run": knowledge.best_run[skill.number],
                }


def _unknown(_: int | None) -> None:
    """The mastery of a skill that no question is about."""


def _enrolment_rows(student: Student) -> Iterable[Row]:
    for enrolment in student.enrolments:
        yield {
            "student_number": student.traits.number,
            "course": enrolment.course.activity.iri,
            "registration": enrolment.registration,
            "final_score": final_score(enrolment),
            "has_passed": None if student.has_left_formally else has_passed(enrolment),
        }


def _skill_row(course: Course, skill: SimulatedSkill, skills: Sequence[SimulatedSkill]) -> Row:
    return {
        "skill": skill.activity.iri,
        "course": course.activity.iri,
        "name": skill.activity.name,
        "prerequisites": [skills[other].activity.iri for other in skill.prerequisites],
        "level": skill.level,
    }


def _item_row(course: Course, item: SimulatedItem, skills: Sequence[SimulatedSkill]) -> Row:
    named = [skills[number].activity.iri for number, _ in item.skills]
    return {
        "item": item.activity.iri,
        "course": course.activity.iri,
        "skill": named[0],
        "skills": named,
        "interaction_type": item.interaction_type,
        "difficulty": item.difficulty,
        "discrimination": item.discrimination,
        "chance": item.chance,
        "seconds": item.seconds,
    }


def _expected_rows(link: FaultyLink) -> Iterable[Row]:
    yield {"outcome": "valid", "kind": None, "records": link.valid}
    yield {"outcome": "duplicate", "kind": None, "records": link.duplicates}
    for kind in BROKEN_KINDS:
        yield {"outcome": "refused", "kind": kind, "records": link.refused[kind]}
    yield {"outcome": "voided", "kind": None, "records": link.voided}
    yield {"outcome": "late", "kind": None, "records": link.late}
