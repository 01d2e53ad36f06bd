"""How well the risk model does on the Open University's data (Kuzilek, Hlosta, Zdrahal 2017), and for whom.

    python -m bench.oulad [FOLDER]

At 25 % and 50 % of the course, students still enrolled: predicted for students held out (five parts), and for the
presentation 2014B by a model that saw those of 2013 alone. The latter raw, as calibrated by whole runs held out, and
moved besides by how many have left in the run's own first weeks.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.oulad_data import GROUPINGS, HERE, Oulad
from learnloom.pipelines.evaluate.fairness import FairnessAudit, Flags, Grouping, fairness
from learnloom.pipelines.evaluate.figures import MIN_STUDENTS, Figure, figures
from learnloom.pipelines.evaluate.measures import Predictions
from learnloom.pipelines.evaluate.risk import warned
from learnloom.pipelines.evaluate.risk_report import moments
from learnloom.pipelines.learner.logistic import logit, sigmoid
from learnloom.pipelines.learner.risk import N_STAGES, RiskModel, stage_numbers
from learnloom.pipelines.learner.risk_train import N_FOLDS, RiskCases, train_risk
from learnloom.pipelines.refresh.risk import cases_of

SHARES: Final = (0.25, 0.50)
_EARLY: Final = 1 / (N_STAGES + 1)
# Of the shift in logits between runs.
_PRIOR_SD: Final = 0.5


class Told(NamedTuple):
    """What was said of some students at one moment, and what came of it."""

    rows: NDArray[np.int64]
    p: NDArray[np.float64]
    is_flagged: NDArray[np.bool_]
    precision: NDArray[np.float64]
    """Promised for those flagged."""


def main() -> None:
    """Measure and print."""
    data = Oulad(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
    table = data.progress()
    cases = cases_of(table)
    students = table.column("student_key").to_pylist()
    is_test = np.array(["2014B" in course for course in table.column("course_id").to_pylist()])
    print(
        f"{len(np.unique(cases.student)):,} students, {len(np.unique(cases.run))} runs, {len(cases):,} weeks"
    )
    told = {share: by_student(cases, share) for share in SHARES}
    for share, one in told.items():
        _show(f"{share:.0%}, students held out", cases, one)
    for share in SHARES:
        for name, one in transfer(cases, is_test, share):
            _show(f"{share:.0%}, 2013 to 2014B, {name}", cases, one)
    code = dict(zip(students, cases.student.tolist(), strict=True))
    groupings = [
        Grouping(name, {code[key]: group for key, group in data.groups(name).items() if key in code})
        for name in GROUPINGS
    ]
    for share, one in told.items():
        _show_groups(f"{share:.0%}", cases, one, groupings)


def by_student(cases: RiskCases, share: float, *, n_parts: int = N_FOLDS) -> Told:
    """Predict every student, or those of the first `n_parts` of five parts, from the others."""
    part = parts_of(cases)
    at = moments(cases, share)
    is_stage = stage_numbers(cases.features) == stage_numbers(cases.features[at[:1]])
    told = []
    for one in range(n_parts):
        is_fitted = is_stage & (part != one)
        trained = train_risk(cases.where(is_fitted), fold=part[is_fitted])
        assert trained is not None
        told.append(_told(trained.model, cases, at[part[at] == one]))
    return Told(*(np.concatenate(column) for column in zip(*told, strict=True)))


def parts_of(cases: RiskCases) -> NDArray[np.int64]:
    """Put students into parts by chance; one entry per row."""
    part = np.random.default_rng(0).integers(0, N_FOLDS, cases.student.max() + 1)
    return np.asarray(part[cases.student])


def transfer(cases: RiskCases, is_test: NDArray[np.bool_], share: float) -> Iterator[tuple[str, Told]]:
    """Predict the runs to test by a model of the others: raw, calibrated, and moved by the runs' own first weeks."""
    at = moments(cases, share)
    is_stage = stage_numbers(cases.features) == stage_numbers(cases.features[at[:1]])
    trained = train_risk(cases.where(is_stage & ~is_test))
    assert trained is not None
    at = at[is_test[at]]
    told = _told(trained.model, cases, at)
    raw = trained.model.stages[0].scorer.raw(cases.features[at])
    yield f"{trained.model.kind}, raw", told._replace(p=np.array([sigmoid(one) for one in raw.tolist()]))
    yield f"{trained.model.kind}, calibrated by runs held out", told
    shift = _early_shift(cases, is_test, share)
    moved = [
        sigmoid(logit(p) + shift[run]) for p, run in zip(told.p.tolist(), cases.run[at].tolist(), strict=True)
    ]
    yield "and by its own first weeks", told._replace(p=np.array(moved))


