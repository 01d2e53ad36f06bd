"""The measures: what they must be of predictions that are known."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from learnloom.pipelines.evaluate import measures
from learnloom.pipelines.evaluate.measures import Predictions, PredictionsError, reliability
from learnloom.pipelines.evaluate.resample import Weighted, draws
from tests.pipelines.evaluate.make import any_predictions, some


@given(any_predictions, st.floats(0.0, 1.0))
def test_one_probability_for_all_ranks_nothing(found: Predictions, p: float) -> None:
    """A constant prediction has an AUC of one half, and no calibration line."""
    assume(0 < found.label.sum() < len(found))
    constant = Predictions(found.label, np.full(len(found), p), found.cluster)
    assert measures.auc(constant) == pytest.approx(0.5)
    assert measures.calibration_line(constant) is None


@given(any_predictions)
def test_ranking_the_other_way_round_mirrors_auc(found: Predictions) -> None:
    """Saying one less the probability gives one less the AUC."""
    assume(0 < found.label.sum() < len(found))
    p = np.round(found.p, 3)
    turned = Predictions(found.label, 1.0 - p, found.cluster)
    assert measures.auc(turned) == pytest.approx(
        1.0 - measures.auc(Predictions(found.label, p, found.cluster))
    )


@given(any_predictions)
def test_what_came_is_the_best_prediction(found: Predictions) -> None:
    """Saying what came has no error of any kind; and no certainty, however wrong, costs without end."""
    known = Predictions(found.label, found.label.astype(np.float64), found.cluster)
    assert measures.brier(known) == 0.0
    assert measures.ece(known) == 0.0
    assert measures.log_loss(known) == pytest.approx(0.0, abs=1e-8)
    assert measures.log_loss(found) < 21.0


@pytest.mark.slow
def test_true_probabilities_are_calibrated() -> None:
    """Where what was said is the truth, calibration error is near 0, slope near 1 and intercept near 0."""
    found = some(200_000)
    line = measures.calibration_line(found)
    assert line is not None
    assert measures.ece(found) < 0.006
    assert line == pytest.approx((0.0, 1.0), abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(("said", "slope"), [(2.0, 0.5), (0.5, 2.0)])
def test_slope_tells_confidence(said: float, slope: float) -> None:
    """Logits said twice as large as they are have slope one half; said half as large, two."""
    line = measures.calibration_line(some(100_000, said_slope=said))
    assert line is not None
    assert line[1] == pytest.approx(slope, rel=0.03)


def test_measures_by_hand() -> None:
    """Four rows, reckoned by hand."""
    found = Predictions(
        np.array([True, False, True, False]), np.array([0.9, 0.4, 0.4, 0.1]), np.array([0, 0, 1, 1])
    )
    assert measures.auc(found) == pytest.approx(3.5 / 4)
    assert measures.brier(found) == pytest.approx((0.01 + 0.16 + 0.36 + 0.01) / 4)
    assert measures.log_loss(found) == pytest.approx(-np.log([0.9, 0.6, 0.4, 0.9]).mean())
    assert measures.ece(found) == pytest.approx((0.1 + abs(1 - 0.8) + 0.1) / 4)


def test_a_threshold_that_parts_all_has_no_slope() -> None:
    """Where one follows from the other no slope is steep enough: there is none, and not a huge one."""
    found = Predictions(np.array([False, False, True]), np.array([0.2, 0.3, 0.6]), np.array([0, 1, 2]))
    assert measures.calibration_line(found) is None


@given(any_predictions)
def test_bins_hold_every_row_once(found: Predictions) -> None:
    """Reliability counts each row in the one bin that its probability lies in; the calibration error is of them."""
    bins = reliability(found)
    assert sum(one.n for one in bins) == len(found)
    told = [one for one in bins if one.mean_p is not None and one.rate is not None]
    assert all(one.low - 1e-9 <= (one.mean_p or 0.0) <= one.high + 1e-9 for one in told)
    gap = sum(one.n * abs((one.rate or 0.0) - (one.mean_p or 0.0)) for one in told)
    assert measures.ece(found) == pytest.approx(gap / len(found))


@given(any_predictions)
def test_weights_of_one_are_no_weights(found: Predictions) -> None:
    """Each student drawn once gives the measures as scikit-learn reckons them."""
    weighted = Weighted(found, None)
    ones = np.ones(weighted.n_clusters)
    assert weighted.losses(ones) == pytest.approx((measures.log_loss(found), measures.brier(found)))
    assert weighted.ece(ones) == pytest.approx(measures.ece(found))
    if 0 < found.label.sum() < len(found):
        assert weighted.auc(ones) == pytest.approx(measures.auc(found))


@given(any_predictions, st.integers(0, 99))
def test_a_student_drawn_twice_counts_twice(found: Predictions, seed: int) -> None:
    """Weights by student are the same as repeating the student's rows."""
    weighted = Weighted(found, None)
    (weight,) = draws(weighted.n_clusters, n_resamples=1, seed=seed)
    codes = np.unique(found.cluster, return_inverse=True)[1]
    times = weight[codes].astype(np.int64)
    label, p = np.repeat(found.label, times), np.repeat(found.p, times)
    repeated = Predictions(label, p, np.repeat(found.cluster, times))
    assert weighted.losses(weight) == pytest.approx((measures.log_loss(repeated), measures.brier(repeated)))
    assert weighted.ece(weight) == pytest.approx(measures.ece(repeated))
    if 0 < label.sum() < len(label):
        assert weighted.auc(weight) == pytest.approx(float(roc_auc_score(label, p)))
    else:
        assert np.isnan(weighted.auc(weight))


@pytest.mark.slow
def test_line_of_a_resample_is_near_that_of_its_rows() -> None:
    """One step of Newton's method finds slope and intercept of a resample."""
    found = some(20_000, said_slope=1.3)
    line = measures.calibration_line(found)
    weighted = Weighted(found, line)
    assert weighted.line(np.ones(100)) == pytest.approx(line, abs=1e-5)
    (weight,) = draws(100, n_resamples=1, seed=3)
    times = weight[found.cluster].astype(np.int64)
    repeated = Predictions(
        np.repeat(found.label, times), np.repeat(found.p, times), np.repeat(found.cluster, times)
    )
    assert weighted.line(weight) == pytest.approx(measures.calibration_line(repeated), abs=3e-3)


@pytest.mark.parametrize(
    ("p", "cluster", "told"),
    [([0.5, 1.2], [0, 1], "from 0.5 to 1.2"), ([0.5, float("nan")], [0, 1], "nan"), ([0.5], [0], "lengths")],
)
def test_what_cannot_be_a_prediction_is_refused(p: list[float], cluster: list[int], told: str) -> None:
    """A probability beyond 0 to 1, an unknown one, and columns of different lengths are named."""
    with pytest.raises(PredictionsError, match=told):
        Predictions(np.array([True, False]), np.array(p), np.array(cluster))
