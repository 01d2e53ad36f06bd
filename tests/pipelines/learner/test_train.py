"""Training: the kind is chosen by what came, new students get what they are promised, and heads are kept as text."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_info, threadpool_limits

from learnloom.pipelines.learner.calibrator import LinearLink, Logistic, ModelKind, read_calibrator
from learnloom.pipelines.learner.elo import fit
from learnloom.pipelines.learner.errors import CalibratorError
from learnloom.pipelines.learner.features import FEATURES, FORESEEN, extract_before, extract_features
from learnloom.pipelines.learner.fit_calibrator import fit_calibrator
from learnloom.pipelines.learner.fit_lines import fit_parameters
from learnloom.pipelines.learner.logistic import mean_and_error, sigmoid
from learnloom.pipelines.learner.model import PUBLISHED
from learnloom.pipelines.learner.platt import MIN_ANSWERS
from learnloom.pipelines.learner.trace import trace
from learnloom.pipelines.learner.train import cross_fitted, train
from tests.pipelines.learner.make import Answer, a_class, a_history, answers


def _features(n: int, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=(n, len(FEATURES)))


def test_few_answers_keep_the_published_line() -> None:
    """A slope that cannot be measured yet is not guessed from noise."""
    for n, is_measured in ((MIN_ANSWERS - 1, False), (MIN_ANSWERS, True)):
        history, _ = a_class(n_students=50, n_items=20, n_skills=2, n_answers=n, seed=4)
        found = train(history)
        assert (found.model.calibrator != PUBLISHED) is is_measured
        assert isinstance(found.model.calibrator, LinearLink)
        assert len(found.p) == len(found.rows) == n


def test_a_school_where_all_answers_are_right_gets_a_model() -> None:
    """Where nothing varies nothing is learned, and no error comes."""
    history, _ = a_class(n_students=200, n_items=20, n_skills=2, n_answers=3_000, seed=4)
    same = replace(history, score=np.ones(len(history)))
    assert train(same).model.calibrator == PUBLISHED


@pytest.mark.slow
def test_new_students_get_what_they_are_promised() -> None:
    """Of answers by students never seen before, as many are right as was said, in every tenth."""
    history, _ = a_class(n_students=400, n_items=60, n_skills=4, n_answers=16_000, seed=5)
    is_new = history.student >= 200
    model = train(history.where(~is_new)).model
    found = trace(model, history.where(is_new)).p_right
    scores = history.score[is_new]
    errors = [
        abs(found[inside].mean() - scores[inside].mean()) * inside.sum()
        for low in np.arange(0.0, 1.0, 0.1)
        if (inside := (found >= low) & (found < low + 0.1)).any()
    ]
    assert sum(errors) / len(found) < 0.03


def test_what_held_out_students_are_told_hangs_on_no_answer_of_theirs() -> None:
    """Turning all later answers of a fold around leaves its first predictions as they were."""
    history, _ = a_class(n_students=20, n_items=10, n_skills=2, n_answers=600, seed=6)
    found = cross_fitted(history)
    assert found.rows.tolist() == list(range(600))
    student = 0
    first = int(np.flatnonzero(history.student == student)[0])
    is_later = (history.student == student) & (np.arange(600) > first)
    turned = replace(history, score=np.where(is_later, 1.0 - history.score, history.score))
    assert cross_fitted(turned).matrix[first].tobytes() == found.matrix[first].tobytes()


def test_of_many_answers_some_students_are_held_out() -> None:
    """Beyond the limit whole students are looked at, by difficulties of all the others."""
    history, _ = a_class(n_students=60, n_items=10, n_skills=2, n_answers=900, seed=6)
    found = cross_fitted(history, most=300)
    out = set(found.student.tolist())
    assert 100 < len(found.rows) < 500
    assert found.rows.tolist() == [row for row, code in enumerate(history.student.tolist()) if code in out]
    is_out = np.isin(history.student, list(out))
    others = fit_parameters(history.where(~is_out), n_items=10, n_skills=2)
    expected = extract_before(others, history.where(is_out))
    assert found.matrix.tobytes() == expected.tobytes()


@pytest.mark.slow
def test_a_kind_that_asks_for_more_is_taken_where_it_tells_more() -> None:
    """Where a miss is followed by right answers whatever the difficulty, Elo alone loses to a regression."""
    rng = np.random.default_rng(8)
    n_students, n = 150, 4_500
    student = np.arange(n) % n_students
    score = np.zeros(n)
    last = np.zeros(n_students)
    for row, code in enumerate(student.tolist()):
        last[code] = score[row] = float(rng.random() < (0.9 if last[code] == 0.0 else 0.3))
    plain, _ = a_class(n_students=n_students, n_items=10, n_skills=1, n_answers=n, seed=9)
    history = replace(plain, student=student, score=score)
    found = train(history)
    assert found.model.calibrator.kind is ModelKind.LOGISTIC
    assert found.log_loss[ModelKind.LOGISTIC] < found.log_loss[ModelKind.ELO] - 0.05
    assert ModelKind.BOOSTED not in found.log_loss


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(ModelKind))
def test_a_calibrator_is_the_same_after_it_was_kept(kind: ModelKind) -> None:
    """Written and read again, it says the same to the last bit, whoever else is in the call."""
    rng = np.random.default_rng(1)
    features = _features(3_000, 2)
    scores = (rng.random(3_000) < 1.0 / (1.0 + np.exp(-features[:, 0]))).astype(np.float64)
    scores[::7] = 0.4
    calibrator = fit_calibrator(kind, features, scores, np.ones(3_000))
    again = read_calibrator(calibrator.kind.value, calibrator.to_json())
    p = calibrator.probability(features)
    assert ((p > 0.0) & (p < 1.0)).all()
    assert again.probability(features).tobytes() == p.tobytes()
    assert again.probability(features[7:8]).tobytes() == p[7:8].tobytes()
    assert abs(p.mean() - scores.mean()) < 0.03


@pytest.mark.slow
def test_versions_from_before_there_were_lines_say_what_they_said() -> None:
    """Trees and coefficients that know no foreseen logit are read, and say the same whatever stands there."""
    features, rng = _features(3_000, 2), np.random.default_rng(1)
    scores = (rng.random(3_000) < 1.0 / (1.0 + np.exp(-features[:, 0]))).astype(np.float64)
    without = features.copy()
    without[:, FORESEEN] = 0.0
    for kind in (ModelKind.LOGISTIC, ModelKind.BOOSTED):
        text = fit_calibrator(kind, without, scores, np.ones(3_000)).to_json()
        before = json.loads(text)
        if kind is ModelKind.LOGISTIC:
            del before["coefficients"]["foreseen"]
        else:
            before["n_features"] -= 1
        earlier = read_calibrator(kind.value, json.dumps(before))
        expected = read_calibrator(kind.value, text).probability(without)
        assert earlier.probability(features).tolist() == expected.tolist()


@pytest.mark.slow
def test_boosting_takes_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread of the library that grows trees waits for another; afterwards there are as many as before."""
    during: list[set[int]] = []

    class Watched(HistGradientBoostingClassifier):  # type: ignore[misc]
        def fit(self, *args: Any, **kwargs: Any) -> Any:
            during.append(_threads())
            return super().fit(*args, **kwargs)

    monkeypatch.setattr("sklearn.ensemble.HistGradientBoostingClassifier", Watched)
    features = _features(500, 4)
    scores = (features[:, 0] > 0.0).astype(np.float64)
    with threadpool_limits(limits=2):
        fit_calibrator(ModelKind.BOOSTED, features, scores, np.ones(500))
        assert during == [{1}]
        assert _threads() == {2}


