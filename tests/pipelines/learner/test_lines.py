"""Questions' own lines: how the answers to each go with how students stand, and never downwards."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from learnloom.pipelines.learner import fit_lines
from learnloom.pipelines.learner.features import STANDING_AT, extract_before, extract_features
from learnloom.pipelines.learner.fit_lines import fit_parameters
from learnloom.pipelines.learner.history import History
from learnloom.pipelines.learner.lines import STANDING, foreseen
from learnloom.pipelines.learner.logistic import log_losses, sigmoid_fast
from tests.pipelines.learner.make import Answer, a_class, a_history, answers

_ABILITY = 1 + STANDING.index("theta")


def _sharp_and_flat(*, n_students: int) -> History:
    """A class whose even questions only the able get right, and whose odd ones everybody does half of the time."""
    rng = np.random.default_rng(3)
    student = np.repeat(np.arange(n_students), 40)
    item = rng.integers(0, 10, len(student))
    ability = rng.normal(0.0, 2.0, n_students)[student]
    p = np.where(item % 2 == 0, sigmoid_fast(2.0 * ability), 0.5)
    n = len(student)
    return History(
        student=student,
        item=item,
        score=(rng.random(n) < p).astype(np.float64),
        weight=np.ones(n),
        answered_at=np.datetime64("2026-01-01", "us") + np.arange(n).astype("timedelta64[s]"),
        skill_offset=np.arange(n + 1),
        skill=np.zeros(n, dtype=np.int64),
    )


def test_a_question_that_tells_students_apart_has_the_steeper_line() -> None:
    """What the able alone get right rises steeply with ability, what everybody does hardly at all."""
    lines = fit_parameters(_sharp_and_flat(n_students=200)).lines
    assert lines.item[::2, _ABILITY].min() > 3.0 * lines.item[1::2, _ABILITY].max()


def test_new_students_are_foreseen_better_than_by_one_line_for_all() -> None:
    """On students from whom nothing was learned, questions' own lines have less log-loss than the common one."""
    history = _sharp_and_flat(n_students=200)
    is_out = history.student >= 150
    parameters, unseen = fit_parameters(history.where(~is_out)), history.where(is_out)
    features = extract_before(parameters, unseen)
    lines = parameters.lines
    own, same = (
        log_losses(sigmoid_fast(foreseen(each, features[:, STANDING_AT])), unseen.score).mean()
        for each in (lines.of_items(unseen.item), lines.common)
    )
    assert own < same - 0.05


@pytest.mark.slow
@given(answers)
def test_a_right_answer_never_lets_expect_less(history: list[Answer]) -> None:
    """Whatever a class has answered, after one more right answer no question's line foresees less than before it."""
    if not history:
        return
    parameters = fit_parameters(a_history(history))
    assert (parameters.lines.item[:, 1:] >= 0.0).all()
    last = history[-1]
    more = [*history, Answer(last.student, last.item, last.skills, 1.0, last.day + 1.0)]
    before, after = (
        extract_features(parameters, a_history(each)).end[:, STANDING_AT] for each in (history, more)
    )
    for line in parameters.lines.item:
        assert (foreseen(line, after) >= foreseen(line, before)).all()


@given(answers)
@settings(max_examples=20)
def test_what_is_foreseen_is_the_same_whoever_else_is_there(history: list[Answer]) -> None:
    """Of each student alone the same is foreseen, to the last bit, as among all."""
    parameters, columns = fit_parameters(a_history(history)), a_history(history)
    among_all = extract_before(parameters, columns)
    for student in range(5):
        is_theirs = columns.student == student
        assert extract_before(parameters, columns.where(is_theirs)).tolist() == among_all[is_theirs].tolist()


def test_from_few_answers_a_line_is_the_common_one_moved_by_difficulty() -> None:
    """One miss makes a question harder, and its slopes hardly others than those of all."""
    rng = np.random.default_rng(4)
    some = [
        Answer(student, item, (item % 2,), float(rng.random() < 0.3 + 0.4 * (student % 2)), day=float(day))
        for day, (student, item) in enumerate(rng.integers(0, [60, 8], (2_000, 2)).tolist())
    ]
    with_one = a_history([*some, Answer(0, 8, (0,), 0.0, day=2_000.0)])
    lines = fit_parameters(with_one).lines
    slopes, of_all = lines.item[8, 1:], lines.common[1:]
    assert slopes == pytest.approx(of_all, abs=0.2)
    standing = np.zeros((1, len(STANDING)))
    assert foreseen(lines.item[8], standing)[0] < foreseen(lines.common, standing)[0]


def test_what_has_no_answer_has_the_common_line() -> None:
    """Questions and skills without an answer, and those that came since, are foreseen by the line of all."""
    history = a_history([Answer(0, 0, (0,), 1.0), Answer(1, 1, (0,), 0.0)])
    lines = fit_parameters(history, n_skills=2).lines
    assert lines.of_items(np.array([5])).tolist() == [lines.common.tolist()]
    assert lines.of_skills(np.array([1, 7])).tolist() == [lines.common.tolist()] * 2
    assert np.isfinite(lines.of_skills(np.array([0]))).all()


def test_of_many_answers_those_of_some_students_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a bound lines are those of every second student, whatever their codes; difficulties are those of all."""
    plain, _ = a_class(n_students=40, n_items=7, n_skills=4, n_answers=1_000, seed=5)
    history = replace(plain, student=2 * plain.student + 1)
    monkeypatch.setattr(fit_lines, "_MOST_ANSWERS", 999)
    some = fit_parameters(history)
    monkeypatch.undo()
    whole = fit_parameters(history)
    assert some.item_difficulty.tolist() == whole.item_difficulty.tolist()
    assert 0.0 < np.abs(some.lines.item - whole.lines.item).max() < 5.0
