"""What came of a claim, from what happened one after the other."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from learnloom.pipelines.feedback.claims import Claim, Outcome

MOST_DAYS: Final = 28
"""Days after which nothing is looked at: no claim looks further."""
DAY_SECONDS: Final = 86_400.0


class DatedOutcome(NamedTuple):
    """An outcome, and how many days after the signal it was certain."""

    outcome: float
    days: float


class Decided(NamedTuple):
    """How a run came out after so many answers."""

    longest: int
    """Right answers in a row at the most."""
    seen: int
    """Answers until it was certain; of what is not, all that came."""
    is_certain: bool


class Series(NamedTuple):
    """What happened one after the other, and seconds after the day's end at which."""

    happened: list[bool]
    seconds: list[float]


def of_series(claim: Claim, series: Series, usual: float | None, known_days: float) -> DatedOutcome | None:
    """The outcome of what happened one after the other; None where it is not known, or not yet.

    Args:
        claim: what is looked at.
        series: what happened after the signal.
        usual: share right of the class, where the outcome is held against it.
        known_days: days after the signal of which it is known what happened.
    """
    n = _within(claim, series)
    if claim.outcome is Outcome.RUN:
        found = _run(claim, series.happened[:n])
        is_known = found.is_certain and known_days >= (claim.days or 0)
        return DatedOutcome(found.longest, series.seconds[found.seen - 1] / DAY_SECONDS) if is_known else None
    if n < claim.answers:
        return None
    share = sum(series.happened[:n]) / n
    days = series.seconds[n - 1] / DAY_SECONDS
    if claim.outcome is Outcome.OVER_CLASS:
        return None if usual is None else DatedOutcome(share - usual, days)
    return DatedOutcome(share, days)


def seen_of(claim: Claim, series: Series, known_days: float) -> int | None:
    """After how many answers a claim about a run was certain, or how many came without that.

    None where it is about no run, or where its horizon lies beyond what is known.
    """
    if claim.outcome is not Outcome.RUN or known_days < (claim.days or 0):
        return None
    return _run(claim, series.happened[: _within(claim, series)]).seen


def _within(claim: Claim, series: Series) -> int:
    """How many of the answers that a claim is about came within its days."""
    last = (claim.days or MOST_DAYS) * DAY_SECONDS
    return min(claim.answers, sum(seconds <= last for seconds in series.seconds))


def _run(claim: Claim, happened: Sequence[bool]) -> Decided:
    """The longest run among the answers that came.

    A run that proves the claim wrong decides it, however few answers came, so that success never counts as unknown;
    that there was none is known only of as many answers as the claim is about.
    """
    longest = run = 0
    for seen, is_right in enumerate(happened, 1):
        run = run + 1 if is_right else 0
        longest = max(longest, run)
        if not claim.comes_true(longest):
            return Decided(longest, seen, is_certain=True)
    return Decided(longest, len(happened), is_certain=len(happened) >= claim.answers)
