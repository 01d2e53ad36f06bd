"""The question that checks a claim: what is expected at it, and which one is taken."""

import numpy as np
import pytest

from learnloom.pipelines.learner.calibrator import ModelKind
from learnloom.pipelines.learner.claim_check import CandidateQuestion, choose_check, p_items
from learnloom.pipelines.learner.features import FEATURES, extract_before, extract_features
from tests.pipelines.learner.make import Answer, a_history
from tests.pipelines.learner.test_explain import _model

_ALONE = CandidateQuestion(0, 1, 0.0, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(ModelKind))
def test_what_is_expected_at_an_item_is_what_the_model_says_of_it(kind: ModelKind) -> None:
    """The probability is that before an answer to it which comes when the next one is to be expected."""
    model = _model(kind)
    mine = [Answer(0, 2, (1,), 1.0, 0.0), Answer(0, 3, (1,), 0.4, 1.0), Answer(0, 2, (1,), 0.0, 2.0)]
    end = extract_features(model.parameters, a_history(mine)).end[0]
    items = [
        CandidateQuestion(2, 1, 1.0, 1.0),
        CandidateQuestion(3, 1, 0.4, 0.6),
        CandidateQuestion(5, 1, 0.0, 0.0),
    ]
    found = p_items(model, end, items)
    gap = float(np.expm1(model.parameters.log_gap_skill)) / 86_400
    for item, p in zip(items, found, strict=True):
        asked = a_history([*mine, Answer(0, item.code, (1,), 1.0, 2.0 + gap)])
        before = extract_before(model.parameters, asked)[-1:].copy()
        # Both gaps are the usual ones, which differ; a class answers other skills in between.
        before[0, FEATURES.index("seconds_since_any")] = model.parameters.log_gap_any
        before[0, FEATURES.index("seconds_since_skill")] = model.parameters.log_gap_skill
        assert p == pytest.approx(float(model.calibrator.probability(before)[0]), abs=1e-12)


@pytest.mark.parametrize(
    ("p", "chosen"),
    [
        ([0.9, 0.74, 0.6, 0.2], 2),
        ([0.9, 0.8, 0.2], 1),
        ([0.1, 0.3], 1),
        ([0.6, 0.65], 0),
        ([], None),
    ],
)
def test_the_item_that_may_go_either_way_is_taken(p: list[float], chosen: int | None) -> None:
    """In the band the one nearest to its middle, outside the one nearest to the band; without any none."""
    assert choose_check(p, [_ALONE] * len(p), low=0.5, high=0.75) == chosen


def test_an_item_of_one_skill_is_taken_first() -> None:
    """An answer to a question of two skills would not tell which of them is known."""
    items = [_ALONE._replace(n_skills=2), _ALONE]
    assert choose_check([0.625, 0.9], items, low=0.5, high=0.75) == 1
