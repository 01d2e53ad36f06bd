"""The answers in the warehouse as the learner model takes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from learnloom.pipelines.learner.history import FULL_WEIGHT, RAPID_WEIGHT, History
from learnloom.pipelines.refresh.carried import Carried, read_carried
from learnloom.pipelines.refresh.columns import codes_of, ids_of

_ANSWERS: Final = f"""
    SELECT
        attempt.student_key,
        attempt.attempt_id,
        attempt.activity_id,
        attempt.skill_ids,
        attempt.score::DOUBLE AS score,
        CASE WHEN effort.is_rapid THEN {RAPID_WEIGHT} ELSE {FULL_WEIGHT} END::DOUBLE AS weight,
        attempt.occurred_at
    FROM dimensional.fact_attempt AS attempt
    INNER JOIN norms.attempt_effort AS effort ON attempt.attempt_id = effort.attempt_id
    WHERE {{condition}}
    ORDER BY attempt.occurred_at, attempt.attempt_id
"""


@dataclass(frozen=True)
class Answers:
    """The answers of some students, and what the history's codes stand for."""

    table: pa.Table
    """A row per answer, in the order of the history: student_key, attempt_id, activity_id, skill_ids, score, weight,
    occurred_at."""
    history: History
    students: list[str]
    items: list[str]
    skills: list[str]


def read_answers(
    read: Callable[[str], pa.Table],
    *,
    known_items: Sequence[str] = (),
    known_skills: Sequence[str] = (),
    condition: str = "true",
    carried: str | None = None,
) -> Answers:
    """Read all answers, in order of (occurred_at, attempt_id).

    Args:
        read: runs a query whose relations are those of the lake, or of a workspace.
        known_items: the items that a model version knows, in the order of its codes; new ones come after them.
        known_skills: likewise its skills.
        condition: of dimensional.fact_attempt, as `attempt`: by which the answers wanted are told from others.
        carried: of staging.stg_student_prior and stg_skill_prior: of whom it is taken in what was known before these
            answers. Students and skills without any answer come behind those with some. None: of nobody.
    """
    table = read(_ANSWERS.format(condition=condition))
    lists = table.column("skill_ids").combine_chunks()
    flat = lists.flatten()
    before = Carried() if carried is None else read_carried(read, carried)
    students = before.students_after(ids_of(table.column("student_key"), []))
    items = ids_of(table.column("activity_id"), list(known_items))
    skills = before.skills_after(ids_of(flat, list(known_skills)))
    lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    history = History(
        student=codes_of(table.column("student_key"), students),
        item=codes_of(table.column("activity_id"), items),
        score=table.column("score").to_numpy(),
        weight=table.column("weight").to_numpy(),
        answered_at=table.column("occurred_at").to_numpy().astype("datetime64[us]"),
        skill_offset=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        skill=codes_of(flat, skills),
        priors=before.priors(students, skills),
    )
    return Answers(table, history, students, items, skills)
