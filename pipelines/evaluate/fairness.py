"""Is the model as good for every group of students? An audit: groups never become part of the model.

Every figure is that of one group; ABROCA holds it against all other students of known group.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.abroca import N_PERMUTATIONS, Abroca, abroca
from learnloom.pipelines.evaluate.figure import ENOUGH_GROUP, Enough, Figure
from learnloom.pipelines.evaluate.figures import figures
from learnloom.pipelines.evaluate.groups import Grouping
from learnloom.pipelines.evaluate.predictions import Predictions
from learnloom.pipelines.evaluate.resample import N_RESAMPLES
from learnloom.pipelines.evaluate.share import share


@dataclass(frozen=True, slots=True)
class Flags:
    """What is done with predictions, one entry per row."""

    is_flagged: NDArray[np.bool_]
    """The prediction calls for help."""
    is_due: NDArray[np.bool_]
    """Help would have been right: the answer was wrong, the student did not pass."""
    meaning: str
    """In words, such as "p below 0.70"."""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """How predictions fare for one group."""

    grouping: str
    group: str
    n: int
    n_students: int
    auc: Figure
    ece: Figure
    gap: Figure
    """Mean outcome minus mean prediction: above 0, more came than was said."""
    flag_rate: Figure
    true_positive_rate: Figure
    """Of the rows for which help was due, the share that was flagged."""
    false_positive_rate: Figure
    """Of all other rows, the share that was flagged."""
    abroca: Abroca


@dataclass(frozen=True, slots=True)
class Audit:
    """What the figures of groups are reckoned with."""

    enough: Enough = ENOUGH_GROUP
    row: str = "answer"
    n_resamples: int = N_RESAMPLES
    n_permutations: int = N_PERMUTATIONS
    seed: int = 0


def fairness(
    found: Predictions, flags: Flags, groupings: list[Grouping], audit: Audit
) -> Iterator[GroupFigures]:
    """Give the figures of every group of every grouping.

    Args:
        found: the predictions, their clusters as in the groupings.
        flags: whom the predictions call to attention.
        groupings: ways in which students are divided.
        audit: how much is enough, and how often is drawn.
    """
    for grouping in groupings:
        is_known = np.isin(found.cluster, list(grouping.group_of))
        for group in grouping.groups:
            members = np.array(grouping.members(group), dtype=np.int64)
            yield _of_group(
                found, flags, audit, grouping=grouping.name, group=group, members=members, is_known=is_known
            )


def _of_group(
    found: Predictions,
    flags: Flags,
    audit: Audit,
    *,
    grouping: str,
    group: str,
    members: NDArray[np.int64],
    is_known: NDArray[np.bool_],
) -> GroupFigures:
    is_in = np.isin(found.cluster, members)
    part = found.where(is_in)
    flagged, due = flags.is_flagged[is_in], flags.is_due[is_in]
    told = figures(part, enough=audit.enough, row=audit.row, n_resamples=audit.n_resamples, seed=audit.seed)

    def rate(above: NDArray[np.float64], of: NDArray[np.bool_], lowest: float = 0.0) -> Figure:
        return share(
            above * of,
            of.astype(np.float64),
            part.cluster,
            enough=audit.enough,
            row=audit.row,
            lowest=lowest,
            n_resamples=audit.n_resamples,
            seed=audit.seed,
        )

    everything = np.ones(len(part), dtype=np.bool_)
    return GroupFigures(
        grouping=grouping,
        group=group,
        n=len(part),
        n_students=part.n_clusters,
        auc=told.auc,
        ece=told.ece,
        gap=rate(part.label - part.p, everything, lowest=-1.0),
        flag_rate=rate(flagged.astype(np.float64), everything),
        true_positive_rate=rate(flagged.astype(np.float64), due),
        false_positive_rate=rate(flagged.astype(np.float64), ~due),
        abroca=_abroca(found.where(is_known), members, audit),
    )


def _abroca(known: Predictions, members: NDArray[np.int64], audit: Audit) -> Abroca:
    """ABROCA against the rest, where both are large enough."""
    is_in = np.isin(known.cluster, members)
    for part, whose in ((known.where(is_in), "of the group"), (known.where(~is_in), "of the rest")):
        missing = audit.enough.missing(len(part), part.n_clusters, audit.row)
        if missing:
            return Abroca(None, unknown=f"{missing} {whose}")
    return abroca(known, members, n_permutations=audit.n_permutations, seed=audit.seed)
