"""Histories for tests."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from learnloom.pipelines.learner.calibrator import LinearLink
from learnloom.pipelines.learner.elo import fit
from learnloom.pipelines.learner.history import History
from learnloom.pipelines.learner.model import PUBLISHED, Model
from learnloom.pipelines.learner.parameters import Parameters


class Answer(NamedTuple):
    """One answer; `day` since 2026-01-01."""

    student: int
    item: int
    skills: tuple[int, ...]
    score: float
    day: float = 0.0
    weight: float = 1.0


def a_history(answers: Sequence[Answer]) -> History:
    """Put answers into columns, in the order given."""
    days = np.array([answer.day for answer in answers], dtype=np.float64)
    start = np.datetime64("2026-01-01T00:00:00", "us")
    return History(
        student=np.array([answer.student for answer in answers], dtype=np.int64),
        item=np.array([answer.item for answer in answers], dtype=np.int64),
        score=np.array([answer.score for answer in answers], dtype=np.float64),
        weight=np.array([answer.weight for answer in answers], dtype=np.float64),
        answered_at=start + (days * 86_400_000_000).astype("timedelta64[us]"),
        skill_offset=np.cumsum([0] + [len(answer.skills) for answer in answers]),
        skill=np.array([skill for answer in answers for skill in answer.skills], dtype=np.int64),
    )


def flat_parameters(*, base_logit: float = 0.0) -> Parameters:
    """Make parameters that know no item and no skill."""
    none = np.zeros(0)
    counts = np.zeros(0, dtype=np.int64)
    return Parameters(base_logit, none, counts, none, none, counts, none, none, none, 0.0, 0.0)


def flat_model(*, base_logit: float = 0.0) -> Model:
    """Make a model that knows no item and no skill, and takes Elo's logit as it is."""
    return Model(flat_parameters(base_logit=base_logit), LinearLink(0.0, 1.0))


def elo_model(history: History) -> Model:
    """Make a model with the difficulties of a history, and the published calibrator."""
    return Model(fit(history), PUBLISHED)


def a_class(
    *, n_students: int, n_items: int, n_skills: int, n_answers: int, seed: int
) -> tuple[History, "Truth"]:
    """Simulate students of known ability on items of known difficulty."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(0.0, 1.0, n_students)
    difficulty = rng.normal(0.0, 1.0, n_items)
    student = rng.integers(0, n_students, n_answers)
    item = rng.integers(0, n_items, n_answers)
    p = 1.0 / (1.0 + np.exp(-(0.5 + ability[student] - difficulty[item])))
    history = History(
        student=student,
        item=item,
        score=(rng.random(n_answers) < p).astype(np.float64),
        weight=np.ones(n_answers),
        answered_at=np.datetime64("2026-01-01", "us") + np.arange(n_answers).astype("timedelta64[s]"),
        skill_offset=np.arange(n_answers + 1),
        skill=item % n_skills,
    )
    return history, Truth(ability, difficulty, p)


class Truth(NamedTuple):
    """What the simulation knows."""

    ability: NDArray[np.float64]
    difficulty: NDArray[np.float64]
    p: NDArray[np.float64]


answers = st.lists(
    st.builds(
        Answer,
        student=st.integers(0, 4),
        item=st.integers(0, 6),
        skills=st.lists(st.integers(0, 3), max_size=3, unique=True).map(tuple),
        score=st.sampled_from([0.0, 0.4, 1.0]),
        weight=st.sampled_from([1.0, 0.25]),
    ),
    max_size=60,
).map(lambda found: [answer._replace(day=float(day)) for day, answer in enumerate(found)])
"""Any history, a day from answer to answer."""
