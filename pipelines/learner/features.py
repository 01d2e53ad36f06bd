"""Extract what a prediction may look at, in columns, from histories walked through with the parameters frozen.

Elo's state of a student (elo.py) moves with every answer; beside it stand plain counts of wins and misses, recent
outcomes and times. Together they are the features of the answer model: (FeatureRow),
as in logistic knowledge tracing ("Best-LR": Gervet, Koedinger, Schneider and Mitchell 2020, "When is deep learning
the best approach to knowledge tracing?"), with Elo's values added. Each student is computed alone in scalar
arithmetic, so that the result is the same to the last bit whoever else is in the call.
"""

from array import array
from dataclasses import dataclass
from math import log1p
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.average import AverageItems, Row
from learnloom.pipelines.learner.history import History, code_count
from learnloom.pipelines.learner.lines import STANDING, foreseen
from learnloom.pipelines.learner.logistic import sigmoid
from learnloom.pipelines.learner.orders import items_before
from learnloom.pipelines.learner.parameters import Parameters
from learnloom.pipelines.learner.prior import StudentPrior
from learnloom.pipelines.learner.state import NEVER, SkillState, StudentState


class FeatureRow(NamedTuple):
    """What a prediction looks at. Several skills of one question count by their mean."""

    z: float
    """Elo's logit: the base logit, and the next four added."""
    theta: float
    """The student's general ability, in logits."""
    theta_skill: float
    """What the student is better at the skill than in general, in logits."""
    item_ease: float
    """-d, in logits."""
    skill_ease: float
    """-d_k, in logits."""
    skill_wins: float
    """log1p of the scores on the skill so far; next, of what was missing to all of them."""
    skill_misses: float
    wins: float
    misses: float
    """The same of all answers."""
    recent: float
    """Moving average of the outcomes, 0 to 1."""
    skill_recent: float
    """The same on the skill; next, the last outcome on it."""
    skill_last: float
    item_wins: float
    item_misses: float
    """log1p of the student's own scores on the item, and of what was missing."""
    item_n: float
    """log1p of how often the item was answered by others."""
    seconds_since_skill: float
    """log1p of the seconds since the last answer on the skill; 0 where there was none."""
    seconds_since_any: float
    """log1p of the seconds since the last answer; 0 where there was none."""
    is_skill_met: float
    """1 where the skill was answered on before, else 0."""
    foreseen: float
    """Logit that the question's own line gives for how the student stands (lines.py), and what the question is easier
    by after the one before it (orders.py); 0 where there are no lines."""


FEATURES: Final = FeatureRow._fields
"""Names of the columns of a matrix of features."""
FORESEEN: Final = FEATURES.index("foreseen")
STANDING_AT: Final = tuple(FEATURES.index(name) for name in STANDING)
_US: Final = 1e-6


@dataclass(frozen=True, slots=True)
class HistoryFeatures:
    """Features, in order of FEATURES, of every moment about which something is said."""

    before: NDArray[np.float64]
    """Shape (n_answers, len(FEATURES)): before each answer, about its question."""
    after: NDArray[np.float64]
    """Shape (len(history.skill), len(FEATURES)): after each answer, about an average question of each skill."""
    end: NDArray[np.float64]
    """Shape (n_pairs, len(FEATURES)), a pair for each student's skill met: at the end, about its average question."""
    end_student: NDArray[np.int64]
    end_skill: NDArray[np.int64]
    """Shape (n_pairs,) both: what each row of `end` is about, in order of students and skills."""
    student: NDArray[np.int64]
    """Shape (n_students,): those with an answer, or of whom something was known before, in order of codes."""
    last_at: NDArray[np.datetime64]
    """Shape (n_students,), datetime64[us], UTC: the last answer of each."""
    general: NDArray[np.float64]
    """Shape (n_students, 4): theta, wins, misses and recent outcomes of each at the end, whatever the skill."""
    states: list[StudentState]
    """Elo's state of each at the end."""


