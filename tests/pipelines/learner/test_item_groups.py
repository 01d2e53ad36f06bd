"""Questions are grouped by how they are answered together and by their names, with how sure that is."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from learnloom.pipelines.learner.item_groups import SURE, answer_similarity, group_items, name_similarity

_N_STUDENTS, _N_SKILLS, _ITEMS_EACH = 400, 3, 8
_TRUE = np.repeat(np.arange(_N_SKILLS), _ITEMS_EACH)


def _scores(spread: float, *, seed: int = 1, n_students: int = _N_STUDENTS) -> np.ndarray:
    """Answers of students whose ability on each skill differs by `spread` logits; a fifth is absent."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(0, 1, (n_students, 1)) + spread * rng.normal(0, 1, (n_students, _N_SKILLS))
    logit = ability[:, _TRUE] - rng.normal(0, 1, len(_TRUE))
    scores = (rng.random(logit.shape) < 1 / (1 + np.exp(-logit))).astype(float)
    scores[rng.random(scores.shape) < 0.2] = np.nan
    return scores


_NAMELESS = [f"Question {number}" for number in range(len(_TRUE))]
_NAMED = [f"{('Fractions', 'Ratios', 'Geometry')[skill]} {number}" for number, skill in enumerate(_TRUE)]


def test_questions_of_one_skill_are_found_by_answers_alone() -> None:
    """Where skills differ much and the class is large, names are not needed, and the groups hold together."""
    found = group_items(_scores(1.5), _NAMELESS, None, seed=1)
    assert len(found.agreement) == _N_SKILLS
    assert adjusted_rand_score(_TRUE, found.group) == 1.0
    assert found.agreement.min() > 0.9


def test_where_skills_do_not_differ_nothing_is_sure() -> None:
    """Groups of noise fall apart when students are drawn anew."""
    found = group_items(_scores(0.0, n_students=60), _NAMELESS, _N_SKILLS, seed=1)
    assert abs(adjusted_rand_score(_TRUE, found.group)) < 0.2
    assert found.agreement.max() < SURE


def test_names_tell_where_answers_do_not() -> None:
    """Numbers in names count for nothing."""
    found = group_items(_scores(0.0, n_students=60), _NAMED, _N_SKILLS, seed=1)
    assert adjusted_rand_score(_TRUE, found.group) == 1.0
    assert found.agreement.min() > SURE
    assert name_similarity(["Quiz 1", "Quiz 27"])[0, 1] == pytest.approx(1.0)
    assert name_similarity(["", "123"])[0, 1] == pytest.approx(1.0)


def test_a_name_that_most_have_tells_nothing() -> None:
    """Beside questions with names, those called Question are no group that is sure, and the others are theirs."""
    names = [name if number % 2 else f"Question {number}" for number, name in enumerate(_NAMED)]
    found = group_items(_scores(0.0, n_students=60), names, 2 * _N_SKILLS, seed=1)
    by_name = {found.group[number]: _TRUE[number] for number in range(1, len(_TRUE), 2)}
    assert all(by_name[found.group[number]] == _TRUE[number] for number in range(1, len(_TRUE), 2))
    nameless = [number for number in range(2 * _N_SKILLS) if number not in by_name]
    assert nameless
    assert found.agreement[nameless].max() < SURE


def test_ability_and_difficulty_make_no_likeness() -> None:
    """Two easy questions, or a class of able and weak students, are no skill: residuals are about nought."""
    likeness = answer_similarity(_scores(0.0))
    pairs = likeness[np.triu_indices(len(likeness), 1)]
    assert abs(pairs.mean()) < 0.05
    raw = np.corrcoef(np.nan_to_num(_scores(0.0), nan=0.5).T)
    assert raw[np.triu_indices(len(raw), 1)].mean() > 0.1


def test_questions_without_students_in_common_are_not_alike() -> None:
    """Nothing is known of such a pair, and few in common say little."""
    scores = np.array([[1.0, np.nan, 1.0], [0.0, np.nan, 0.0], [np.nan, 1.0, np.nan], [np.nan, 0.0, np.nan]])
    likeness = answer_similarity(scores)
    assert likeness[0, 1] == 0
    assert 0 < likeness[0, 2] < 2 / 12 + 1e-9


@pytest.mark.slow
def test_the_same_seed_gives_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """A proposal can be made again."""
    one, other = (group_items(_scores(0.5), _NAMELESS, 4, seed=3) for _ in range(2))
    assert (one.group == other.group).all()
    assert (one.agreement == other.agreement).all()
    assert capsys.readouterr().out == ""
