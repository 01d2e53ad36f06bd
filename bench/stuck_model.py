"""Fit who stays stuck on classes of both simulated worlds: writes pipelines/feedback/stuck_coefficients.py.

    python -m bench.stuck_model [--students COUNT] [--seed SEED...]

Each class is simulated, imported and refreshed as of its last day. Every answer from the fifth on, of a student who
never had three right in a row on the skill, is a case: what is known then, and what the next ten answers on the skill
were, within the days of the claim. Where fewer came, it is undecided; the decided count for them (weights.py of the
backtest). Both worlds weigh the same. Printed is how often what is said is right of students who were held out, and
of a world that was, beside the bare rule. Its seeds are not those of bench/signal_record.py and bench/trials.py.
"""

import argparse
import math
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bench.command import simulated_class
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback import stuck_coefficients
from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.refresh.stuck_cases import SkillAnswer, StuckCase, decided, moments
from learnloom.pipelines.simulate.config import SimulationConfig, WorldName

_PLACE: Final = Path(stuck_coefficients.__file__ or "")
_FOLDS: Final = 5
_LEAST: Final = Thresholds().stuck_early_opportunities
_ACT: Final = Thresholds().foreseen_chance
_ANSWERS: Final = f"""
    SELECT
        answer.student_key, answer.skill_id, answer.is_correct, epoch(answer.occurred_at) AS at,
        curve.p_after, coalesce(answer.is_aided, FALSE) AS is_aided, coalesce(effort.is_rapid, FALSE) AS is_rapid
    FROM {LAKE}.dimensional.fact_attempt_skill AS answer
    INNER JOIN {LAKE}.estimates.skill_estimate AS curve USING (student_key, skill_id, attempt_id)
    INNER JOIN {LAKE}.norms.attempt_effort AS effort USING (attempt_id)
    ORDER BY answer.student_key, answer.skill_id, answer.opportunity
"""
_BEFORE: Final = f"SELECT skill_id, prerequisite_ids FROM {LAKE}.dimensional.dim_skill"


class Cases(NamedTuple):
    """The decided cases of a world as arrays, with the weights by which they stand for the undecided."""

    terms: NDArray[np.float64]
    is_true: NDArray[np.float64]
    n: NDArray[np.int64]
    weight: NDArray[np.float64]
    fold: NDArray[np.int64]


def main() -> None:
    """Fit, print what the fit is worth, and write the module anew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=250)
    parser.add_argument("--seed", nargs="*", type=int, default=[101, 102])
    arguments = parser.parse_args()
    worlds = {
        world: _cases([one for seed in arguments.seed for one in _moments(arguments.students, seed, world)])
        for world in get_args(WorldName)
    }
    for world, cases in worlds.items():
        _tell(world, cases, {other: known for other, known in worlds.items() if other != world})
    intercept, coefficients = _fit(list(worlds.values()))
    head = _PLACE.read_text(encoding="utf-8").partition("INTERCEPT")[0]
    told = ", ".join(f"{value:.3f}" for value in coefficients)
    _PLACE.write_text(
        f"{head}INTERCEPT: Final = {intercept:.3f}\nCOEFFICIENTS: Final = ({told})\n", encoding="utf-8"
    )


def _moments(students: int, seed: int, world: str) -> Iterator[StuckCase]:
    """The cases of one class; keys of students tell classes apart."""
    config = SimulationConfig.model_validate({"students": students, "seed": seed, "world": world})
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(simulated_class(Path(folder), config))
        with open_to_read(settings) as warehouse:
            answers = warehouse.rows(_ANSWERS)
            before = {skill: others or () for skill, others in warehouse.rows(_BEFORE)}
    by_pair: dict[tuple[str, str], list[SkillAnswer]] = defaultdict(list)
    for student, skill, *answer in answers:
        by_pair[student, skill].append(SkillAnswer(*answer))
    # Of whoever did not go on up to the end of the course no more will come.
    for one in moments(by_pair, before, least=_LEAST, known_until=math.inf):
        yield one._replace(student=f"{world} {seed} {one.student}")


def _cases(moments: list[StuckCase]) -> Cases:
    arrays, known = decided(moments)
    return Cases(
        arrays.features,
        arrays.outcomes,
        np.array([one.n for one in known]),
        arrays.weight,
        arrays.student % _FOLDS,
    )


def _fit(worlds: list[Cases]) -> tuple[float, list[float]]:
    """Fit on several worlds, each of which weighs the same."""
    terms, is_true = (
        np.concatenate([one.terms for one in worlds]),
        np.concatenate([one.is_true for one in worlds]),
    )
    weight = np.concatenate([one.weight / one.weight.sum() for one in worlds]) * len(terms) / len(worlds)
    fitted = LogisticRegression(max_iter=1_000).fit(terms, is_true, sample_weight=weight)
    return float(fitted.intercept_[0]), fitted.coef_[0].tolist()


def _tell(world: str, cases: Cases, others: dict[str, Cases]) -> None:
    """Print how good the fit is on students held out, that of the other world, and the bare rule."""
    p = np.empty(len(cases.n))
    for fold in range(_FOLDS):
        is_out = cases.fold == fold
        kept = Cases(*(column[~is_out] for column in cases))
        p[is_out] = _p(_fit([kept, *others.values()]), cases.terms[is_out])
    print(
        f"{world}: {len(cases.n)} decided cases, {_share(cases, np.ones(len(p), dtype=bool)):.3f} come true"
    )
    _row("both worlds, students held out", cases, p >= _ACT)
    _row("fitted on the other world", cases, _p(_fit(list(others.values())), cases.terms) >= _ACT)
    for least in (10, 15, 20):
        _row(f"{least} answers, never three in a row", cases, cases.n >= least)


def _row(name: str, cases: Cases, said: NDArray[np.bool_]) -> None:
    is_true = cases.is_true > 0
    recall = cases.weight[said & is_true].sum() / cases.weight[is_true].sum()
    print(f"  {name:<36}{int(said.sum()):>6} said  {_share(cases, said):.3f} right  {recall:.3f} found")


def _share(cases: Cases, said: NDArray[np.bool_]) -> float:
    return float((cases.weight * cases.is_true)[said].sum() / max(cases.weight[said].sum(), 1e-9))


def _p(fitted: tuple[float, list[float]], terms: NDArray[np.float64]) -> NDArray[np.float64]:
    intercept, coefficients = fitted
    p: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(intercept + terms @ np.array(coefficients))))
    return p


if __name__ == "__main__":
    main()