def _early_shift(cases: RiskCases, is_test: NDArray[np.bool_], share: float) -> dict[int, float]:
    """By run to test: the shift in logits that explains how many have left between the first eighth and now."""
    early = moments(cases, _EARLY)
    now = moments(cases, share)
    has_left = ~np.isin(_pairs(cases, early), _pairs(cases, now))
    leaving = RiskCases(cases.features[early], has_left, cases.run[early], cases.student[early])
    trained = train_risk(leaving.where(~is_test[early]))
    assert trained is not None
    p = trained.model.probability(leaving.features)
    return {
        run: _shift(p[leaving.run == run], has_left[leaving.run == run])
        for run in np.unique(leaving.run[is_test[early]]).tolist()
    }


def _shift(p: NDArray[np.float64], came: NDArray[np.bool_]) -> float:
    """The most probable shift of the logits, by bisection."""
    low, high = -4.0, 4.0
    logits = np.log(p / (1.0 - p))
    for _ in range(40):
        middle = (low + high) / 2.0
        is_below = came.sum() - (1.0 / (1.0 + np.exp(-logits - middle))).sum() > middle / _PRIOR_SD**2
        low, high = (middle, high) if is_below else (low, middle)
    return low


def _pairs(cases: RiskCases, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(cases.run[rows] * (cases.student.max() + 1) + cases.student[rows])


def _told(model: RiskModel, cases: RiskCases, rows: NDArray[np.int64]) -> Told:
    levels = model.levels(cases.features[rows])
    return Told(rows, levels.p, levels.p >= levels.threshold, levels.precision)


def predictions(cases: RiskCases, told: Told) -> Predictions:
    """What was said beside what came of it."""
    return Predictions(cases.has_not_passed[told.rows], told.p, cases.student[told.rows])


def _show(title: str, cases: RiskCases, told: Told) -> None:
    found = figures(predictions(cases, told), minimum=MIN_STUDENTS, row="student")
    flagged = warned(cases.has_not_passed[told.rows], told.is_flagged)
    print(f"\n{title}: {found.n:,} students, {found.rate:.1%} did not pass")
    for name in ("auc", "log_loss", "brier", "ece", "slope"):
        print(f"  {name:<10}{_figure(getattr(found, name))}")
    promised = float(told.precision[told.is_flagged].mean())
    print(f"  flagged   {_figure(flagged.flag_rate)}, recall {_figure(flagged.recall)}")
    print(f"  precision promised {promised:.3f}, found {_figure(flagged.precision)}")


def _show_groups(title: str, cases: RiskCases, told: Told, groupings: list[Grouping]) -> None:
    flags = Flags(told.is_flagged, cases.has_not_passed[told.rows], "warned of")
    audit = FairnessAudit(minimum=MIN_STUDENTS, row="student")
    print(f"\nFairness at {title}, students held out")
    print(
        f"{'group':<48}{'n':>7}{'AUC':>7}{'ECE':>7}{'gap':>8}{'flag':>7}{'TPR':>7}{'FPR':>7}{'ABROCA':>8}{'p':>7}"
    )
    for one in fairness(predictions(cases, told), flags, groupings, audit):
        told_rates = (one.flag_rate, one.true_positive_rate, one.false_positive_rate)
        rates = "".join(f"{_number(rate.value):>7}" for rate in told_rates)
        print(
            f"{one.grouping + ': ' + one.group:<48}{one.n:>7,}{_number(one.auc.value):>7}{_number(one.ece.value):>7}"
            f"{_number(one.gap.value):>8}{rates}{_number(one.abroca.value):>8}{_number(one.abroca.p_value):>7}"
        )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _figure(figure: Figure) -> str:
    return figure.unknown or f"{_number(figure.value)} ({_number(figure.low)} to {_number(figure.high)})"


if __name__ == "__main__":
    main()
