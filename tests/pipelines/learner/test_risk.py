"""The risk model: learned from what happened, held out by whole runs, the same for whoever else is looked at."""

from dataclasses import replace

import numpy as np
import pytest

from learnloom.pipelines.learner.errors import RiskModelError
from learnloom.pipelines.learner.risk import RiskKind, RiskModel, Stage, read_risk_model
from learnloom.pipelines.learner.risk_train import RiskCases, TrainedRisk, train_risk
from learnloom.schemas.risk import RiskTheme
from tests.pipelines.learner.risk_make import ENROLMENT, SUBMITTED, cases


def _trained(found: RiskCases, fold: np.ndarray | None = None) -> TrainedRisk:
    trained = train_risk(found, fold)
    assert trained is not None
    return trained


def test_few_students_teach_nothing() -> None:
    """Below ten who passed and ten who did not there is no model."""
    assert train_risk(cases(15)) is None
    only_passed = cases(400)
    assert train_risk(only_passed.where(~only_passed.has_not_passed)) is None


@pytest.mark.slow
def test_probabilities_come_true() -> None:
    """Of new students of a like run about as many do not pass as was said, in the lower and the upper half."""
    model = _trained(cases(1_200)).model
    new = cases(2_000, seed=1)
    p = model.probability(new.features)
    for part in (p < 0.5, p >= 0.5):
        assert new.has_not_passed[part].mean() == pytest.approx(p[part].mean(), abs=0.05)


@pytest.mark.slow
def test_whole_runs_are_held_out() -> None:
    """Where runs differ, what is said of held-out students is as bad as it will be for a run to come."""
    different = cases(800, n_runs=2, run_effect=4.0)
    by_run, by_student = _trained(different), _trained(different, fold=different.student % 5)
    assert (by_run.is_by_run, by_student.is_by_run) == (True, False)
    assert by_run.log_loss[RiskKind.LOGISTIC] > by_student.log_loss[RiskKind.LOGISTIC] + 0.2


def test_a_single_run_holds_out_students() -> None:
    """One run is enough to learn from."""
    assert not _trained(cases(300, n_runs=1)).is_by_run


@pytest.mark.slow
@pytest.mark.parametrize("kind", RiskKind)
def test_kept_text_says_the_same(kind: RiskKind) -> None:
    """A model written and read again gives the same probabilities and reasons to the last bit."""
    model = _boosted(cases(1_500)) if kind is RiskKind.BOOSTED else _trained(cases(300)).model
    again = read_risk_model(model.to_json())
    features = cases(100, seed=2).features
    assert model.kind is kind
    assert again.probability(features).tolist() == model.probability(features).tolist()
    assert again.reasons(features) == model.reasons(features)


def _boosted(found: RiskCases) -> RiskModel:
    """Where passing is not monotonous, trees win."""
    hump = np.abs(found.features[:, SUBMITTED] - 0.5) < 0.25
    return _trained(RiskCases(found.features, hump, found.run, found.student)).model


@pytest.mark.slow
def test_others_do_not_matter() -> None:
    """A student's probability is the same alone as among all."""
    for model in (_trained(cases(300)).model, _boosted(cases(1_500))):
        features = cases(50, seed=3).features
        together = model.probability(features)
        alone = [model.probability(features[[row]])[0] for row in range(50)]
        assert alone == together.tolist()


@pytest.mark.slow
def test_reasons_name_what_counts() -> None:
    """Who handed in little is told to have; who handed in all has no such reason."""
    model = _trained(cases(1_200)).model
    features = cases(2, seed=4).features
    features[:, ENROLMENT] = 1.5
    features[:, SUBMITTED] = (0.05, 1.0)
    little, everything = model.reasons(features)
    assert little[0].theme is RiskTheme.HANDED_IN
    assert little[0].usual == pytest.approx(0.5, abs=0.05)
    assert RiskTheme.HANDED_IN not in {reason.theme for reason in everything}


@pytest.mark.slow
def test_promised_precision_is_found() -> None:
    """Of new students who are flagged as many do not pass as the model promises."""
    stage: Stage = _trained(cases(1_500)).model.stages[0]
    new = cases(3_000, seed=5)
    flagged = _trained(cases(1_500)).model.probability(new.features) >= stage.threshold
    assert stage.precision == pytest.approx(new.has_not_passed[flagged].mean(), abs=0.05)
    assert flagged.mean() == pytest.approx(0.2, abs=0.05)


@pytest.mark.slow
def test_nobody_is_warned_of_where_nothing_is_known() -> None:
    """Where features tell nothing of the outcome, the highest fifth is hardly above the average, and none is named."""
    told = cases(1_500)
    outcomes = np.random.default_rng(7).permutation(told.has_not_passed)
    model = _trained(replace(told, has_not_passed=outcomes)).model
    assert (model.probability(told.features) >= model.stages[0].threshold).mean() < 0.01


def test_a_broken_text_is_refused() -> None:
    """What cannot be read, or is of other features, says so."""
    text = _trained(cases(300)).model.to_json()
    for broken in ("", "{}", text.replace("submitted_share", "height"), text.replace("logistic", "magic")):
        with pytest.raises(RiskModelError, match="train --force"):
            read_risk_model(broken)
