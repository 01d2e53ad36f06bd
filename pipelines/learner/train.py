"""Fitting a model version and choosing its kind by what it says of students from whom nothing was learned.

Students are put into folds. The difficulties by which a fold's answers are looked at come from the other folds, as
those of a student to come will: so the calibrators learn how far such difficulties can be trusted. Each kind of
calibrator is then fitted on all folds but one and judged by its log-loss on the one left out. A kind that asks for more
is taken only where it is surely better (learner-model studies find plain Elo ahead below some hundred students).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.calibrator import Calibrator, ModelKind
from learnloom.pipelines.learner.features import FEATURES, extract_before
from learnloom.pipelines.learner.fit_calibrator import fit_calibrator
from learnloom.pipelines.learner.fit_lines import fit_parameters
from learnloom.pipelines.learner.history import History, code_count
from learnloom.pipelines.learner.logistic import log_losses, simplest
from learnloom.pipelines.learner.model import PUBLISHED, Model
from learnloom.pipelines.learner.platt import MIN_ANSWERS

N_FOLDS: Final = 5
_LEAST: Final[Mapping[ModelKind, tuple[int, int]]] = {
    ModelKind.ELO: (2, MIN_ANSWERS),
    ModelKind.LOGISTIC: (100, 2_000),
    ModelKind.BOOSTED: (200, 20_000),
}
"""Students and answers from which a kind is tried."""
_MOST: Final = 400_000
"""Answers by which calibrators are fitted and judged; more of them hardly move some twenty coefficients."""
_ONE_FOLD_FROM: Final = 150_000
"""Answers from which a single fold is enough to choose by."""
_SURE_SE: Final = 1.0
"""Standard errors, over students, by which the kind that asks for more has to be better."""

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """A new model, and what it said of answers while their students were held out."""

    model: Model
    rows: NDArray[np.int64]
    """Places in the history of the answers of students held out, by which it was judged; in order."""
    p: NDArray[np.float64]
    """What the chosen kind said before each of them; the published line where nothing could be held out."""
    log_loss: dict[ModelKind, float]
    """Mean log-loss on them of every kind tried."""


@dataclass(frozen=True, slots=True)
class Features:
    """What calibrators are fitted on: answers of students who were held out from the difficulties."""

    rows: NDArray[np.int64]
    """Places in the history, in order."""
    matrix: NDArray[np.float64]
    """Shape (n_rows, len(FEATURES))."""
    scores: NDArray[np.float64]
    weights: NDArray[np.float64]
    student: NDArray[np.int64]
    fold: NDArray[np.int64]

    def calibrator(self, kind: ModelKind, used: NDArray[np.bool_] | None = None) -> Calibrator:
        """Fit a calibrator on all rows, or on those to be used."""
        used = np.ones(len(self.rows), dtype=bool) if used is None else used
        return fit_calibrator(kind, self.matrix[used], self.scores[used], self.weights[used])


@dataclass(frozen=True, slots=True)
class CalibratorChoice:
    """The kind of calibrator to use, and what speaks for it."""

    kind: ModelKind
    judged: NDArray[np.bool_]
    """Which rows of the features it was judged by."""
    p: NDArray[np.float64]
    """What it said before each of these, fitted without their students."""
    log_loss: dict[ModelKind, float]
    """Mean log-loss on them of every kind tried."""


def train(
    history: History,
    *,
    n_items: int | None = None,
    n_skills: int | None = None,
    kinds: Sequence[ModelKind] = tuple(ModelKind),
    on_progress: Told = lambda _: None,
) -> Trained:
    """Fit a model version.

    Args:
        history: all answers of all students, ordered by (occurred_at, statement id).
        n_items: number of item codes given out, by default those seen.
        n_skills: number of skill codes given out, by default those seen.
        kinds: those to choose from; each is tried only from enough students and answers on.
        on_progress: is told what is being computed.

    Raises:
        HistoryShapeError: a code lies beyond the number given out.
    """
    on_progress("difficulties")
    parameters = fit_parameters(history, n_items=n_items, n_skills=n_skills)
    features = cross_fitted(history, on_progress)
    choice = choose_kind(history, features, kinds, on_progress)
    if choice is None:
        return Trained(
            Model(parameters, PUBLISHED), features.rows, PUBLISHED.probability(features.matrix), {}
        )
    on_progress(f"{choice.kind}: final")
    return Trained(
        model=Model(parameters, features.calibrator(choice.kind)),
        rows=features.rows[choice.judged],
        p=choice.p,
        log_loss=choice.log_loss,
    )


def choose_kind(
    history: History, features: Features, kinds: Sequence[ModelKind], on_progress: Told = lambda _: None
) -> CalibratorChoice | None:
    """Choose a kind by what each says of held-out students; None where there are too few answers for any.

    Args:
        history: all answers.
        features: those looked at.
        kinds: those to choose from.
        on_progress: is told what is being computed.
    """
    tried = _affordable(history, kinds)
    if not tried:
        return None
    judged = features.fold == 0 if len(features.rows) >= _ONE_FOLD_FROM else np.ones(len(features.rows), bool)
    told = {kind: held_out_p(features, kind, judged, on_progress) for kind in tried}
    scores = features.scores[judged]
    losses = {kind: log_losses(p, scores) for kind, p in told.items()}
    kind = simplest(losses, features.student[judged], standard_errors=_SURE_SE)
    return CalibratorChoice(
        kind, judged, told[kind], {each: float(loss.mean()) for each, loss in losses.items()}
    )


def cross_fitted(
    history: History, on_progress: Told = lambda _: None, *, most: int = _MOST, n_folds: int = N_FOLDS
) -> Features:
    """Look at answers by difficulties that were learned from other students.

    Args:
        history: as for `train`.
        on_progress: is told what is being computed.
        most: about how many answers to look at. Beyond, some students are held out once, from all the others: that
            takes one fit instead of one a fold.
        n_folds: into how many folds students are put.
    """
    n_items, n_skills = code_count(history.item), code_count(history.skill)
    fold = history.student % n_folds
    groups = [fold == one for one in range(n_folds)]
    if len(history) > most:
        groups = [(history.student // n_folds) % (len(history) // most + 1) == 0]
    rows = np.flatnonzero(np.any(groups, axis=0))
    matrix = np.empty((len(rows), len(FEATURES)))
    for number, is_out in enumerate(groups, 1):
        on_progress(f"held-out students, {number} of {len(groups)}")
        parameters = fit_parameters(history.where(~is_out), n_items=n_items, n_skills=n_skills)
        matrix[is_out[rows]] = extract_before(parameters, history.where(is_out))
    return Features(
        rows, matrix, history.score[rows], history.weight[rows], history.student[rows], fold[rows]
    )


def held_out_p(
    features: Features, kind: ModelKind, judged: NDArray[np.bool_], on_progress: Told = lambda _: None
) -> NDArray[np.float64]:
    """What a kind says before each judged answer, fitted without the answer's fold."""
    p = np.empty(len(features.rows))
    for one in np.unique(features.fold[judged]).tolist():
        on_progress(f"{kind}: fold {one + 1}")
        is_out = features.fold == one
        p[is_out] = features.calibrator(kind, ~is_out).probability(features.matrix[is_out])
    return p[judged]


def _affordable(history: History, kinds: Sequence[ModelKind]) -> list[ModelKind]:
    """The kinds for which there are answers enough, from the one that asks for fewest on."""
    n_students, n_answers = len(np.unique(history.student)), len(history)
    if n_answers and history.score.min() == history.score.max():
        return []  # where all are right, or all wrong, there is nothing to learn
    return [
        kind
        for kind, (students, answers) in _LEAST.items()
        if kind in kinds and n_students >= students and n_answers >= answers
    ]
