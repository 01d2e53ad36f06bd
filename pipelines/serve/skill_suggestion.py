"""Skills suggested for questions that have none: a proposal in the form of the skill map, for a person to edit."""

import csv
import re
import uuid
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.learner.item_groups import MAX_ITEMS, MAX_STUDENTS, SURE, group_items
from learnloom.pipelines.serve.students import must_be_refreshed

_UNMAPPED: Final = "marts.mart_unmapped_activity"
_MIN_ITEMS: Final = 8
_ITEMS: Final = f"""
    SELECT fact_attempt.activity_id, coalesce(any_value(dim_activity.activity_name), '') AS name
    FROM dimensional.fact_attempt
    LEFT JOIN dimensional.dim_activity USING (activity_id)
    WHERE ($course IS NULL OR dim_activity.course_id = $course)
        AND ($all OR fact_attempt.activity_id IN (SELECT activity_id FROM {_UNMAPPED}))
    GROUP BY fact_attempt.activity_id
    ORDER BY count(*) DESC, fact_attempt.activity_id
    LIMIT {MAX_ITEMS + 1}
"""
_SCORES: Final = f"""
    WITH students AS (
        SELECT student_key FROM dimensional.fact_attempt WHERE list_contains($items, activity_id)
        GROUP BY student_key ORDER BY count(*) DESC, student_key LIMIT {MAX_STUDENTS}
    )
    SELECT student_key, activity_id, arg_min(score::DOUBLE, attempt_number)
    FROM dimensional.fact_attempt SEMI JOIN students USING (student_key)
    WHERE list_contains($items, activity_id)
    GROUP BY ALL
"""


class SuggestedSkill(NamedTuple):
    """A group of questions that may exercise one skill."""

    skill_id: str
    skill_name: str
    agreement: float
    """Share of resampled classes in which two of its questions stay together."""
    is_sure: bool
    """Whether that is enough to propose it."""
    activity_ids: list[str]
    activity_names: list[str]


class Suggested(NamedTuple):
    """What is suggested."""

    skills: list[SuggestedSkill]
    """Surest first."""
    n_activities: int
    n_students: int
    is_cut: bool
    """Whether there were more questions than may be grouped at once."""


def suggest_skills(
    warehouse: Warehouse, *, course: str | None, n_groups: int | None, is_of_all: bool, seed: int = 1
) -> Suggested:
    """Group the questions that have no skill of their own by first answers and names.

    Args:
        warehouse: refreshed.
        course: only questions of this course.
        n_groups: how many groups; None: as many as the answers and names show.
        is_of_all: also those that have a skill.
        seed: of the resampling.

    Raises:
        WarehouseError: there was no refresh, or there are too few questions or answers.
    """
    must_be_refreshed(warehouse, _UNMAPPED)
    rows = warehouse.rows(_ITEMS, {"course": course, "all": is_of_all})
    items, names = [row[0] for row in rows[:MAX_ITEMS]], [row[1] for row in rows[:MAX_ITEMS]]
    answers = warehouse.rows(_SCORES, {"items": items}) if len(items) >= _MIN_ITEMS else []
    students = {key: place for place, key in enumerate(sorted({row[0] for row in answers}))}
    if len(students) < _MIN_ITEMS:
        raise WarehouseError(
            f"there are {len(items)} questions without a skill, answered by {len(students)} students: groups need at "
            f"least {_MIN_ITEMS} of each; --all takes questions that have a skill as well"
        )
    if n_groups is not None and n_groups >= len(items):
        raise WarehouseError(
            f"{n_groups} groups cannot be made of {len(items)} questions: choose fewer (--groups)"
        )
    place_of = {item: place for place, item in enumerate(items)}
    scores = np.full((len(students), len(items)), np.nan)
    for student, item, score in answers:
        scores[students[student], place_of[item]] = score
    found = group_items(scores, names, n_groups, seed=seed)
    skills = [
        _skill([items[i] for i in members], [names[i] for i in members], float(found.agreement[number]))
        for number in range(len(found.agreement))
        if len(members := np.flatnonzero(found.group == number)) > 1
    ]
    skills.sort(key=lambda skill: (-skill.agreement, skill.skill_id))
    return Suggested(skills, len(items), len(students), len(rows) > MAX_ITEMS)


def write_proposal(suggested: Suggested, path: Path) -> int:
    """Write the sure groups as a skill map; return its rows.

    Raises:
        FileExistsError: the file exists; it may have been edited.
    """
    rows = [
        (activity, skill.skill_id, skill.skill_name)
        for skill in suggested.skills
        if skill.is_sure
        for activity in skill.activity_ids
    ]
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("activity", "skill", "skill_name"))
        writer.writerows(rows)
    return len(rows)


def _skill(activities: list[str], names: list[str], agreement: float) -> SuggestedSkill:
    # The same questions, the same id: another grouping never takes over the meaning of one that was imported.
    skill_id = uuid.uuid5(uuid.NAMESPACE_URL, " ".join(sorted(activities)))
    name = _words_in_common(names) or f"Suggested: {names[0] or activities[0]} …"
    return SuggestedSkill(f"urn:uuid:{skill_id}", name, agreement, agreement >= SURE, activities, names)


def _words_in_common(names: list[str]) -> str:
    """Words of most of the names, in the order of the first that has them all; empty where there are none."""
    words = [re.findall(r"[^\W\d_]{3,}", name) for name in names]
    counts = Counter(word.lower() for each in words for word in dict.fromkeys(each))
    common = {word for word, count in counts.items() if count > len(names) / 2}
    fullest = max(words, key=lambda each: len({word.lower() for word in each} & common))
    return " ".join(dict.fromkeys(word for word in fullest if word.lower() in common))
