"""Students of made-up runs, of whom is known why they do not pass."""

import numpy as np

from learnloom.pipelines.learner.risk import FEATURES
from learnloom.pipelines.learner.risk_train import RiskCases
from learnloom.schemas.risk import RiskFeature

SUBMITTED = FEATURES.index(RiskFeature.SUBMITTED_SHARE)
ENROLMENT = FEATURES.index(RiskFeature.ENROLMENT_DAYS)


def cases(n_students: int, *, n_runs: int = 4, seed: int = 0, run_effect: float = 0.0) -> RiskCases:
    """Each student once, at .5 of a run: the less they handed in, the rarer they pass; nothing else counts.

    `run_effect` is by how many logits not passing differs from a run to the next, which also shows in a feature.
    """
    rng = np.random.default_rng(seed)
    features = np.full((n_students, len(FEATURES)), np.nan)
    run = np.arange(n_students) % n_runs
    features[:, FEATURES.index(RiskFeature.ELAPSED_SHARE)] = 0.5
    features[:, SUBMITTED] = rng.random(n_students)
    features[:, FEATURES.index(RiskFeature.POINTS_SHARE)] = rng.random(n_students)
    features[:, ENROLMENT] = run
    logits = 3.0 - 6.0 * features[:, SUBMITTED] + run_effect * (run - run.mean())
    has_not_passed = rng.random(n_students) < 1.0 / (1.0 + np.exp(-logits))
    return RiskCases(features, has_not_passed, run, np.arange(n_students))
