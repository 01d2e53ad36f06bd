"""Gradient boosted trees as plain columns: kept as JSON text, evaluated without the library that grew them.

A model version is kept for years and read by whatever version of the software comes later. A pickle would bind it to
one version of scikit-learn, and would run whatever it says when it is opened.
"""

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.errors import ForestError
from learnloom.pipelines.learner.leaves import MAX_LEAVES, Leaves, Nodes

if TYPE_CHECKING:  # growing trees takes seconds to import; evaluating them does without
    from sklearn.ensemble import HistGradientBoostingClassifier

_LEAF: Final = -1
_BLOCK: Final = 2_048
"""Rows that are scored together: what remains of their leaves stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees whose leaves' values add up to a raw score (a logit, for a classifier of two classes).

    All nodes of all trees stand in one column after the other, each column of shape (n_nodes,); `left` and `right` are
    places in these columns. A leaf points at itself.
    """

    n_features: int
    baseline: float
    """Raw score before any tree."""
    root: NDArray[np.int64]
    """Shape (n_trees,): place of each tree's root."""
    feature: NDArray[np.int64]
    """Column of the features by which a node decides; 0 for a leaf."""
    threshold: NDArray[np.float64]
    """Up to and including it one goes left; infinity: all that is known does."""
    is_missing_left: NDArray[np.bool_]
    """Whether NaN goes left."""
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]
    """What a leaf adds; 0 for other nodes."""
    leaves: Leaves = field(compare=False, repr=False)
    """The same trees in the form in which they are evaluated."""

    @staticmethod
    def from_sklearn(model: "HistGradientBoostingClassifier") -> "Forest":
        """Take the trees out of a fitted model of two classes without categorical features.

        Raises:
            ForestError: the model has more classes or categorical features.
        """
        if model.n_trees_per_iteration_ != 1 or model.is_categorical_ is not None:
            raise ForestError(
                "the model has more than two classes, or categorical features: give one of two classes and numbers"
            )
        # scikit-learn's only way to its nodes; test_trees.py holds what is read here against its own predictions.
        nodes = [each[0].nodes for each in model._predictors]  # noqa: SLF001
        baseline = float(np.asarray(model._baseline_prediction).reshape(-1)[0])  # noqa: SLF001
        return _forest(int(model.n_features_in_), baseline, [_tree(each) for each in nodes])

    @staticmethod
    def from_json(text: str) -> "Forest":
        """Read what `to_json` wrote.

        Raises:
            ForestError: the text is none of ours: what is missing or does not fit is named.
        """
        try:
            written = json.loads(text)
            n_features, baseline, trees = written["n_features"], written["baseline"], written["trees"]
            forest = _forest(int(n_features), float(baseline), [_Tree(**tree) for tree in trees])
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise ForestError(
                f"cannot be read as trees ({error!r}): fit the model anew with --refit"
            ) from error
        return forest

    def to_json(self) -> str:
        """Write the forest as JSON; read again it gives the same scores to the last bit."""
        bounds = [*self.root.tolist(), len(self.feature)]
        trees = [self._written(start, end) for start, end in itertools.pairwise(bounds)]
        return json.dumps(
            {"n_features": self.n_features, "baseline": self.baseline, "trees": trees}, separators=(",", ":")
        )

    def raw(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw score of each row.

        Args:
            features: shape (n_rows, n_features), NaN where a value is unknown.

        Returns:
            Shape (n_rows,). A row's score does not depend on the other rows.

        Raises:
            ForestError: the number of columns is not that of the features on which the trees were grown.
        """
        if features.ndim != 2 or features.shape[1] != self.n_features:  # noqa: PLR2004 - rows and columns
            raise ForestError(f"features of shape {features.shape}: give {self.n_features} columns")
        total = np.full(len(features), self.baseline)
        for start in range(0, len(features), _BLOCK):
            self.leaves.add_to(total[start : start + _BLOCK], features[start : start + _BLOCK])
        return total

    def _written(self, start: int, end: int) -> dict[str, list[Any]]:
        """One tree, its places counted from its own root."""
        inside = slice(start, end)
        is_leaf = self.left[inside] == np.arange(start, end)
        return {
            "feature": np.where(is_leaf, _LEAF, self.feature[inside]).tolist(),
            "threshold": [each if np.isfinite(each) else None for each in self.threshold[inside].tolist()],
            "missing_left": self.is_missing_left[inside].astype(int).tolist(),
            "left": (self.left[inside] - start).tolist(),
            "right": (self.right[inside] - start).tolist(),
            "value": self.value[inside].tolist(),
        }


@dataclass(frozen=True, slots=True)
class _Tree:
    """One tree as it is written: a value a node in each list, places counted from the root."""

    feature: list[int]
    """-1 for a leaf."""
    threshold: list[float | None]
    """None: infinity, which JSON cannot write."""
    missing_left: list[int]
    left: list[int]
    right: list[int]
    value: list[float]


def _tree(nodes: NDArray[np.void]) -> _Tree:
    """One tree from scikit-learn's table of nodes."""
    is_leaf = nodes["is_leaf"].astype(bool)
    own = np.arange(len(nodes))
    threshold = np.where(is_leaf, 0.0, nodes["num_threshold"]).tolist()
    return _Tree(
        feature=np.where(is_leaf, _LEAF, nodes["feature_idx"].astype(np.int64)).tolist(),
        threshold=[each if np.isfinite(each) else None for each in threshold],
        missing_left=(~is_leaf & nodes["missing_go_to_left"].astype(bool)).astype(int).tolist(),
        left=np.where(is_leaf, own, nodes["left"].astype(np.int64)).tolist(),
        right=np.where(is_leaf, own, nodes["right"].astype(np.int64)).tolist(),
        value=np.where(is_leaf, nodes["value"], 0.0).tolist(),
    )


def _forest(n_features: int, baseline: float, trees: list[_Tree]) -> Forest:
    for tree in trees:
        _check(tree, n_features)
    sizes = [len(tree.feature) for tree in trees]
    root = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)[:-1]
    shift = np.repeat(root, sizes)
    feature = _column([tree.feature for tree in trees], np.int64)
    threshold = [[np.inf if each is None else each for each in tree.threshold] for tree in trees]
    return Forest(
        n_features=n_features,
        baseline=baseline,
        root=root,
        feature=np.maximum(feature, 0),
        threshold=_column(threshold, np.float64),
        is_missing_left=_column([tree.missing_left for tree in trees], np.bool_),
        left=_column([tree.left for tree in trees], np.int64) + shift,
        right=_column([tree.right for tree in trees], np.int64) + shift,
        value=_column([tree.value for tree in trees], np.float64),
        leaves=_leaves(trees),
    )


