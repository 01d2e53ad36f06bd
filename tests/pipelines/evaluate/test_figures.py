"""Figures with their intervals, and when they are unknown."""

import numpy as np
import pytest
from hypothesis import given, settings

from learnloom.pipelines.evaluate import measures
from learnloom.pipelines.evaluate.figures import (
    MIN_STUDENTS,
    Figure,
    MinimumSample,
    ece_by_chance,
    figures,
    with_interval,
)
from learnloom.pipelines.evaluate.measures import Predictions
from learnloom.pipelines.evaluate.resample import resampled_ratio
from tests.pipelines.evaluate.make import any_predictions, from_logits, some

_NAMES = ("auc", "log_loss", "rmse", "brier", "ece", "slope", "intercept")
_ANY = MinimumSample(rows=1, clusters=1)


@pytest.mark.slow
@settings(max_examples=40)
@given(any_predictions)
def test_every_figure_lies_in_its_interval_or_says_why_not(found: Predictions) -> None:
    """Whatever the rows are, a value is a number within its interval, and what has none says why."""
    told = figures(found, minimum=_ANY, n_resamples=20)
    for name in _NAMES:
        figure: Figure = getattr(told, name)
        assert (figure.value is None) == (figure.unknown is not None)
        if figure.value is not None:
            assert np.isfinite(figure.value)
        if figure.low is not None and figure.high is not None:
            assert figure.low <= (figure.value or 0.0) <= figure.high


@pytest.mark.parametrize(
    ("n", "n_clusters", "told"),
    [(99, 33, "too few answers (99 of at least 100)"), (2_000, 29, "too few students (29 of at least 30)")],
)
def test_too_little_is_unknown(n: int, n_clusters: int, told: str) -> None:
    """With fewer than 100 answers or 30 students no figure pretends to be one."""
    found = figures(some(n, n_clusters=n_clusters))
    assert {getattr(found, name) for name in _NAMES} == {Figure(None, unknown=told)}
    assert found.ece_by_chance is None
    assert found.n == n


def test_nothing_at_all_is_unknown() -> None:
    """Without a row there is no share either."""
    none = Predictions(np.zeros(0, dtype=np.bool_), np.zeros(0), np.zeros(0, dtype=np.int64))
    assert figures(none).rate is None


def test_an_outcome_that_never_varies_cannot_be_ranked() -> None:
    """Where all came, AUC and calibration line are unknown; the losses are told."""
    found = some(500)
    told = figures(Predictions(np.ones(500, dtype=np.bool_), found.p, found.cluster), n_resamples=20)
    assert (told.auc.value, told.slope.value) == (None, None)
    assert told.auc.unknown == "the outcome never varies"
    assert told.log_loss.value is not None


def test_equal_seeds_give_equal_intervals() -> None:
    """Repeated, an evaluation says the same; another seed draws other students."""
    found = some(600)
    assert figures(found, n_resamples=50, seed=1) == figures(found, n_resamples=50, seed=1)
    assert figures(found, n_resamples=50, seed=1).auc != figures(found, n_resamples=50, seed=2).auc


@pytest.mark.slow
def test_intervals_draw_students_and_not_rows() -> None:
    """A hundred equal answers of each student tell no more than one: the interval stays as wide."""
    once = some(60, n_clusters=60)
    often = Predictions(np.repeat(once.label, 100), np.repeat(once.p, 100), np.repeat(once.cluster, 100))
    few = figures(once, minimum=MIN_STUDENTS, n_resamples=200)
    many = figures(often, n_resamples=200)
    assert many.auc == few.auc


@pytest.mark.long
@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 95 % intervals of log-loss and slope about 95 % hold the truth, with students who differ."""
    held = {"log_loss": 0, "slope": 0}
    truth = measures.log_loss(some(400_000))
    for seed in range(100):
        told = figures(some(1_500, n_clusters=150, seed=seed), n_resamples=150, seed=seed)
        held["log_loss"] += (told.log_loss.low or 9) <= truth <= (told.log_loss.high or 0)
        held["slope"] += (told.slope.low or 9) <= 1.0 <= (told.slope.high or 0)
    assert all(85 <= times <= 100 for times in held.values()), held


def test_calibration_error_by_chance_is_what_true_probabilities_have() -> None:
    """True probabilities have about the calibration error that is told to come by chance, wrong ones more."""
    by_chance = ece_by_chance(some(2_000), seed=0)
    true = np.mean([measures.ece(some(2_000, seed=seed)) for seed in range(30)])
    assert by_chance == pytest.approx(true, rel=0.1)
    assert measures.ece(some(2_000, said_slope=2.0)) > 2 * by_chance


def test_an_interval_needs_resamples_that_have_the_figure() -> None:
    """Where a figure does not exist on many resamples its interval is not told."""
    nan = float("nan")
    assert with_interval(0.5, np.array([nan] * 10 + [0.4] * 90)) == Figure(0.5)
    assert with_interval(0.5, np.array([])) == Figure(0.5)


def test_resampled_mean_spreads_as_a_mean_does() -> None:
    """The spread of a mean over resamples is its standard error."""
    values = np.random.default_rng(5).normal(0.0, 1.0, 400)
    found = resampled_ratio(values, np.ones(400), np.arange(400), n_resamples=1_000, seed=1)
    assert found.std() == pytest.approx(values.std() / 20, rel=0.1)
    assert from_logits(values).n_clusters == 100


def test_an_interval_lies_around_the_value_where_resampling_adds_noise() -> None:
    """What resampling adds on average is taken off: the interval is as wide as the spread, around the value."""
    noise = np.random.default_rng(3).normal(0.13, 0.01, 5_000)
    figure = with_interval(0.1, noise, lowest=0.0)
    assert (figure.low, figure.high) == pytest.approx((0.0804, 0.1196), abs=2e-3)
