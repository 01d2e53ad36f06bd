"""The question by which a stated claim may be checked, between the tables and the learner model."""

import datetime as dt
from collections import defaultdict
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.learner.claim_check import CandidateQuestion, choose_check, p_items
from learnloom.pipelines.learner.features import extract_features
from learnloom.pipelines.learner.history import History
from learnloom.pipelines.learner.model import Model
from learnloom.pipelines.refresh.answers import Answers
from learnloom.pipelines.refresh.workspace import Workspace

_LATELY: Final = np.timedelta64(7, "D")
"""A question answered within so many days before the claim, or after it, is not put again: it is remembered."""
_CLAIMS: Final = """
    SELECT student_key, target_id AS skill_id, max(occurred_at) AS stated_at
    FROM dimensional.fact_voice
    WHERE voice_kind = 'stated_known' AND is_current
    GROUP BY student_key, target_id
    ORDER BY student_key, target_id
"""
_ITEMS: Final = """
    SELECT skill_id, activity_id, activity_name, n_skills
    FROM norms.item_skill
    WHERE skill_id IN (SELECT target_id FROM dimensional.fact_voice WHERE voice_kind = 'stated_known')
    ORDER BY skill_id, activity_id
"""
_SCHEMA: Final = pa.schema(
    [
        ("student_key", pa.string()),
        ("skill_id", pa.string()),
        ("activity_id", pa.string()),
        ("activity_name", pa.string()),
        ("p_right", pa.float64()),
    ]
)


class _QuestionAnswers(NamedTuple):
    """One student's answers to one question."""

    wins: float
    misses: float
    last_at: np.datetime64


_NONE: Final = _QuestionAnswers(0.0, 0.0, np.datetime64(-(2**62), "us"))
"""Before any answer."""


def check_table(work: Workspace, model: Model, answers: Answers, thresholds: Thresholds) -> pa.Table:
    """Choose a question for every claim on a skill with answers, into rows of estimates.student_check."""
    claims = work.read(_CLAIMS).to_pylist()
    offered: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in work.read(_ITEMS).to_pylist():
        offered[item["skill_id"]].append(item)
    claimers = _Claimers(model, answers, {claim["student_key"] for claim in claims})
    rows = []
    for claim in claims:
        end = claimers.ends.get((claim["student_key"], claim["skill_id"]))
        if end is None:
            continue
        free, items = claimers.free(claim, offered[claim["skill_id"]])
        p = p_items(model, end, items)
        place = choose_check(p, items, low=thresholds.check_low, high=thresholds.check_high)
        if place is not None:
            asked = {name: claim[name] for name in ("student_key", "skill_id")}
            asked |= {name: free[place][name] for name in ("activity_id", "activity_name")}
            rows.append(asked | {"p_right": p[place]})
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


class _Claimers:
    """What the model knows of the students of whom something is claimed."""

    def __init__(self, model: Model, answers: Answers, students: set[str]) -> None:
        codes = [code for code, key in enumerate(answers.students) if key in students]
        history = answers.history.where(np.isin(answers.history.student, codes))
        walked = extract_features(model.parameters, history)
        self.ends: dict[tuple[str, str], NDArray[np.float64]] = {
            (answers.students[student], answers.skills[skill]): row
            for student, skill, row in zip(
                walked.end_student.tolist(), walked.end_skill.tolist(), walked.end, strict=True
            )
        }
        self._items = {key: code for code, key in enumerate(answers.items[: len(model.parameters.item_n)])}
        self._records = {
            (answers.students[student], answers.items[item]): record
            for (student, item), record in _records(history).items()
        }

    def free(
        self, claim: dict[str, Any], offered: list[dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], list[CandidateQuestion]]:
        """The questions that the version knows and not answered lately; as told, and for the model."""
        before = _moment(claim["stated_at"]) - _LATELY
        rows, items = [], []
        for row in offered:
            activity_id = row["activity_id"]
            record = self._records.get((claim["student_key"], activity_id), _NONE)
            if activity_id in self._items and record.last_at < before:
                rows.append(row)
                items.append(
                    CandidateQuestion(self._items[activity_id], row["n_skills"], record.wins, record.misses)
                )
        return rows, items


def _records(history: History) -> dict[tuple[int, int], _QuestionAnswers]:
    """What each student made of each question, and when last."""
    found: dict[tuple[int, int], _QuestionAnswers] = {}
    for student, item, score, at in zip(
        history.student.tolist(),
        history.item.tolist(),
        history.score.tolist(),
        history.answered_at,
        strict=True,
    ):
        before = found.get((student, item), _QuestionAnswers(0.0, 0.0, at))
        found[student, item] = _QuestionAnswers(before.wins + score, before.misses + 1.0 - score, at)
    return found


def _moment(at: dt.datetime) -> np.datetime64:
    return np.datetime64(at.astimezone(dt.UTC).replace(tzinfo=None), "us")
