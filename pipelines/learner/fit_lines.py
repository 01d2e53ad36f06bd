"""Fitting questions' own lines (lines.py) by Newton's method: first what is common to all, then all questions at once.

What is common asks for the difficulties besides: from few answers a question's line is the common one, moved by how
hard it and its skills were found to be.
"""

from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.elo import fit
from learnloom.pipelines.learner.features import FEATURES, STANDING_AT, extract_before
from learnloom.pipelines.learner.history import History, code_count
from learnloom.pipelines.learner.lines import STANDING, Lines, foreseen, mean_line
from learnloom.pipelines.learner.logistic import sigmoid_fast
from learnloom.pipelines.learner.orders import FIRST, Orders, items_before, no_orders
from learnloom.pipelines.learner.parameters import Parameters

Floats = NDArray[np.float64]
_RIDGE: Final = np.array([1.0] + [20.0] * len(STANDING))
"""One over the variance of questions' own intercepts and slopes around what is expected of them, a slope being that of
a standing of variance one: measured on Statics and ASSISTments 2009."""
_LEAST_IN_ORDER: Final = 10
"""Answers to a question after another one from which it is said what it is easier by."""
_LEAST_VARIANCE: Final = 0.01
"""Of these shifts, in square logits: where they differ by less, order tells nothing."""
_TINY: Final = 1e-9
_MOST_ANSWERS: Final = 1_000_000
"""About so many answers are looked at: beyond, those of some students only, so that the memory has a bound."""
_STEPS: Final = 8
_MOST: Final = 2.0
"""Steps, and how far one goes at the most, in logits."""
_EASES: Final = ("item_ease", "skill_ease")


