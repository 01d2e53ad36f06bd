"""What is said of predicted answers: cold start, mastery taken at its word, baselines, the whole document."""

import numpy as np
import pytest
from hypothesis import given

from learnloom.pipelines.evaluate.baselines import (
    BASELINES,
    by_fold,
    class_mean,
    item_mean,
    running_mean,
    three_in_a_row,
)
from learnloom.pipelines.evaluate.cold_start import cold_start, earlier_answers
from learnloom.pipelines.evaluate.mastered import first_fired, is_mastered_true
from learnloom.pipelines.evaluate.report import EvaluationOptions, evaluate_folds, evaluate_split
from tests.pipelines.evaluate.make import some
from tests.pipelines.learner.make import Answer, a_class, a_history, answers


def _of_one(*scores: float, skills: tuple[int, ...] = (0,)) -> list[Answer]:
    return [Answer(0, 0, skills, score, day) for day, score in enumerate(scores)]


@given(answers)
def test_earlier_answers_are_counted_per_student(told: list[Answer]) -> None:
    """Before each answer stand as many of the same student as there are rows above it."""
    students = [answer.student for answer in told]
    expected = [students[:row].count(student) for row, student in enumerate(students)]
    assert earlier_answers(np.array(students, dtype=np.int64)).tolist() == expected


@pytest.mark.slow
def test_cold_start_splits_all_answers() -> None:
    """Each answer stands in one row of the table, and the first five together in the last."""
    found = some(6_000)
    table = cold_start(found, earlier_answers(found.cluster), n_resamples=20, seed=0)
    assert [one.n for one in table] == [100, 400, 500, 1_000, 4_000, 500]
    assert sum(one.n for one in table[:-1]) == len(found)
    assert table[4].high is None


# Mastery -----------------------------------------------------------------------------------------------------


def test_three_in_a_row_is_tested_by_the_next_answer_once() -> None:
    """The answer after the third right one in a row is the test; later runs are none."""
    history = a_history(_of_one(1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1))
    assert first_fired(history, np.full(11, 0.5))["3 right in a row"] == [6]


def test_a_threshold_is_tested_by_the_answer_of_which_so_much_was_expected() -> None:
    """The first answer on a skill with .90 or more expected, after an earlier one on it, is the test."""
    history = a_history(_of_one(1, 1, 0, 1))
    fired = first_fired(history, np.array([0.99, 0.86, 0.91, 0.96]))
    assert (fired["p >= 0.85"], fired["p >= 0.90"], fired["p >= 0.95"]) == ([1], [2], [3])


def test_skills_are_tested_apart() -> None:
    """A run on one skill says nothing of another; an answer on two skills may test both."""
    told = [*_of_one(1, 1, 1, skills=(0, 1)), Answer(0, 0, (0, 2), 1.0, 3.0), Answer(0, 0, (1,), 1.0, 4.0)]
    assert first_fired(a_history(told), np.full(5, 0.5))["3 right in a row"] == [3, 4]


def test_few_cases_leave_the_rate_unknown() -> None:
    """A rule that never fired, or only for some students, has no rate."""
    history = a_history(_of_one(1, 1, 1, 1))
    table = is_mastered_true(history, np.full(4, 0.5), n_resamples=20, seed=0)
    assert [one.rate.unknown for one in table] == [
        "too few students (1 of at least 20)",
        *["it never fired"] * 3,
    ]


def test_true_probabilities_keep_their_word() -> None:
    """Where what is expected is true, at least so many are right as the threshold says."""
    history, truth = a_class(n_students=300, n_items=40, n_skills=5, n_answers=20_000, seed=3)
    table = is_mastered_true(history, truth.p, n_resamples=100, seed=0)
    for one, limit in zip(table[1:], (0.85, 0.90, 0.95), strict=True):
        assert one.rate.value is not None
        assert one.rate.value > limit - 0.02


# Baselines ---------------------------------------------------------------------------------------------------


def test_baselines_by_hand() -> None:
    """Two answers at the mean rate are added to every mean but that of all."""
    train = a_history([Answer(0, 0, (0,), 1.0), Answer(0, 0, (0,), 1.0), Answer(1, 1, (0,), 0.0)])
    test = a_history([Answer(2, 0, (0,), 1.0), Answer(3, 2, (0,), 0.0), Answer(2, 1, (0,), 0.0)])
    rate = 3 / 5
    assert class_mean(train, test) == pytest.approx([rate] * 3)
    assert item_mean(train, test) == pytest.approx([(2 + 2 * rate) / 4, rate, 2 * rate / 3])
    assert running_mean(train, test) == pytest.approx([rate, rate, (1 + 2 * rate) / 3])


def test_three_in_a_row_predicts_what_followed_such_runs() -> None:
    """After a run what followed runs in training is expected, otherwise what came otherwise."""
    train = a_history(_of_one(1, 1, 1, 1, 0))
    rate = 5 / 7
    after, otherwise = (1 + 2 * rate) / 4, (3 + 2 * rate) / 5
    found = three_in_a_row(train, a_history(_of_one(1, 1, 1, 0, 1)))
    assert found == pytest.approx([otherwise] * 3 + [after, otherwise])


@given(answers)
def test_no_baseline_knows_what_it_predicts(told: list[Answer]) -> None:
    """Turning the last answer's outcome changes no prediction of the same fold."""
    if not told:
        return
    turned = [*told[:-1], told[-1]._replace(score=1.0 - told[-1].score)]
    fold = np.array([answer.student % 2 for answer in told])
    same = fold == fold[-1]
    for predict in BASELINES.values():
        before, after = by_fold(predict, a_history(told), fold), by_fold(predict, a_history(turned), fold)
        assert before[same].tolist() == after[same].tolist()
        assert ((before > 0) & (before < 1)).all()


# The whole ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_model_beats_what_needs_none() -> None:
    """On students of known ability the model ranks better than every baseline, and is near the truth."""
    history, _ = a_class(n_students=200, n_items=50, n_skills=5, n_answers=12_000, seed=2)
    found = evaluate_folds(history, EvaluationOptions(n_resamples=50))
    assert found.model.auc.value is not None
    assert all(found.model.auc.value > (one.figures.auc.value or 0.0) for one in found.baselines)
    assert (found.n_students, found.n_items, found.n_skills, found.model.n) == (200, 50, 5, 12_000)


@pytest.mark.slow
def test_a_given_split_predicts_the_second_part_only() -> None:
    """Only answers of the test are held against what came."""
    history, _ = a_class(n_students=100, n_items=20, n_skills=2, n_answers=4_000, seed=2)
    is_test = history.student >= 60
    found = evaluate_split(history.where(~is_test), history.where(is_test), EvaluationOptions(n_resamples=20))
    assert found.model.n == is_test.sum()
    assert found.model.n_clusters == 40
