"""Groups of questions that may exercise the same skill: from how they are answered together, and from their names.

Two questions are alike where their residuals correlate once student and question are taken account of (Q3: Yen 1984,
Applied Psychological Measurement 8(2)), and where their names have the same letters in a row. How sure a group is, is
how often its pairs stay together when students are drawn anew (bootstrap).
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import SpectralClustering
from sklearn.feature_extraction.text import TfidfVectorizer

MAX_ITEMS: Final = 500
MAX_STUDENTS: Final = 5_000
SURE: Final = 0.8
"""Agreement from which a group is more than chance: that of groups without meaning is .1 to .7, by their number."""
_STEPS: Final = 30
_PRIOR: Final = 1.0
_SHRINK: Final = 10
"""Students in common at which a correlation counts half."""
_RESAMPLES: Final = 20
_COMMON: Final = 2
_NEIGHBOUR: Final = 1e-3
"""Likeness of any two, so that no question stands apart from all others."""

Floats = NDArray[np.float64]


class ItemGroups(NamedTuple):
    """A grouping of questions."""

    group: NDArray[np.int64]
    """Number of each question's group, from 0."""
    agreement: Floats
    """Of each group the share of resampled classes in which two of its questions stay together, on average; 0 where it
    has one question."""


def group_items(scores: Floats, names: Sequence[str], n_groups: int | None, *, seed: int) -> ItemGroups:
    """Group questions.

    Args:
        scores: students by questions, from 0 to 1; NaN where there is no answer. At most MAX_STUDENTS by MAX_ITEMS.
        names: of the questions.
        n_groups: how many groups, from 2 to one less than there are questions; None: the eigengap says how many (von
            Luxburg 2007, Statistics and Computing 17(4)).
        seed: of the resampling.
    """
    by_name = _standardised(name_similarity(names))
    texts = [_letters(name) for name in names]
    counts = Counter(texts)
    usual = round(math.sqrt(len(names) / 2))
    # What more have than two groups would, such as Question 1 to 70, says nothing of any of them.
    says_nothing = [counts[text] > _COMMON * len(names) / (n_groups or usual) for text in texts]
    by_name[says_nothing] = by_name[:, says_nothing] = 0
    n_groups = n_groups or _eigengap(_affinity(scores, by_name), most=2 * usual)
    group = _cluster(scores, by_name, n_groups)
    rng = np.random.default_rng(seed)
    together = np.zeros((len(names), len(names)))
    for _ in range(_RESAMPLES):
        drawn = scores[rng.integers(0, len(scores), len(scores))]
        found = _cluster(drawn, by_name, n_groups)
        together += np.equal.outer(found, found)
    together /= _RESAMPLES
    agreement = [_mean_pair(together[np.ix_(group == number, group == number)]) for number in range(n_groups)]
    return ItemGroups(group, np.array(agreement))


def answer_similarity(scores: Floats) -> Floats:
    """Correlate the residuals of a Rasch model between all pairs of questions (Q3), shrunk by students in common."""
    known = ~np.isnan(scores)
    residual = _residuals(np.where(known, scores, 0.0), known)
    in_common = known.T.astype(float) @ known
    squares = (residual**2).T @ known
    q3 = (residual.T @ residual) / np.sqrt(np.maximum(squares * squares.T, 1e-9))
    return np.asarray(q3 * in_common / (in_common + _SHRINK))


def name_similarity(names: Sequence[str]) -> Floats:
    """Cosine of the names' runs of three to five letters, rarer ones weighing more; numbers count for nothing."""
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit_transform(map(_letters, names))
    return np.asarray((vectors @ vectors.T).toarray())


def _letters(name: str) -> str:
    return re.sub(r"[\W\d_]+", " ", name.lower()).strip() or "?"


def _residuals(score: Floats, known: NDArray[np.bool_]) -> Floats:
    """Standardised residuals of a Rasch model with normal priors, by Newton's steps in turn; 0 without an answer."""
    ability, difficulty = np.zeros(score.shape[0]), np.zeros(score.shape[1])
    for _ in range(_STEPS):
        p = _expected(ability, difficulty)
        spread = p * (1 - p) * known
        ability += (((score - p) * known).sum(1) - _PRIOR * ability) / (spread.sum(1) + _PRIOR)
        p = _expected(ability, difficulty)
        spread = p * (1 - p) * known
        difficulty -= (((score - p) * known).sum(0) + _PRIOR * difficulty) / (spread.sum(0) + _PRIOR)
    p = _expected(ability, difficulty)
    return np.where(known, (score - p) / np.sqrt(p * (1 - p)), 0.0)


def _expected(ability: Floats, difficulty: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(difficulty[None, :] - ability[:, None])))


def _standardised(similarity: Floats) -> Floats:
    """So that answers and names weigh the same; 0 where all pairs are alike."""
    pairs = similarity[np.triu_indices(len(similarity), 1)]
    spread = pairs.std()
    return np.asarray((similarity - pairs.mean()) / spread if spread > 0 else np.zeros_like(similarity))


def _cluster(scores: Floats, by_name: Floats, n_groups: int) -> NDArray[np.int64]:
    affinity = _affinity(scores, by_name)
    clustering = SpectralClustering(
        n_groups, affinity="precomputed", assign_labels="cluster_qr", random_state=0
    )
    return np.asarray(clustering.fit_predict(affinity), dtype=np.int64)


def _affinity(scores: Floats, by_name: Floats) -> Floats:
    affinity = np.maximum(_standardised(answer_similarity(scores)) + by_name, 0) + _NEIGHBOUR
    np.fill_diagonal(affinity, 0)
    return np.asarray(affinity)


def _eigengap(affinity: Floats, most: int) -> int:
    """The number of groups, from 2 to `most`, after which the graph's next eigenvalue falls furthest."""
    scale = 1 / np.sqrt(affinity.sum(1))
    values = np.linalg.eigvalsh(affinity * scale[:, None] * scale[None, :])[::-1]
    gaps = values[1:most] - values[2 : most + 1]
    return int(np.argmax(gaps)) + 2


def _mean_pair(together: Floats) -> float:
    return float(together[np.triu_indices(len(together), 1)].mean()) if len(together) > 1 else 0.0
