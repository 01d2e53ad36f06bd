"""Predictions for tests."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.measures import Predictions


def from_logits(
    logits: NDArray[np.float64], *, said_slope: float = 1.0, n_clusters: int = 100, seed: int = 0
) -> Predictions:
    """Outcomes of true logits, of which `said_slope` times as much is said."""
    rng = np.random.default_rng(seed)
    label = rng.random(len(logits)) < 1.0 / (1.0 + np.exp(-logits))
    return Predictions(
        label=label,
        p=1.0 / (1.0 + np.exp(-said_slope * logits)),
        cluster=np.arange(len(logits), dtype=np.int64) % n_clusters,
    )


def some(n: int, *, said_slope: float = 1.0, n_clusters: int = 100, seed: int = 0) -> Predictions:
    """Rows of normally spread true logits."""
    logits = np.random.default_rng(seed + 1_000).normal(0.4, 1.2, n)
    return from_logits(logits, said_slope=said_slope, n_clusters=n_clusters, seed=seed)


rows = st.lists(
    st.tuples(
        st.booleans(),
        st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0.0, 1.0)),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=60,
)
"""Any rows, certainties and ties among them."""

any_predictions = rows.map(
    lambda found: Predictions(
        np.array([row[0] for row in found], dtype=np.bool_),
        np.array([row[1] for row in found], dtype=np.float64),
        np.array([row[2] for row in found], dtype=np.int64),
    )
)
"""Any predictions."""
