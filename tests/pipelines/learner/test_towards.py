"""A school's own line: drawn towards the one given, and used only where students held out say so."""

import numpy as np

from learnloom.pipelines.learner.towards import Line, Weighed, fit_towards, own_line

_GIVEN = Line(-0.5, (0.8, 0.0))


def _cases(true: Line, n_students: int, seed: int = 1) -> Weighed:
    """Twenty cases of each of so many students, in which a line is true."""
    rng = np.random.default_rng(seed)
    student = np.repeat(np.arange(n_students), 20)
    features = rng.normal(size=(len(student), 2))
    came = (rng.random(len(student)) < true.p(features)).astype(np.float64)
    return Weighed(features, came, np.ones(len(student)), student)


def test_where_more_come_true_than_was_given_the_school_has_a_line_of_its_own() -> None:
    """It is better on students held out, and near what is true there."""
    true = Line(1.0, (0.8, 0.5))
    own = own_line(_cases(true, 100), _GIVEN)
    assert own is not None
    assert own.log_loss < own.log_loss_given - 0.05
    assert np.allclose([own.line.intercept, *own.line.coefficients], [1.0, 0.8, 0.5], atol=0.2)


def test_where_what_is_given_is_true_it_stays() -> None:
    """Whatever chance does: of ten schools of which it is true, one at the most gets a line of its own."""
    assert sum(own_line(_cases(_GIVEN, 60, seed), _GIVEN) is not None for seed in range(10)) <= 1


def test_what_never_came_is_drawn_back_to_what_is_given() -> None:
    """Of outcomes of one kind alone follows a line that is finite, and no certainty."""
    cases = _cases(_GIVEN, 40)
    own = own_line(cases._replace(outcomes=np.zeros(len(cases.outcomes))), _GIVEN)
    assert own is not None
    assert -10.0 < own.line.intercept < _GIVEN.intercept


def test_too_few_students_move_nothing() -> None:
    """What 19 students did is no reason to leave what is given, nor what nobody did."""
    assert own_line(_cases(Line(3.0, (0.0, 0.0)), 19), _GIVEN) is None
    cases = _cases(_GIVEN, 40)
    assert own_line(cases.where(np.zeros(len(cases.outcomes), dtype=bool)), _GIVEN) is None


def test_without_a_case_the_line_is_the_one_given() -> None:
    """And a few move it less than many."""
    cases = _cases(Line(2.0, (0.8, 0.0)), 50)
    place = np.arange(len(cases.outcomes))
    none, few, many = (fit_towards(cases.where(place < n), _GIVEN).intercept for n in (0, 10, 1_000))
    assert none == _GIVEN.intercept
    assert none < few < many