def _check(tree: _Tree, n_features: int) -> None:
    """Refuse columns that would be walked through wrongly, or without end."""
    n = len(tree.feature)
    columns = (tree.threshold, tree.missing_left, tree.left, tree.right, tree.value)
    if n == 0 or any(len(column) != n for column in columns):
        raise ValueError(f"a tree of {n} nodes with columns of {sorted({len(column) for column in columns})}")
    for place, (feature, left, right) in enumerate(zip(tree.feature, tree.left, tree.right, strict=True)):
        is_leaf = feature == _LEAF and left == right == place
        # Children stand after their parents, so every walk ends.
        is_inner = 0 <= feature < n_features and place < left < n and place < right < n
        if not is_leaf and not is_inner:
            raise ValueError(f"node {place} of {n} decides by feature {feature} for {left} or {right}")
    below = sorted(
        child
        for place, children in enumerate(zip(tree.left, tree.right, strict=True))
        for child in children
        if child != place
    )
    if below != list(range(1, n)):
        raise ValueError(f"a tree of {n} nodes, some of which hang below none or several others")
    if n > 2 * MAX_LEAVES - 1:
        raise ValueError(f"a tree of {(n + 1) // 2} leaves: {MAX_LEAVES} at the most")


def _leaves(trees: list[_Tree]) -> Leaves:
    """Number every tree's leaves from left to right."""
    nodes: list[tuple[int, int, float | None, int, int, int]] = []
    values: list[list[float]] = []
    for number, tree in enumerate(trees):
        n_below, first = [1] * len(tree.left), [0] * len(tree.left)
        is_leaf = [left == place for place, left in enumerate(tree.left)]
        for place in range(len(tree.left) - 1, -1, -1):
            if not is_leaf[place]:
                n_below[place] = n_below[tree.left[place]] + n_below[tree.right[place]]
        value = [0.0] * n_below[0]
        for place, (left, right) in enumerate(zip(tree.left, tree.right, strict=True)):
            if is_leaf[place]:
                value[first[place]] = tree.value[place]
                continue
            first[left], first[right] = first[place], first[place] + n_below[left]
            decides = (tree.feature[place], tree.threshold[place], tree.missing_left[place])
            nodes.append((number, *decides, first[place], n_below[left]))
        values.append(value)
    columns = list(zip(*nodes, strict=True)) or [()] * 6
    threshold = [np.inf if each is None else each for each in columns[2]]
    return Leaves(
        Nodes(
            tree=np.array(columns[0], dtype=np.int64),
            feature=np.array(columns[1], dtype=np.int64),
            threshold=np.array(threshold, dtype=np.float64),
            is_missing_left=np.array(columns[3], dtype=np.bool_),
            first_leaf=np.array(columns[4], dtype=np.int64),
            n_left=np.array(columns[5], dtype=np.int64),
        ),
        values,
    )


def _column(lists: list[Any], dtype: Any) -> NDArray[Any]:
    return np.array([value for each in lists for value in each], dtype=dtype)
