"""Trees as columns: the scores of the library that grew them, also after years in a text."""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from learnloom.pipelines.learner.errors import ForestError
from learnloom.pipelines.learner.trees import Forest

_UNKNOWN = float("nan")


def _cases(n: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Three features, the second mostly unknown where the label is 1, seldom where it is 0."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 3)).round(1)
    label = (features[:, 0] + rng.normal(size=n) > 0.5).astype(np.int64)
    features[rng.random(n) < 0.1 + 0.8 * label, 1] = _UNKNOWN
    return features, label


@cache
def _grown() -> HistGradientBoostingClassifier:
    features, label = _cases(2_000, seed=3)
    return HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=9, random_state=0).fit(features, label)


@cache
def _forest() -> Forest:
    return Forest.from_sklearn(_grown())


def test_the_library_s_own_tables_are_as_they_are_read() -> None:
    """Nothing promises the tables that are read of scikit-learn: where a version has others, this names it."""
    version = f"scikit-learn {sklearn.__version__} keeps its trees otherwise: see Forest.from_sklearn"
    kept = vars(_grown())
    assert {"_predictors", "_baseline_prediction"} <= set(kept), version
    assert np.asarray(kept["_baseline_prediction"]).size == 1, version
    ((*_, tree), *_) = kept["_predictors"]
    columns = {"value", "feature_idx", "num_threshold", "missing_go_to_left", "left", "right", "is_leaf"}
    assert columns <= set(tree.nodes.dtype.names), version


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.floats(-4, 4) | st.sampled_from([_UNKNOWN, 1e308, -1e308])] * 3), min_size=1))
def test_scores_are_those_of_the_library(rows: list[tuple[float, ...]]) -> None:
    """Whatever is known or unknown of a row, the score is the one that scikit-learn gives."""
    features = np.array(rows, dtype=np.float64)
    assert _forest().raw(features) == pytest.approx(_grown().decision_function(features), abs=1e-12)


@given(st.integers(0, 2**32 - 1), st.integers(1, 32))
def test_scores_are_those_of_walking_down(seed: int, most_leaves: int) -> None:
    """Trees of any shape, up to a leaf for each bit of a word, score as the walk from every root, to the last bit."""
    rng = np.random.default_rng(seed)
    forest = Forest.from_json(_any_forest(rng, most_leaves))
    features = rng.integers(-4, 5, size=(50, 3)) / 2.0
    features[rng.random(features.shape) < 0.2] = _UNKNOWN
    features[rng.random(features.shape) < 0.1] = np.inf
    assert forest.raw(features).tolist() == [_walked(forest, row) for row in features.tolist()]


def _any_forest(rng: np.random.Generator, most_leaves: int) -> str:
    trees = []
    for n_leaves in rng.integers(1, most_leaves + 1, size=4).tolist():
        n = 2 * n_leaves - 1
        left, right, grown, open_leaves = list(range(n)), list(range(n)), 1, [0]
        while grown < n:
            place = open_leaves.pop(int(rng.integers(len(open_leaves))))
            left[place], right[place] = grown, grown + 1
            open_leaves += [grown, grown + 1]
            grown += 2
        is_leaf = [place == child for place, child in enumerate(left)]
        threshold = [None if rng.random() < 0.1 else float(rng.integers(-4, 5)) / 2.0 for _ in range(n)]
        trees.append(
            {
                "feature": [-1 if leaf else int(rng.integers(3)) for leaf in is_leaf],
                "threshold": threshold,
                "missing_left": [int(not leaf and rng.random() < 0.5) for leaf in is_leaf],
                "left": left,
                "right": right,
                "value": [float(rng.normal()) if leaf else 0.0 for leaf in is_leaf],
            }
        )
    return json.dumps({"n_features": 3, "baseline": 0.1, "trees": trees})


def _walked(forest: Forest, row: list[float]) -> float:
    total = forest.baseline
    for root in forest.root.tolist():
        place = root
        while forest.left[place] != place:
            value = row[forest.feature[place]]
            is_left = forest.is_missing_left[place] if np.isnan(value) else value <= forest.threshold[place]
            place = forest.left[place] if is_left else forest.right[place]
        total += float(forest.value[place])
    return total


def test_a_value_on_the_threshold_goes_left() -> None:
    """Scores are equal on the thresholds themselves, and one step of floating point beyond."""
    forest = _forest()
    edges = np.unique(forest.threshold[np.isfinite(forest.threshold)])
    for column in range(3):
        features = np.zeros((2 * len(edges), 3))
        features[:, column] = np.concatenate([edges, np.nextafter(edges, np.inf)])
        assert forest.raw(features) == pytest.approx(_grown().decision_function(features), abs=1e-12)


