"""The features (features.py) of an average question of a skill: what is said of a skill is said of that one."""

from math import log1p

import numpy as np

from learnloom.pipelines.learner.logistic import sigmoid
from learnloom.pipelines.learner.parameters import Parameters
from learnloom.pipelines.learner.state import NEVER, SkillState, StudentState

Row = tuple[float, ...]
"""A FeatureRow without its names, and without what is foreseen, which is worked out of whole columns: with names it
takes six times as long to make, and two are made for every answer."""


class AverageItems:
    """What the parameters say of an average question of each skill, as lists that reach as far as the codes."""

    def __init__(self, parameters: Parameters, *, n_skills: int) -> None:
        unknown = [0.0] * (n_skills - len(parameters.skill_n))
        self.m0, self.rate = parameters.base_logit, sigmoid(parameters.base_logit)
        self.skill_d = parameters.skill_difficulty.tolist() + unknown
        self.average_d = np.nan_to_num(parameters.skill_item_difficulty).tolist() + unknown
        self.average_n = np.nan_to_num(parameters.skill_item_log_n).tolist() + unknown
        self.log_gap_skill, self.log_gap_any = parameters.log_gap_skill, parameters.log_gap_any

    def row(self, student: StudentState, skill: SkillState) -> Row:
        """Features of an average question of the skill, put when the next one is to be expected, in order."""
        d, d_k = self.average_d[skill.code], self.skill_d[skill.code]
        is_met = skill.last_us != NEVER
        z = self.m0 + student.theta + skill.theta - d - d_k
        theta = student.theta
        theta_skill = skill.theta
        item_ease = -d
        skill_ease = -d_k
        skill_wins = log1p(skill.wins)
        skill_misses = log1p(skill.misses)
        wins = log1p(student.wins)
        misses = log1p(student.misses)
        recent = student.recent
        skill_recent = skill.recent
        skill_last = skill.last
        item_wins = 0.0
        item_misses = 0.0
        item_n = self.average_n[skill.code]
        seconds_since_skill = self.log_gap_skill if is_met else 0.0
        seconds_since_any = self.log_gap_any
        is_skill_met = 1.0 if is_met else 0.0
        return (
            z, theta, theta_skill, item_ease, skill_ease, skill_wins, skill_misses, wins, misses, recent, skill_recent,
            skill_last, item_wins, item_misses, item_n, seconds_since_skill, seconds_since_any, is_skill_met,
        )  # fmt: skip
