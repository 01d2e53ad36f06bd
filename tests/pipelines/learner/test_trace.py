"""Replaying: one student's result is that student's alone, and says what the formulas say."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.learner.calibrator import Logistic
from learnloom.pipelines.learner.features import FEATURES
from learnloom.pipelines.learner.model import Model
from learnloom.pipelines.learner.review import FixedIntervals
from learnloom.pipelines.learner.trace import Trace, carry, trace
from tests.pipelines.learner.make import (
    Answer,
    a_class,
    a_history,
    answers,
    elo_model,
    flat_model,
    flat_parameters,
)

_BY_SKILL = (
    "skill",
    "theta",
    "theta_skill",
    "p_mastery",
    "information",
    "n_attempts",
    "last_attempt_at",
    "level_since_at",
    "mastered_at",
    "review_due_at",
    "p_due",
    "n_reviews",
)


def _rows(found: Trace, student: int) -> list[bytes]:
    """Everything said of one student, to the last bit."""
    return [getattr(found, column)[found.student == student].tobytes() for column in _BY_SKILL]


@given(answers, st.sets(st.integers(0, 4)))
def test_a_student_is_the_same_whoever_else_is_there(history: list[Answer], company: set[int]) -> None:
    """What is said of a student is the same to the last bit in any set of students."""
    model = elo_model(a_history(history[:10]))
    everybody = trace(model, a_history(history))
    some = [answer for answer in history if answer.student in company]
    part = trace(model, a_history(some))
    for student in company:
        assert _rows(part, student) == _rows(everybody, student)
    kept = [row for row, answer in enumerate(history) if answer.student in company]
    assert part.p_right.tobytes() == everybody.p_right[kept].tobytes()


@given(answers)
def test_all_probabilities_are_probabilities(history: list[Answer]) -> None:
    """Nothing is NaN, 0 or 1, every (student, skill) with an answer has one row, and times are in order."""
    found = trace(elo_model(a_history(history)), a_history(history))
    for column in (found.p_mastery, found.p_right, found.p_mastery_after):
        assert ((column > 0.0) & (column < 1.0)).all()
    pairs = {(answer.student, skill) for answer in history for skill in answer.skills}
    assert sorted(pairs) == list(zip(found.student.tolist(), found.skill.tolist(), strict=True))
    known = ~np.isnat(found.mastered_at)
    assert (known == ~np.isnat(found.review_due_at)).all()
    assert (known == ~np.isnan(found.p_due)).all()
    assert (found.mastered_at[known] <= found.last_attempt_at[known]).all()


def test_a_right_answer_raises_and_a_miss_lowers() -> None:
    """Mastery after a right answer lies above that after a miss, and a rapid guess moves it less."""
    results = [
        trace(flat_model(), a_history([Answer(0, 0, (0,), score, weight=weight)])).p_mastery[0]
        for score, weight in ((0.0, 1.0), (0.0, 0.25), (1.0, 0.25), (1.0, 1.0))
    ]
    assert results == sorted(results)
    assert results[0] < 0.5 < results[-1]


def test_items_and_skills_unknown_to_the_version_count_as_average() -> None:
    """A new item can be answered before the model is fitted again."""
    model = elo_model(a_history([Answer(0, 0, (0,), 1.0), Answer(1, 0, (0,), 0.0)]))
    found = trace(model, a_history([Answer(0, 7, (5,), 1.0)]))
    assert found.p_right[0] == pytest.approx(0.5)
    assert model.expected(found.general, np.array([5]))[0] > 0.5


def test_a_skill_is_expected_from_general_ability() -> None:
    """Whoever does well elsewhere is expected to do better on a skill never met."""
    flat = flat_model()
    weak, strong = (
        flat.expected(trace(flat, a_history([Answer(0, 0, (0,), score)] * 5)).general, np.array([1]))[0]
        for score in (0.0, 1.0)
    )
    assert weak < 0.5 < strong


def test_mastery_begins_a_review_and_levels_know_since_when() -> None:
    """The answer that first reaches the edge is the one on record, and review is due seven days later."""
    history = [Answer(0, i, (0,), 1.0, day=i / 10) for i in range(40)]
    found = trace(flat_model(base_logit=1.0), a_history(history))
    first = int(np.argmax(found.p_mastery_after >= 0.95))
    assert 0 < first < 39
    assert found.mastered_at[0] == found.level_since_at[0] == a_history(history).answered_at[first]
    assert found.review_due_at[0] - found.last_attempt_at[0] == np.timedelta64(7, "D")


def test_what_is_expected_when_a_review_is_due_falls_with_the_time_until_then() -> None:
    """By a model that knows of forgetting, a week without an answer costs just what it says; a guess moves no date."""
    weight = -0.2
    weights = {"z": 1.0, "seconds_since_skill": weight}
    model = Model(
        flat_parameters(base_logit=3.5), Logistic(0.0, tuple(weights.get(name, 0.0) for name in FEATURES))
    )
    answers = [Answer(0, 0, (0,), 1.0, day=0.0), Answer(0, 1, (0,), 1.0, day=0.5)]
    found = trace(model, a_history(answers))
    week = np.log1p(7 * 86_400.0)
    p, expected = found.p_due[0], found.p_mastery[0]
    assert np.log(p / (1 - p)) == pytest.approx(np.log(expected / (1 - expected)) + weight * week)
    guess = Answer(0, 0, (0,), 0.0, day=9.0, weight=0.25)
    late = trace(model, a_history([*answers, guess]))
    assert late.review_due_at[0] == found.review_due_at[0]
    assert late.p_due[0] == pytest.approx(late.p_mastery[0])


def test_a_level_lost_through_other_skills_is_dated_by_the_last_answer() -> None:
    """Misses elsewhere lower what is expected here, and the level changes with them."""
    history = [Answer(0, 0, (0,), 1.0, day=0.0), *[Answer(0, 1, (1,), 0.0, day=1.0 + i) for i in range(20)]]
    found = trace(flat_model(base_logit=0.5), a_history(history), mastered=0.9, near=0.6)
    assert found.p_mastery_after[0] >= 0.6 > found.p_mastery[0]
    assert found.level_since_at[0] == a_history(history).answered_at[-1]


def test_mastery_follows_true_ability() -> None:
    """After some twenty-five answers a student, estimates go with the simulated truth at .8 or more."""
    history, truth = a_class(n_students=200, n_items=60, n_skills=4, n_answers=5_000, seed=3)
    model = elo_model(history)
    found = trace(model, history)
    assert np.corrcoef(found.general[:, 0], truth.ability[found.student_code])[0, 1] > 0.8
    late = slice(2_500, None)
    assert abs(found.p_right[late].mean() - truth.p[late].mean()) < 0.03


def test_no_history_says_nothing_of_anyone() -> None:
    """Without answers there are no rows, and no error."""
    found = trace(flat_model(), a_history([]))
    assert all(len(getattr(found, field.name)) == 0 for field in dataclasses.fields(found))


@given(answers, st.integers(0, 40))
def test_what_is_carried_goes_on_as_if_nothing_were_gone(history: list[Answer], cut: int) -> None:
    """What is carried of answers that are gone gives the rest the same estimates, levels and reviews, to the bit."""
    model = elo_model(a_history(history[:10]))
    rules: Any = {"mastered": 0.6, "near": 0.5, "reviewer": FixedIntervals()}
    whole = trace(model, a_history(history), **rules)
    priors = carry(model, a_history(history[:cut]), **rules)
    rest = trace(model, dataclasses.replace(a_history(history[cut:]), priors=priors), **rules)
    for column in (*_BY_SKILL, "student", "student_code", "general", "student_last_at"):
        if column != "n_attempts":
            assert getattr(rest, column).tobytes() == getattr(whole, column).tobytes()
    assert rest.p_right.tobytes() == whole.p_right[cut:].tobytes()
    again = carry(model, dataclasses.replace(a_history(history[cut:]), priors=priors), **rules)
    assert again == carry(model, a_history(history), **rules)
