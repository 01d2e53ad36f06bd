"""Explanations: they say what the model says, their terms add up, and what is ahead is what will be said then."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnloom.pipelines.learner.calibrator import Logistic, ModelKind
from learnloom.pipelines.learner.explain import LOOK_AHEAD, explain
from learnloom.pipelines.learner.features import FEATURES, extract_before
from learnloom.pipelines.learner.fit_calibrator import fit_calibrator
from learnloom.pipelines.learner.fit_lines import fit_parameters
from learnloom.pipelines.learner.history import History
from learnloom.pipelines.learner.lines import Lines
from learnloom.pipelines.learner.logistic import logit, sigmoid
from learnloom.pipelines.learner.model import Model
from learnloom.pipelines.learner.trace import trace
from learnloom.schemas.why import Ground
from tests.pipelines.learner.make import Answer, a_class, a_history, answers, flat_parameters

pytestmark = pytest.mark.slow

_UNSEEN = 9
"""A skill on which nobody has answered."""


@cache
def _model(kind: ModelKind) -> Model:
    """A model of each kind, fitted on a class with four skills."""
    history, _ = a_class(n_students=40, n_items=7, n_skills=4, n_answers=4_000, seed=5)
    parameters = fit_parameters(history)
    return Model(
        parameters, fit_calibrator(kind, extract_before(parameters, history), history.score, history.weight)
    )


def _of(history: History, student: int) -> History:
    return history.where(history.student == student)


@pytest.mark.parametrize("kind", list(ModelKind))
@settings(max_examples=10)
@given(history=answers)
def test_what_is_explained_is_what_is_said(kind: ModelKind, history: list[Answer]) -> None:
    """For every student and skill, answered on or not, the terms add up to the estimate, whatever the kind."""
    model, columns = _model(kind), a_history(history)
    told = trace(model, columns)
    said = dict(
        zip(
            zip(told.student.tolist(), told.skill.tolist(), strict=True), told.p_mastery.tolist(), strict=True
        )
    )
    for place, student in enumerate(told.student_code.tolist()):
        for skill in [0, 1, 2, 3, _UNSEEN]:
            expected = float(model.expected(told.general[[place]], np.array([skill]))[0])
            found = explain(model, _of(columns, student), skill)
            assert found.p == said.get((student, skill), expected)
            assert found.start + sum(found.terms.values()) == pytest.approx(found.p, abs=1e-12)


@pytest.mark.parametrize("kind", list(ModelKind))
@given(history=answers, skill=st.integers(0, 4))
@settings(max_examples=5)
def test_what_is_ahead_is_what_will_be_said(kind: ModelKind, history: list[Answer], skill: int) -> None:
    """The estimate after answers to come is the model's own after these answers, at an item of average difficulty."""
    model = _model(kind)
    mine = [answer for answer in history if answer.student == 0] or [Answer(0, 0, (0,), 1.0)]
    found = explain(model, a_history(mine), skill)
    known = model.parameters
    item = len(known.item_n)
    average = np.nan_to_num([*known.skill_item_difficulty, 0.0])[skill]
    longer = replace(
        known,
        item_difficulty=np.append(known.item_difficulty, average),
        item_n=np.append(known.item_n, 0),
        item_rate=np.append(known.item_rate, np.nan),
    )
    for score, told in ((1.0, list(found.after_right)), (0.0, [found.after_miss])):
        more = [Answer(0, item, (skill,), score, 100.0 + n) for n in range(len(told))]
        then = trace(Model(longer, model.calibrator), a_history([*mine, *more]))
        assert then.p_mastery_after[-len(told) :].tolist() == told


def test_a_line_knows_neither_practice_nor_the_order_of_answers() -> None:
    """What a calibrator does not look at adds nothing at all."""
    model = _model(ModelKind.ELO)
    found = explain(model, a_history([Answer(0, 0, (0,), 1.0), Answer(0, 1, (1,), 0.0, 1.0)]), 0)
    assert found.terms[Ground.PRACTICE] == found.terms[Ground.LATELY] == 0.0
    assert found.terms[Ground.SKILL] > 0.0


def test_a_line_s_slopes_tell_by_what_is_foreseen() -> None:
    """Where lines ask for ability alone, only it and the skill's own line add to the common line's start."""
    known = flat_parameters(base_logit=0.4)
    lines = Lines(
        item=np.zeros((0, 6)),
        skill=np.array([[0.7, 1.5, 0.0, 0.0, 0.0, 0.0]]),
        common=np.array([0.2, 1.0, 0.0, 0.0, 0.0, 0.0]),
    )
    foreseen_alone = Logistic(0.0, tuple(float(name == "foreseen") for name in FEATURES))
    model = Model(replace(known, lines=lines), foreseen_alone)
    found = explain(model, a_history([Answer(0, 0, (0,), 1.0), Answer(0, 1, (0,), 1.0, 1.0)]), 0)
    assert found.start == pytest.approx(sigmoid(0.2))
    assert found.terms[Ground.GENERAL] > 0.0
    assert found.terms[Ground.DIFFICULTY] > 0.0
    assert found.terms[Ground.SKILL] == found.terms[Ground.LATELY] == found.terms[Ground.PRACTICE] == 0.0


def test_terms_are_fair() -> None:
    """Two grounds that move the logit by the same are told to add the same, whichever is named first."""
    model = _model(ModelKind.ELO)
    # One answer on one skill moves theta and theta_k by the same step.
    found = explain(model, a_history([Answer(0, 0, (0,), 1.0)]), 0)
    assert found.terms[Ground.SKILL] == pytest.approx(found.terms[Ground.GENERAL], rel=1e-9)


def test_the_start_hangs_on_nobody() -> None:
    """Where everybody starts is the same for every student and skill where the calibrator looks at Elo alone."""
    model = _model(ModelKind.ELO)
    starts = {
        explain(model, a_history([Answer(student, item, (skill,), score)]), skill).start
        for student, item, skill, score in [(0, 0, 0, 1.0), (3, 4, 2, 0.0), (1, 2, 1, 0.4)]
    }
    assert len(starts) == 1
    assert abs(logit(starts.pop()) - model.parameters.base_logit) < 1.0


@pytest.mark.parametrize("kind", list(ModelKind))
def test_right_answers_lead_up_and_a_miss_down(kind: ModelKind) -> None:
    """A run of right answers ends above the estimate, and a miss lies below one more right answer."""
    model = _model(kind)
    history = [Answer(0, day % 7, (day % 7 % 4,), float(day % 3 > 0), float(day)) for day in range(20)]
    found = explain(model, a_history(history), 2)
    assert len(found.after_right) == LOOK_AHEAD
    assert found.after_right[-1] > found.p
    assert found.after_miss < found.after_right[0]