def _threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info()}


def test_a_regression_gives_what_went_in() -> None:
    """Coefficients are those of unscaled features, and a column that never varies gets none."""
    rng = np.random.default_rng(3)
    features = _features(40_000, 3)
    features[:, 5] = 2.0
    p = 1.0 / (1.0 + np.exp(-(0.3 + 0.8 * features[:, 0] - 0.5 * features[:, 3])))
    calibrator = fit_calibrator(
        ModelKind.LOGISTIC, features, (rng.random(40_000) < p).astype(np.float64), np.ones(40_000)
    )
    assert isinstance(calibrator, Logistic)
    assert calibrator.intercept == pytest.approx(0.3, abs=0.05)
    assert calibrator.coefficients[0] == pytest.approx(0.8, abs=0.05)
    assert calibrator.coefficients[3] == pytest.approx(-0.5, abs=0.05)
    assert calibrator.coefficients[5] == 0.0


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("elo", "{}"),
        ("elo-logistic", '{"intercept": 1, "coefficients": {}}'),
        ("elo", "nothing"),
        ("deep", "{}"),
    ],
)
def test_a_text_that_is_no_head_is_refused(kind: str, text: str) -> None:
    """A broken or newer version is named, with what to do."""
    with pytest.raises(CalibratorError, match="new version"):
        read_calibrator(kind, text)


@given(answers)
def test_replaying_gives_a_row_for_every_moment(history: list[Answer]) -> None:
    """Features are finite, in order of the history, and those before alone are the same."""
    found = a_history(history)
    walked = extract_features(fit(found), found)
    assert walked.before.shape == (len(history), len(FEATURES))
    assert len(walked.after) == sum(len(answer.skills) for answer in history)
    assert all(np.isfinite(matrix).all() for matrix in (walked.before, walked.after, walked.end))
    assert extract_before(fit(found), found).tobytes() == walked.before.tobytes()
    # What is said after the last answer of a student is what stands at the end.
    for student in set(found.student.tolist()):
        last = max(row for row, answer in enumerate(history) if answer.student == student)
        start = int(found.skill_offset[last])
        for entry, skill in enumerate(history[last].skills, start):
            at = (walked.end_student == student) & (walked.end_skill == skill)
            assert walked.end[at].tolist() == [walked.after[entry].tolist()]


def test_features_count_what_was() -> None:
    """Wins, misses, times and recent outcomes are those of the answers before."""
    history = a_history(
        [Answer(0, 0, (0,), 1.0, day=0), Answer(0, 0, (0,), 0.0, day=1), Answer(0, 1, (1,), 1.0, day=2)]
    )
    third = dict(zip(FEATURES, extract_features(fit(history), history).before[2].tolist(), strict=True))
    assert third["wins"] == third["misses"] == pytest.approx(np.log(2.0))
    assert third["skill_wins"] == third["item_wins"] == third["is_skill_met"] == 0.0
    assert third["seconds_since_any"] == pytest.approx(np.log1p(86_400.0))
    assert third["recent"] == pytest.approx(0.85 * (0.85 * sigmoid(fit(history).base_logit) + 0.15))


@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=30))
def test_an_error_over_single_answers_is_the_usual_one(values: list[float]) -> None:
    """Where every student has one value, the error is the standard error of the mean."""
    mean, error = mean_and_error(np.array(values), np.arange(len(values)))
    assert mean == pytest.approx(float(np.mean(values)))
    assert error == pytest.approx(float(np.std(values)) / len(values) ** 0.5, abs=1e-9)
