"""From the cases of a backtest to how often what said the same was right, by message."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import compress

import numpy as np

from learnloom.pipelines.backtest.cases import Case
from learnloom.pipelines.backtest.figures import weights_of
from learnloom.pipelines.evaluate.figures import share
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.schemas.signal import RightShare, RightSource


def record_of(
    cases: Iterable[Case], source: RightSource, *, n_resamples: int, seed: int = 0
) -> dict[str, tuple[int, RightShare]]:
    """How many of the decided signals were right, and the share with its interval, by the id of the message.

    Only of messages of which enough is decided, of enough students; and not of signals that promise a probability of
    their own, which is the better one. Where some are undecided because too few answers came, those decided stand for
    them (weights.py), and so many are said to be right as the share makes of their number.

    Args:
        cases: the cases of a backtest, or of several: students of different classes go by different keys.
        source: where they come from.
        n_resamples: number of resamples of students.
        seed: of the resamples.
    """
    by_message: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        claim = SIGNAL_KINDS[case.kind].claim
        if claim is not None and (not claim.is_promised or case.promised is None):
            for message in case.said:
                by_message[message].append(case)
    found = {}
    for message, said in sorted(by_message.items()):
        is_decided = np.array([case.is_true is not None for case in said], dtype=np.bool_)
        decided, weight = list(compress(said, is_decided)), weights_of(said)[is_decided]
        is_true = np.array([bool(case.is_true) for case in decided], dtype=np.float64)
        codes = np.unique([case.student for case in decided], return_inverse=True)[1].astype(np.int64)
        figure = share(is_true * weight, weight, codes, row="signal", n_resamples=n_resamples, seed=seed)
        if figure.value is not None:
            p = figure.value
            low, high = figure.low or 0.0, 1.0 if figure.high is None else figure.high
            # One that stands for weeks is one signal, however many days looked at it.
            n = len({(case.student, case.subject) for case in decided})
            told = RightShare(p=p, p_low=low, p_high=high, n=n, source=source)
            found[message] = (round(p * n), told)
    return found
