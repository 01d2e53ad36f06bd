"""How well the truth of a simulated class is recovered: estimates compared with the truth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from learnloom.pipelines.lake.connection import Warehouse

# With fewer answers an estimate is called of low confidence, and is not held to the truth here.
_MIN_ANSWERS = 5
_MIN_CHOICES = 5

_MASTERY = """
    SELECT identifier, skill_id, p_mastery, n_attempts, p_low, p_high
    FROM estimates.student_skill INNER JOIN dimensional.dim_student USING (student_key)
    ORDER BY ALL
"""
_LIKES = """
    SELECT identifier, value, n
    FROM marts.mart_student_interest INNER JOIN dimensional.dim_student USING (student_key)
    WHERE dimension = 'topic'
    ORDER BY ALL
"""


class Estimated(NamedTuple):
    """An estimate of mastery to compare with the truth."""

    identifier: str
    """As dim_student has it: homePage, a space, name; or the mbox."""
    skill_id: str
    p_mastery: float
    n_attempts: int
    p_low: float | None = None
    """Ends of the 80 % interval; None where unknown."""
    p_high: float | None = None


class Liked(NamedTuple):
    """How often a student turned to a topic by choice."""

    identifier: str
    topic: str
    n: int


@dataclass(frozen=True)
class Recovery:
    """How near the estimates are to the truth; None where there are too few to say."""

    n_estimates: int
    """Student and skill pairs with five answers or more."""
    mastery_correlation: float | None
    """Pearson's r of estimated with true mastery over these."""
    mastery_mean_error: float | None
    """Mean absolute difference of the two."""
    mastery_rank_correlation_within_student: float | None
    """Mean over students of Spearman's rho over their skills: is it right about what they are good at?"""
    interval_coverage: float | None
    """Share of these whose true mastery lies within the 80 % interval, which should contain 80 % of them."""
    n_interest_students: int
    """Students with five free choices or more."""
    interest_hit_rate: float | None
    """Share of these whose most chosen topic is among their two truly liked best."""


def recovery_of(warehouse: Warehouse, truth: Path) -> Recovery:
    """Compare the estimates in the warehouse of a simulated class with the truth."""
    return compare(
        truth,
        [Estimated(*row) for row in warehouse.rows(_MASTERY)],
        [Liked(*row) for row in warehouse.rows(_LIKES)],
    )


def compare(truth: Path, estimates: Iterable[Estimated], likes: Iterable[Liked]) -> Recovery:
    """Compare estimates with the truth.

    Args:
        truth: folder of truth files, as `simulate` writes it.
        estimates: mastery per student and skill.
        likes: free choices per student and topic.
    """
    numbers = numbers_of(truth)
    true = {
        (row["student_number"], row["skill"]): row
        for row in pq.read_table(truth / "student_skill.parquet").to_pylist()
    }
    known = [
        (one, true[numbers[one.identifier], one.skill_id]["mastery"])
        for one in estimates
        if one.n_attempts >= _MIN_ANSWERS
        and (numbers.get(one.identifier), one.skill_id) in true
        and true[numbers[one.identifier], one.skill_id]["mastery"] is not None
    ]
    pairs = [(numbers[one.identifier], one.p_mastery, mastery) for one, mastery in known]
    estimated, real = np.array([pair[1] for pair in pairs]), np.array([pair[2] for pair in pairs])
    hits = _interest_hits(truth, numbers, likes)
    return Recovery(
        n_estimates=len(pairs),
        mastery_correlation=_correlation(estimated, real),
        mastery_mean_error=float(np.abs(estimated - real).mean()) if pairs else None,
        mastery_rank_correlation_within_student=_within(pairs),
        interval_coverage=_coverage(known),
        n_interest_students=len(hits),
        interest_hit_rate=sum(hits) / len(hits) if hits else None,
    )


def numbers_of(truth: Path) -> dict[str, int]:
    """Number of each student by identifier."""
    rows = pq.read_table(truth / "student.parquet").to_pylist()
    return {identifier_of(row["mbox"], row["home_page"], row["account_name"]): row["number"] for row in rows}


def identifier_of(mbox: str | None, home_page: str | None, account_name: str | None) -> str:
    """The identifier by which a warehouse knows a student."""
    return mbox or f"{home_page} {account_name}"


def _interest_hits(truth: Path, numbers: Mapping[str, int], likes: Iterable[Liked]) -> list[bool]:
    weights: dict[int, list[tuple[float, str]]] = {}
    for row in pq.read_table(truth / "student_interest.parquet").to_pylist():
        weights.setdefault(row["student_number"], []).append((row["weight"], row["topic"]))
    chosen: dict[str, list[tuple[int, str]]] = {}
    for like in likes:
        chosen.setdefault(like.identifier, []).append((like.n, like.topic))
    return [
        max(topics)[1] in {topic for _, topic in sorted(weights[numbers[identifier]], reverse=True)[:2]}
        for identifier, topics in sorted(chosen.items())
        if identifier in numbers and sum(n for n, _ in topics) >= _MIN_CHOICES
    ]


def _coverage(known: list[tuple[Estimated, float]]) -> float | None:
    """Share of true masteries within the interval, among those that have one."""
    held = [
        one.p_low <= mastery <= one.p_high
        for one, mastery in known
        if one.p_low is not None and one.p_high is not None
    ]
    return sum(held) / len(held) if held else None


def _within(pairs: list[tuple[int, float, float]]) -> float | None:
    by_student: dict[int, list[tuple[float, float]]] = {}
    for number, estimated, real in pairs:
        by_student.setdefault(number, []).append((estimated, real))
    values = [
        _correlation(_ranks([estimated for estimated, _ in skills]), _ranks([real for _, real in skills]))
        for skills in by_student.values()
        if len(skills) >= 4  # noqa: PLR2004 - below, a rank correlation says nothing
    ]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _ranks(values: list[float]) -> NDArray[np.float64]:
    """Ranks, those of equal values averaged."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts).astype(np.float64)
    ranks: NDArray[np.float64] = (ends - (counts - 1) / 2)[place]
    return ranks


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    if len(one) < 3 or not np.ptp(one) or not np.ptp(other):  # noqa: PLR2004 - two points always correlate
        return None
    return float(np.corrcoef(one, other)[0, 1])
