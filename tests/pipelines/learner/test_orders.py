"""What a question is easier by after another one."""

import numpy as np

from learnloom.pipelines.learner.features import FORESEEN, STANDING_AT, extract_before
from learnloom.pipelines.learner.fit_lines import fit_parameters
from learnloom.pipelines.learner.history import History
from learnloom.pipelines.learner.lines import foreseen
from learnloom.pipelines.learner.orders import FIRST, Orders, items_before, no_orders
from tests.pipelines.learner.make import Answer, a_class, a_history


def _easy_after_0(*, n_students: int) -> History:
    """A class in which question 2 is right in nine of ten cases after question 0, and in three after 1."""
    rng = np.random.default_rng(2)
    answers = []
    for student in range(n_students):
        for day in range(0, 10, 2):
            first = int(rng.integers(2))
            answers += [
                Answer(student, first, (0,), float(rng.random() < 0.5), float(day)),
                Answer(student, 2, (0,), float(rng.random() < (0.3 if first else 0.9)), float(day + 1)),
            ]
    answers.append(Answer(0, 3, (0,), 1.0, 20.0))
    return a_history(answers)


def test_the_question_before_is_the_student_s_own() -> None:
    """It is the one that the same student answered last, whoever answered in between; before the first is none."""
    found = items_before(np.array([1, 0, 1, 0, 1]), np.array([7, 3, 8, 4, 7]))
    assert found.tolist() == [FIRST, FIRST, 7, 3, 8]


def test_what_follows_its_example_is_easier() -> None:
    """What is foreseen of a question differs by which one went before; of a rare pair nothing is said."""
    history = _easy_after_0(n_students=40)
    parameters = fit_parameters(history)
    orders = parameters.orders
    pairs = list(zip(orders.item.tolist(), orders.before.tolist(), strict=True))
    assert pairs == sorted(pairs)
    assert {(2, 0), (2, 1)} <= set(pairs)
    assert (3, 2) not in pairs
    easier, harder = orders.shifts(np.array([2, 2]), np.array([0, 1]))
    assert easier - harder > 2.0
    features = extract_before(parameters, history)
    lines = parameters.lines.of_items(history.item)
    told = features[:, FORESEEN] - foreseen(lines, features[:, STANDING_AT])
    expected = orders.shifts(history.item, items_before(history.student, history.item))
    np.testing.assert_allclose(told, expected, atol=1e-12)
    assert expected[0] == 0.0
    assert np.ptp(expected) > 2.0


def test_where_order_tells_nothing_none_is_kept() -> None:
    """In a class whose questions come in any order, and hang on ability alone, no pair is told from another."""
    history, _ = a_class(n_students=100, n_items=10, n_skills=2, n_answers=8_000, seed=1)
    assert len(fit_parameters(history).orders.item) == 0


def test_what_is_not_known_is_not_shifted() -> None:
    """Pairs that were not seen, first answers and questions that came since count as they would alone."""
    orders = Orders(np.array([0, 0, 1]), np.array([1, 9, 1]), np.array([0.5, 0.25, -0.5]))
    item, before = np.array([0, 0, 1, 9, 1, 1]), np.array([1, 0, 1, 1, 9, FIRST])
    assert orders.shifts(item, before).tolist() == [0.5, 0.0, -0.5, 0.0, 0.0, 0.0]
    assert no_orders().shifts(item, before).tolist() == [0.0] * 6
    assert orders.shifts(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)).tolist() == []
