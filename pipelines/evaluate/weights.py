"""For how many cases a decided one stands, where others are undecided because too few answers came.

That a run came is certain with its last answer; that none came, only after all answers that the claim is about. Were
the undecided left out, too many of those left would be runs. So each decided case counts by the inverse of the
probability that as many answers came as it took (Kaplan and Meier's estimate of that; Robins and Rotnitzky 1992).
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def weights(is_true: Sequence[bool | None], seen: Sequence[int | None]) -> NDArray[np.float64]:
    """Weigh the cases of one claim, said or not said, whose undecided are like the others.

    Args:
        is_true: how each came out; None where that is undecided.
        seen: answers until it was certain, or all that came; None where the claim does not hang on their number.

    Returns:
        Shape (n_cases,): 0 for the undecided, 1 or more for the decided.
    """
    decided = Counter(
        n for n, known in zip(seen, is_true, strict=True) if n is not None and known is not None
    )
    ended = Counter(n for n, known in zip(seen, is_true, strict=True) if n is not None and known is None)
    at_risk, came = decided.total() + ended.total(), 1.0
    stands_for: dict[int | None, float] = {None: 1.0}
    for n in sorted(decided.keys() | ended.keys()):
        stands_for[n] = 1.0 / came if came > 0.0 else 0.0
        # Whoever was decided with this answer was not to be asked for another.
        at_risk -= decided[n]
        if at_risk:
            came *= 1.0 - ended[n] / at_risk
        at_risk -= ended[n]
    found = [0.0 if known is None else stands_for[n] for n, known in zip(seen, is_true, strict=True)]
    return np.array(found, dtype=np.float64)
