"""How good the signals of a kind were: precision, recall, lift, calibration, lead time; intervals over students."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.backtest.cases import Case
from learnloom.pipelines.backtest.compared import COMPARED
from learnloom.pipelines.evaluate.figures import MIN_GROUP, Figure, share, with_interval
from learnloom.pipelines.evaluate.measures import Predictions, ece
from learnloom.pipelines.evaluate.resample import draws
from learnloom.pipelines.evaluate.weights import weights
from learnloom.pipelines.feedback.claims import told
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS

_FOLDS: Final = 5
_ROW: Final = "signal"
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class KindFigures:
    """What became of the signals of one kind, over all days; a signal that stands on several days counts on each."""

    kind: str
    claim: str
    rule: str
    n_cases: int
    """Students, or students and subjects, of whom it could have been said on a day, or was."""
    n_known: int
    """Of these, those of whom it is known what came."""
    n_said: int
    n_said_known: int
    n_right: int
    n_true: int
    """Known cases that came true, said or not."""
    precision: Figure
    recall: Figure
    by_chance: Figure
    """The precision of saying it of anybody."""
    rule_precision: Figure
    rule_recall: Figure
    promised: float | None
    """Mean probability that the signals gave; None where the kind gives none."""
    calibration_error: Figure
    """Of the probability given; where the kind gives none, of the share right among other students' signals."""
    lead_days: Figure
    """Median of days from the first day on which it was said until it was certain, of those that were right."""

    @property
    def lift(self) -> float | None:
        """Precision over that of chance; None where either is unknown."""
        if self.precision.value is None or not self.by_chance.value:
            return None
        return self.precision.value / self.by_chance.value

    @property
    def lift_over_rule(self) -> float | None:
        """Precision over that of the simple rule; None where either is unknown."""
        if self.precision.value is None or not self.rule_precision.value:
            return None
        return self.precision.value / self.rule_precision.value


def kind_figures(cases: Iterable[Case], *, n_resamples: int, seed: int = 0) -> list[KindFigures]:
    """Reckon the figures of every kind that has a case, in the order of the catalogue."""
    by_kind = defaultdict(list)
    for case in cases:
        by_kind[case.kind].append(case)
    return [
        _Counted(by_kind[kind], n_resamples, seed).figures() for kind in SIGNAL_KINDS if by_kind.get(kind)
    ]


def weights_of(cases: Sequence[Case]) -> NDArray[np.float64]:
    """For how many cases each of one kind stands, said and unsaid ones apart; 0 where it is undecided."""
    is_said = np.array([bool(case.said) for case in cases], dtype=np.bool_)
    found = np.zeros(len(cases))
    for among in (is_said, ~is_said):
        some = [cases[place] for place in np.flatnonzero(among).tolist()]
        found[among] = weights([case.is_true for case in some], [case.seen for case in some])
    return found


class _Counted:
    """The cases of one kind as arrays: those of which it is known what came."""

    def __init__(self, cases: Sequence[Case], n_resamples: int, seed: int) -> None:
        self.cases = cases
        self.known = [case for case in cases if case.is_true is not None]
        self.weight = weights_of(cases)[[case.is_true is not None for case in cases]]
        self.n_resamples, self.seed = n_resamples, seed
        self.is_true = np.array([case.is_true for case in self.known], dtype=np.bool_)
        self.is_said = np.array([bool(case.said) for case in self.known], dtype=np.bool_)
        self.by_rule = np.array([case.by_rule for case in self.known], dtype=np.bool_)
        codes = {key: code for code, key in enumerate(sorted({case.student for case in self.known}))}
        self.student = np.array([codes[case.student] for case in self.known], dtype=np.int64)

    def figures(self) -> KindFigures:
        """All figures of the kind."""
        kind = self.cases[0].kind
        promised = [case.promised for case in self.cases if case.said and case.promised is not None]
        everybody = np.ones(len(self.known), dtype=np.bool_)
        return KindFigures(
            kind=kind.value,
            claim=told(SIGNAL_KINDS[kind].claim),
            rule=COMPARED[kind].rule_name,
            n_cases=len(self.cases),
            n_known=len(self.known),
            n_said=sum(bool(case.said) for case in self.cases),
            n_said_known=int(self.is_said.sum()),
            n_right=int((self.is_said & self.is_true).sum()),
            n_true=int(self.is_true.sum()),
            precision=self._share(self.is_true, self.is_said),
            recall=self._share(self.is_said, self.is_true),
            by_chance=self._share(self.is_true, everybody),
            rule_precision=self._share(self.is_true, self.by_rule),
            rule_recall=self._share(self.by_rule, self.is_true),
            promised=float(np.mean(promised)) if promised else None,
            calibration_error=self._calibration(),
            lead_days=self._lead(),
        )

    def _share(self, part: Bools, whole: Bools) -> Figure:
        return share(
            (part & whole) * self.weight,
            whole * self.weight,
            self.student,
            row=_ROW,
            n_resamples=self.n_resamples,
            seed=self.seed,
        )

    def _calibration(self) -> Figure:
        """Calibration error of what was given; else of the share right among the signals of the other folds."""
        given = np.array([np.nan if case.promised is None else case.promised for case in self.known])
        if np.isnan(given[self.is_said]).all():
            given = self._of_others()
        counts = self.is_said & ~np.isnan(given)
        found = Predictions(self.is_true[counts], given[counts], self.student[counts])
        missing = MIN_GROUP.missing(len(found), found.n_clusters, _ROW)
        if missing:
            return Figure(None, unknown=missing)
        rows = [np.flatnonzero(found.cluster == code) for code in np.unique(found.cluster)]
        drawn = []
        for weight in draws(len(rows), n_resamples=self.n_resamples, seed=self.seed):
            taken = np.concatenate([np.tile(mine, int(n)) for mine, n in zip(rows, weight, strict=True) if n])
            drawn.append(ece(Predictions(found.label[taken], found.p[taken], found.cluster[taken])))
        return with_interval(ece(found), np.array(drawn), lowest=0.0, highest=1.0)

    def _of_others(self) -> NDArray[np.float64]:
        """For each case the share right of signals about students of the other folds; NaN where there is none."""
        given = np.full(len(self.known), np.nan)
        fold = self.student % _FOLDS
        for number in range(_FOLDS):
            others = self.is_said & (fold != number)
            if others.any():
                given[fold == number] = self.is_true[others].mean()
        return given

    def _lead(self) -> Figure:
        first: dict[tuple[str, str | None], tuple[int, float]] = {}
        for case in sorted(self.known, key=lambda case: case.day):
            if case.said and case.is_true and case.days is not None:
                first.setdefault((case.student, case.subject), (case.day, case.days))
        days = np.array([lead for _, lead in first.values()])
        missing = MIN_GROUP.missing(len(days), len({student for student, _ in first}), _ROW)
        if missing:
            return Figure(None, unknown=missing)
        student = np.unique([student for student, _ in first], return_inverse=True)[1]
        drawn = [
            float(np.median(np.repeat(days, weight[student].astype(np.int64))))
            for weight in draws(int(student.max()) + 1, n_resamples=self.n_resamples, seed=self.seed)
        ]
        return with_interval(float(np.median(days)), np.array(drawn), lowest=0.0)
