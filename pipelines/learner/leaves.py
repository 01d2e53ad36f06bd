"""Which leaf of every tree a row ends in, without walking down.

This is QuickScorer (Lucchese, Nardini, Orlando, Perego, Tonellotto and Venturini 2015, "QuickScorer: a fast algorithm
to rank documents with additive ensembles of regression trees") over whole columns.

Each tree has a word of bits, one for each of its leaves from left to right. A node that sends a row to the right rules
out the leaves to its left. What all nodes rule out of a feature depends on that feature alone: it is worked out
beforehand for each interval between two thresholds. The row's leaf is the first that nobody has ruled out.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_LEAVES: Final = 32
"""Leaves of a tree at the most: bits of a word."""
_ALL: Final = np.uint32(0xFFFFFFFF)
_SPREAD: Final = np.uint32(0x077CB531)
"""A de Bruijn sequence: times a single bit, its upper five bits are another number for each place of the bit
(Leiserson, Prokop and Randall 1998, "Using de Bruijn sequences to index a 1 in a computer word")."""
_SHIFT: Final = np.uint32(27)


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes of all trees that decide something, in any order; each column has shape (n_nodes,)."""

    tree: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    """Up to and including it a row goes left."""
    is_missing_left: NDArray[np.bool_]
    first_leaf: NDArray[np.int64]
    """Number, in the tree, of the first leaf below the node."""
    n_left: NDArray[np.int64]
    """Leaves below its left child."""


@dataclass(frozen=True, slots=True)
class _Feature:
    """What a feature rules out."""

    column: int
    thresholds: NDArray[np.float64]
    """Shape (n_thresholds,): those of all trees, ascending."""
    left: NDArray[np.uint32]
    """Shape (n_thresholds + 2, n_trees): leaves that remain below the first, between two, above the last; unknown."""


class Leaves:
    """The values of the leaves, found by the bits that remain."""

    def __init__(self, nodes: Nodes, values: list[list[float]]) -> None:
        """Work out what each feature rules out.

        Args:
            nodes: the nodes.
            values: of each tree the values of its leaves from left to right, MAX_LEAVES at the most.
        """
        self._n_trees = len(values)
        self._features = [
            _feature(nodes, column, len(values)) for column in np.unique(nodes.feature).tolist()
        ]
        places = ((np.uint32(1) << np.arange(MAX_LEAVES, dtype=np.uint32)) * _SPREAD) >> _SHIFT
        self._values = np.zeros((len(values), MAX_LEAVES))
        for row, of_tree in zip(self._values, values, strict=True):
            row[places[: len(of_tree)]] = of_tree

    def add_to(self, total: NDArray[np.float64], features: NDArray[np.float64]) -> None:
        """Add to each row's total the value of its leaf in one tree after the other.

        Args:
            total: shape (n_rows,), changed in place.
            features: shape (n_rows, n_features), NaN where a value is unknown.
        """
        remain = np.full((len(features), self._n_trees), _ALL)
        for feature in self._features:
            value = features[:, feature.column]
            place = np.searchsorted(feature.thresholds, value)
            place[np.isnan(value)] = len(feature.thresholds) + 1
            remain &= feature.left.take(place, axis=0)
        first = remain & (~remain + np.uint32(1))
        leaf = np.ascontiguousarray(((first * _SPREAD) >> _SHIFT).T)
        for values, places in zip(self._values, leaf, strict=True):
            total += values.take(places)


def _feature(nodes: Nodes, column: int, n_trees: int) -> _Feature:
    is_here = nodes.feature == column
    thresholds, place = np.unique(nodes.threshold[is_here], return_inverse=True)
    tree = nodes.tree[is_here]
    left = np.full((len(thresholds) + 2, n_trees), _ALL)
    bits = np.uint64(1) << nodes.n_left[is_here].astype(np.uint64)
    ruled_out = (bits - np.uint64(1)) << nodes.first_leaf[is_here].astype(np.uint64)
    remain = ~ruled_out.astype(np.uint32)
    np.bitwise_and.at(left, (place + 1, tree), remain)
    # Whoever is above a threshold is above all that are lower.
    left[:-1] = np.bitwise_and.accumulate(left[:-1], axis=0)
    goes_right = ~nodes.is_missing_left[is_here]
    np.bitwise_and.at(left, (np.full(goes_right.sum(), -1), tree[goes_right]), remain[goes_right])
    return _Feature(column, thresholds, left)