class _FeatureExtractor:
    """The history as lists, and the columns that are filled answer by answer."""

    def __init__(self, parameters: Parameters, history: History, *, only_before: bool) -> None:
        self.norms = AverageItems(parameters, n_skills=history.n_skill_codes)
        self.only_before = only_before
        unknown = [0.0] * (code_count(history.item) - len(parameters.item_n))
        self.item_d = parameters.item_difficulty.tolist() + unknown
        self.item_n = [log1p(n) for n in parameters.item_n.tolist()] + unknown
        self.item = history.item.tolist()
        self.score = history.score.tolist()
        self.weight = history.weight.tolist()
        self.at_us = history.answered_at.astype("datetime64[us]").astype(np.int64).tolist()
        self.offset = history.skill_offset.tolist()
        self.skill = history.skill.tolist()
        self.before, self.after, self.end, self.general = array("d"), array("d"), array("d"), array("d")
        self.end_skill: list[int] = []
        self.n_end: list[int] = []
        self.states: list[StudentState] = []

    def student(self, rows: list[int], prior: StudentPrior | None) -> None:
        """Extract the features of one student's answers, given by their places in the history."""
        student = StudentState(self.norms.rate)
        if prior is not None:
            student.resume(prior)
        for row in rows:
            touched = student.touched(self.skill[self.offset[row] : self.offset[row + 1]], self.norms.rate)
            features = self._before(student, touched, row)
            self.before.extend(features)
            score, weight, at_us = self.score[row], self.weight[row], self.at_us[row]
            error = weight * (score - sigmoid(features[0]))
            student.learn(self.item[row], score, weight, error, at_us)
            for state in touched:
                state.learn(score, weight, error, at_us)
            if not self.only_before:
                for state in touched:
                    self.after.extend(self.norms.row(student, state))
        if self.only_before:
            return
        for code in sorted(student.skills):
            self.end.extend(self.norms.row(student, student.skills[code]))
            self.end_skill.append(code)
        self.n_end.append(len(student.skills))
        self.states.append(student)
        self.general.extend((student.theta, student.wins, student.misses, student.recent))

    def _before(self, student: StudentState, touched: list[SkillState], row: int) -> Row:
        """Features of the question to come; several skills count by their mean."""
        item, at_us, skill_d = self.item[row], self.at_us[row], self.norms.skill_d
        if len(touched) == 1:
            state = touched[0]
            theta_k, d_k, wins_k, misses_k = state.theta, skill_d[state.code], state.wins, state.misses
            recent_k, last_k, met_us = state.recent, state.last, state.last_us
        elif touched:
            n = len(touched)
            theta_k = sum([state.theta for state in touched]) / n
            d_k = sum([skill_d[state.code] for state in touched]) / n
            wins_k = sum([state.wins for state in touched]) / n
            misses_k = sum([state.misses for state in touched]) / n
            recent_k = sum([state.recent for state in touched]) / n
            last_k = sum([state.last for state in touched]) / n
            met_us = max([state.last_us for state in touched])
        else:
            theta_k = d_k = wins_k = misses_k = 0.0
            recent_k, last_k, met_us = self.norms.rate, self.norms.rate, NEVER
        item_wins, item_misses = student.items.get(item, (0.0, 0.0))
        d = self.item_d[item]
        z = self.norms.m0 + student.theta + theta_k - d - d_k
        theta = student.theta
        theta_skill = theta_k
        item_ease = -d
        skill_ease = -d_k
        skill_wins = log1p(wins_k)
        skill_misses = log1p(misses_k)
        wins = log1p(student.wins)
        misses = log1p(student.misses)
        recent = student.recent
        skill_recent = recent_k
        skill_last = last_k
        item_wins = log1p(item_wins)
        item_misses = log1p(item_misses)
        item_n = self.item_n[item]
        seconds_since_skill = log1p(max(at_us - met_us, 0) * _US) if met_us != NEVER else 0.0
        last_us = student.last_us  # of answers that are gone it may be later than one that came late
        seconds_since_any = log1p(max(at_us - last_us, 0) * _US) if last_us != NEVER else 0.0
        is_skill_met = 0.0 if met_us == NEVER else 1.0
        return (
            z, theta, theta_skill, item_ease, skill_ease, skill_wins, skill_misses, wins, misses, recent, skill_recent,
            skill_last, item_wins, item_misses, item_n, seconds_since_skill, seconds_since_any, is_skill_met,
        )  # fmt: skip


