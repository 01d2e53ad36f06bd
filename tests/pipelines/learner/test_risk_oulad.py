"""The risk model on the Open University's students, a part of them: the whole figures are those of bench/oulad.py."""

import pytest

from bench.oulad import by_student, predictions
from bench.oulad_data import HERE, Oulad
from learnloom.pipelines.evaluate import measures
from learnloom.pipelines.learner.risk_train import RiskCases
from learnloom.pipelines.refresh.risk import cases_of


@pytest.fixture(scope="module")
def some_students() -> RiskCases:
    """Every fourth student."""
    if not HERE.exists():
        pytest.skip("the Open University's data are not on this machine")
    return cases_of(Oulad(HERE, one_of=4).progress())


@pytest.mark.long
@pytest.mark.parametrize(("share", "auc"), [(0.25, 0.79), (0.50, 0.87)])
def test_who_does_not_pass_is_found(some_students: RiskCases, share: float, auc: float) -> None:
    """Students held out are ranked nearly as well as by all data, and warnings come true as promised."""
    told = by_student(some_students, share, n_parts=1)
    found = predictions(some_students, told)
    assert len(found) > 700
    assert measures.auc(found) > auc
    assert measures.ece(found) < 0.06
    precision = found.label[told.is_flagged].mean()
    assert precision == pytest.approx(told.precision[told.is_flagged].mean(), abs=0.1)