def test_some_nodes_part_the_known_from_the_unknown() -> None:
    """The test's trees have the rare node whose threshold is infinite, which JSON cannot write as a number."""
    assert np.isinf(_forest().threshold).any()


def test_a_text_gives_the_same_scores_to_the_last_bit() -> None:
    """Written, read, and written again nothing has moved, and any JSON reader can read it."""
    forest = _forest()
    text = forest.to_json()
    features, _ = _cases(500, seed=4)
    assert (Forest.from_json(text).raw(features) == forest.raw(features)).all()
    assert Forest.from_json(text).to_json() == text
    assert "Infinity" not in text


def test_a_score_does_not_depend_on_the_other_rows() -> None:
    """A row among twenty thousand scores as it does alone, to the last bit."""
    forest = _forest()
    features, _ = _cases(20_000, seed=5)
    together = forest.raw(features)
    for row in (0, 2_047, 2_048, 19_999):
        assert forest.raw(features[row : row + 1])[0] == together[row]


def test_no_tree_gives_the_baseline() -> None:
    """A forest without trees says what it knows of everybody."""
    text = '{"n_features": 2, "baseline": -1.5, "trees": []}'
    assert Forest.from_json(text).raw(np.zeros((3, 2))).tolist() == [-1.5] * 3


def test_no_row_gives_no_score() -> None:
    """Nobody to judge is no error."""
    assert Forest.from_sklearn(_grown()).raw(np.zeros((0, 3))).tolist() == []


def test_other_features_are_refused() -> None:
    """A caller with a column too many is told how many there have to be."""
    with pytest.raises(ForestError, match="give 3 columns"):
        Forest.from_sklearn(_grown()).raw(np.zeros((5, 4)))


def _tree(**changed: Any) -> str:
    tree = {
        "feature": [0, -1, -1],
        "threshold": [0.5, 0.0, 0.0],
        "missing_left": [1, 0, 0],
        "left": [1, 1, 2],
        "right": [2, 1, 2],
        "value": [0.0, -1.0, 1.0],
    } | changed
    return json.dumps({"n_features": 1, "baseline": 0.0, "trees": [tree]})


def _chain(n_leaves: int) -> str:
    """A tree that parts one leaf from the rest at every step."""
    n = 2 * n_leaves - 1
    is_leaf = [place % 2 == 1 or place == n - 1 for place in range(n)]
    return _tree(
        feature=[-1 if leaf else 0 for leaf in is_leaf],
        threshold=[float(place) for place in range(n)],
        missing_left=[0] * n,
        left=[place if leaf else place + 1 for place, leaf in enumerate(is_leaf)],
        right=[place if leaf else place + 2 for place, leaf in enumerate(is_leaf)],
        value=[float(place) for place in range(n)],
    )


def test_a_tree_may_have_a_leaf_for_each_bit() -> None:
    """Thirty-two leaves are read and scored; one more is refused."""
    forest = Forest.from_json(_chain(n_leaves=32))
    assert forest.raw(np.array([[-1.0], [3.0], [1e9]])).tolist() == [1.0, 5.0, 62.0]


def test_a_tree_is_read_as_it_is_written() -> None:
    """Up to the threshold left, beyond it right, the unknown where the node sends them."""
    assert Forest.from_json(_tree()).raw(np.array([[0.5], [0.6], [_UNKNOWN]])).tolist() == [-1.0, 1.0, -1.0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"n_features": 1}',
        _tree(left=[0, 1, 2]),
        _tree(left=[9, 1, 2]),
        _tree(feature=[4, -1, -1]),
        _tree(value=[0.0]),
        _chain(n_leaves=33),
        _tree(feature=[0, 0, -1], left=[1, 2, 2], right=[2, 2, 2]),
        _tree(surprise=[1]),
    ],
)
def test_a_text_that_is_no_forest_is_refused(text: str) -> None:
    """What would be walked through without end, or beyond the columns, is refused when it is read."""
    with pytest.raises(ForestError, match="cannot be read as trees"):
        Forest.from_json(text)


def test_a_model_of_three_classes_is_refused() -> None:
    """One score a row cannot tell three classes apart."""
    features, _ = _cases(200, seed=6)
    model = HistGradientBoostingClassifier(max_iter=2).fit(features, np.arange(200) % 3)
    with pytest.raises(ForestError, match="two classes"):
        Forest.from_sklearn(model)