def fit_parameters(
    history: History, *, n_items: int | None = None, n_skills: int | None = None
) -> Parameters:
    """Learn difficulties, norms (elo.py) and questions' own lines from everybody's answers; arguments as for `fit`."""
    parameters = fit(history, n_items=n_items, n_skills=n_skills)
    if not len(history):
        return parameters
    # By rank: codes of students held out may be missing by a rule of the same kind.
    rank = np.unique(history.student, return_inverse=True)[1]
    used = history.where(rank % (len(history) // (_MOST_ANSWERS + 1) + 1) == 0)
    features = extract_before(parameters, used)
    lines = _fit_lines(parameters, used, features)
    logits = foreseen(lines.of_items(used.item), features[:, STANDING_AT])
    return replace(parameters, lines=lines, orders=_fit_orders(used, logits))


def _fit_lines(parameters: Parameters, history: History, features: Floats) -> Lines:
    standing, eases = _columns(features, STANDING), _columns(features, _EASES)
    mean, spread = standing.mean(axis=1, keepdims=True), standing.std(axis=1, keepdims=True)
    spread[spread == 0.0] = np.inf  # what never differs says nothing
    design = np.vstack([np.ones(len(history)), (standing - mean) / spread])
    least = np.array([-np.inf] + [0.0] * len(STANDING))
    wide = np.vstack([design, eases])
    common = _most_likely(
        wide,
        history,
        np.zeros_like(history.item),
        expected=np.zeros(len(history)),
        ridge=np.ones(len(wide)),
        least=np.append(least, [-np.inf] * len(eases)),
    )[0]
    of_all, of_ease = common[: len(design)], common[len(design) :]
    own = _most_likely(
        design,
        history,
        history.item,
        expected=common @ wide,
        ridge=_RIDGE,
        least=least - np.append(0.0, of_all[1:]),
    )
    scaled = np.tile(of_all, (len(parameters.item_n), 1))
    scaled[: len(own)] += own
    for slope, column in zip(of_ease, eases, strict=True):
        scaled[:, 0] += slope * _mean_by(history.item, column, len(scaled))
    slopes = scaled[:, 1:] / spread[:, 0]
    item = np.column_stack([scaled[:, 0] - slopes @ mean[:, 0], slopes])
    entries = item[np.repeat(history.item, np.diff(history.skill_offset))]
    n_entries = np.bincount(history.skill, minlength=len(parameters.skill_n))
    with np.errstate(invalid="ignore"):  # NaN without an answer
        skill = _sums_by(history.skill, entries.T, len(n_entries)) / n_entries[:, None]
    return Lines(item, skill, mean_line(item, parameters.item_n))


def _fit_orders(history: History, expected: Floats) -> Orders:
    """Where questions followed each other often, what the later one is easier by than its line says."""
    n_codes = code_count(history.item) + 1
    before = items_before(history.student, history.item)
    pairs, pair, n_answers = np.unique(
        history.item * n_codes + before - FIRST, return_inverse=True, return_counts=True
    )
    item, before_pair = pairs // n_codes, pairs % n_codes + FIRST
    is_kept = (before_pair != FIRST) & (n_answers >= _LEAST_IN_ORDER)
    p = sigmoid_fast(expected)
    sums = history.weight * np.stack([history.score - p, p * (1.0 - p)])
    unexpected, information = _sums_by(pair, sums, len(pairs)).T
    variance = _variance(item, unexpected, information, is_kept)
    if variance < _LEAST_VARIANCE:
        return no_orders()
    ridge, least = np.array([1.0 / variance]), np.array([-np.inf])
    ones = np.ones((1, len(history)))
    shift = _most_likely(ones, history, pair, expected=expected, ridge=ridge, least=least)[:, 0]
    return Orders(item[is_kept], before_pair[is_kept], shift[is_kept])


def _variance(
    item: NDArray[np.int64], unexpected: Floats, information: Floats, is_kept: NDArray[np.bool_]
) -> float:
    """How far shifts differ between pairs beyond chance: by the method of moments (DerSimonian & Laird 1986).

    Each question's own intercept has taken in the mean of its shifts; so it has of what comes by chance.

    Args:
        item: shape (n_pairs,), the question that came later.
        unexpected: shape (n_pairs,), sum of outcomes less probabilities.
        information: shape (n_pairs,), sum of p (1 - p): its variance by chance.
        is_kept: shape (n_pairs,), by which pairs it is told.
    """
    total = np.bincount(item, weights=information)[item] + _RIDGE[0]
    squares = np.bincount(item, weights=information**2)[item]
    share = information / total
    by_chance = information * (1.0 - share)
    by_shifts = information**2 * (1.0 - 2.0 * share) + squares * share**2
    found = float((unexpected**2 - by_chance)[is_kept].sum())
    return found / max(float(by_shifts[is_kept].sum()), _TINY)


def _columns(features: Floats, names: tuple[str, ...]) -> Floats:
    """Shape (len(names), n_rows)."""
    return np.ascontiguousarray(features[:, [FEATURES.index(name) for name in names]].T)


def _most_likely(
    design: Floats,
    history: History,
    codes: NDArray[np.int64],
    *,
    expected: Floats,
    ridge: Floats,
    least: Floats,
) -> Floats:
    """Of each code the coefficients by which its answers are most likely, by Newton's method on those that are free.

    Args:
        design: shape (n_terms, n_answers).
        history: the answers.
        codes: shape (n_answers,), up to the last one given out.
        expected: shape (n_answers,), logit without the coefficients.
        ridge: shape (n_terms,), one over the variance of the coefficients around 0.
        least: shape (n_terms,), what none falls below; 0 or less.

    Returns:
        Shape (n_codes, n_terms).
    """
    n_terms, n_codes = len(design), code_count(codes)
    found, bend = np.zeros((n_codes, n_terms)), np.empty((n_codes, n_terms, n_terms))
    for _ in range(_STEPS):
        logits = expected.copy()
        for term, column in enumerate(design):
            logits += found[codes, term] * column
        p = sigmoid_fast(logits)
        slope = _sums_by(codes, design * (history.weight * (history.score - p)), n_codes) - ridge * found
        spread = design * (history.weight * p * (1.0 - p))
        for one, other in combinations_with_replacement(range(n_terms), 2):
            sums = np.bincount(codes, weights=spread[one] * design[other], minlength=n_codes)
            bend[:, one, other] = bend[:, other, one] = sums
        bend += np.diag(ridge)
        # What lies at its least and would fall stays there, and the others move as if it were known.
        is_free = (found > least) | (slope > 0.0)
        bend *= is_free[:, :, None] & is_free[:, None, :]
        bend += np.eye(n_terms) * ~is_free[:, :, None]
        step = np.linalg.solve(bend, (slope * is_free)[..., None])[..., 0]
        found = np.maximum(found + np.clip(step, -_MOST, _MOST), least)
    return found


def _sums_by(codes: NDArray[np.int64], columns: Floats, n_codes: int) -> Floats:
    """Sum of each column per code, shape (n_codes, n_columns)."""
    return np.stack([np.bincount(codes, weights=each, minlength=n_codes) for each in columns], axis=1)


def _mean_by(codes: NDArray[np.int64], values: Floats, n_codes: int) -> Floats:
    """Mean of values per code, 0 for a code without any."""
    n = np.bincount(codes, minlength=n_codes)
    return np.bincount(codes, weights=values, minlength=n_codes) / np.maximum(n, 1)