def extract_features(parameters: Parameters, history: History) -> HistoryFeatures:
    """Walk through the histories of some students.

    Args:
        parameters: the difficulties and norms to use.
        history: the whole histories of some students, ordered by (occurred_at, statement id).
    """
    walk, order, codes = _walked(parameters, history, only_before=False)
    places = _inverse(order)
    n_skills, lines = np.diff(history.skill_offset), parameters.lines
    end_skill = np.array(walk.end_skill, dtype=np.int64)
    entries = np.repeat(_starts(n_skills[order])[places] - history.skill_offset[:-1], n_skills)
    return HistoryFeatures(
        before=_before(parameters, history, _rows(walk.before)[places]),
        after=_matrix(_rows(walk.after)[np.arange(len(entries)) + entries], lines.of_skills(history.skill)),
        end=_matrix(_rows(walk.end), lines.of_skills(end_skill)),
        end_student=np.repeat(codes, np.array(walk.n_end, dtype=np.int64)),
        end_skill=end_skill,
        student=codes,
        last_at=np.array([each.last_us for each in walk.states], dtype=np.int64).view("datetime64[us]"),
        general=np.frombuffer(walk.general, dtype=np.float64).reshape(-1, 4),
        states=walk.states,
    )


def extract_before(parameters: Parameters, history: History) -> NDArray[np.float64]:
    """Extract `HistoryFeatures.before` alone, in little more than half the time."""
    walk, order, _ = _walked(parameters, history, only_before=True)
    return _before(parameters, history, _rows(walk.before)[_inverse(order)])


def _walked(
    parameters: Parameters, history: History, *, only_before: bool
) -> tuple[_FeatureExtractor, NDArray[np.int64], NDArray[np.int64]]:
    """The walk, the places of the answers in the order in which it went, and the students' codes."""
    walk = _FeatureExtractor(parameters, history, only_before=only_before)
    order = np.argsort(history.student, kind="stable")
    codes, starts = np.unique(history.student[order], return_index=True)
    rows = dict(
        zip(codes.tolist(), np.split(order, starts[1:]), strict=False)
    )  # without answers, one of nothing
    students = sorted(rows.keys() | history.priors.keys())
    for code in students:
        walk.student(rows[code].tolist() if code in rows else [], history.priors.get(code))
    return walk, order, np.array(students, dtype=np.int64)


def unmet(
    parameters: Parameters, general: NDArray[np.float64], skill: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Features about an average question of skills that the students have never met.

    Args:
        parameters: as for `replay`.
        general: shape (n_rows, 4), each a student's row of `HistoryFeatures.general`.
        skill: shape (n_rows,); one that the parameters do not know counts as average.

    Returns:
        Shape (n_rows, len(FEATURES)).
    """
    norms = AverageItems(parameters, n_skills=code_count(skill))
    found = array("d")
    student = StudentState(norms.rate)
    for (theta, wins, misses, recent), code in zip(general.tolist(), skill.tolist(), strict=True):
        student.theta, student.wins, student.misses, student.recent = theta, wins, misses, recent
        found.extend(norms.row(student, SkillState(code, norms.rate)))
    return _matrix(_rows(found), parameters.lines.of_skills(skill))


def _rows(values: "array[float]") -> NDArray[np.float64]:
    return np.frombuffer(values, dtype=np.float64).reshape(-1, FORESEEN)


def _before(parameters: Parameters, history: History, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix about the questions that were put: after which other one each came is foreseen, too."""
    matrix = _matrix(rows, parameters.lines.of_items(history.item))
    before = items_before(history.student, history.item)
    matrix[:, FORESEEN] += parameters.orders.shifts(history.item, before)
    return matrix


def _matrix(rows: NDArray[np.float64], lines: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rows, and behind them what is foreseen by the line of each."""
    return np.column_stack([rows, foreseen(lines, rows[:, STANDING_AT])])


def _inverse(order: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.argsort(order, kind="stable")


def _starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
