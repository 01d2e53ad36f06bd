"""The columns of the features are what their names say."""

from math import log1p

import numpy as np
import pytest

from learnloom.pipelines.learner.features import FEATURES, FeatureRow, extract_features
from learnloom.pipelines.learner.lines import Lines
from learnloom.pipelines.learner.parameters import Parameters
from tests.pipelines.learner.make import Answer, a_history

_DAY_SECONDS = 86_400.0
_PARAMETERS = Parameters(
    base_logit=0.3,
    item_difficulty=np.array([0.5, -0.25]),
    item_n=np.array([7, 3]),
    item_rate=np.array([0.4, 0.6]),
    skill_difficulty=np.array([0.125]),
    skill_n=np.array([10]),
    skill_rate=np.array([0.5]),
    skill_item_difficulty=np.array([0.2]),
    skill_item_log_n=np.array([1.5]),
    log_gap_skill=9.0,
    log_gap_any=8.0,
    lines=Lines(
        item=np.array([[0.5, 0.3, 0.0, 0.25, 0.0, 0.125], [9.0, 9.0, 9.0, 9.0, 9.0, 9.0]]),
        skill=np.array([[0.75, 0.0, 0.0, 0.0, 0.5, 0.0]]),
        common=np.zeros(6),
    ),
)
_ANSWERS = [Answer(0, 0, (0,), 1.0), Answer(0, 1, (), 0.25, day=1.0), Answer(0, 0, (0,), 1.0, day=3.0)]


def test_the_names_are_those_of_the_record() -> None:
    """A matrix has a column for each field of a row, in their order."""
    found = extract_features(_PARAMETERS, a_history(_ANSWERS))
    assert FeatureRow._fields == FEATURES
    assert found.before.shape == (3, len(FEATURES))
    assert found.after.shape == (2, len(FEATURES))


def test_each_column_before_an_answer_is_what_its_name_says() -> None:
    """Wins, misses, times and Elo's terms of the third answer stand under their own names, and no other."""
    row = FeatureRow(*extract_features(_PARAMETERS, a_history(_ANSWERS)).before[2])
    rate = 1.0 / (1.0 + np.exp(-0.3))
    first, then = rate + 0.15 * (1.0 - rate), 0.25
    assert row.z == pytest.approx(0.3 + row.theta + row.theta_skill + row.item_ease + row.skill_ease)
    assert row._asdict() == pytest.approx(
        {
            "z": row.z,
            "theta": row.theta,
            "theta_skill": 0.4 * (1.0 - 1.0 / (1.0 + np.exp(-(0.3 - 0.5 - 0.125)))),
            "item_ease": -0.5,
            "skill_ease": -0.125,
            "skill_wins": log1p(1.0),
            "skill_misses": 0.0,
            "wins": log1p(1.25),
            "misses": log1p(0.75),
            "recent": first + 0.15 * (then - first),
            "skill_recent": rate + 0.3 * (1.0 - rate),
            "skill_last": 1.0,
            "item_wins": log1p(1.0),
            "item_misses": 0.0,
            "item_n": log1p(7),
            "seconds_since_skill": log1p(3 * _DAY_SECONDS),
            "seconds_since_any": log1p(2 * _DAY_SECONDS),
            "is_skill_met": 1.0,
            "foreseen": 0.5 + 0.3 * row.theta + 0.25 * row.recent + 0.125,
        }
    )


def test_each_column_at_the_end_is_what_its_name_says() -> None:
    """About an average question of the skill it is the skill's own difficulty, count and usual time."""
    (end,) = extract_features(_PARAMETERS, a_history(_ANSWERS)).end
    row = FeatureRow(*end)
    assert row.z == pytest.approx(0.3 + row.theta + row.theta_skill - 0.2 - 0.125)
    assert (row.item_ease, row.skill_ease, row.item_n) == (-0.2, -0.125, 1.5)
    assert (row.skill_wins, row.wins, row.misses) == (log1p(2.0), log1p(2.25), log1p(0.75))
    assert (row.item_wins, row.item_misses, row.is_skill_met) == (0.0, 0.0, 1.0)
    assert (row.seconds_since_skill, row.seconds_since_any) == (9.0, 8.0)
    assert row.foreseen == 0.75 + 0.5 * row.skill_recent
