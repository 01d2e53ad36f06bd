"""Two kept model versions, held against each other on the same answers of the warehouse."""

from dataclasses import dataclass

import numpy as np

from learnloom.pipelines.evaluate.differences import Difference, differences
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.errors import NoSuchVersionError
from learnloom.pipelines.refresh.holdout import are_enough, holdout_predictions, is_after
from learnloom.pipelines.refresh.versions import ModelVersion, check_versions, list_versions


@dataclass(frozen=True)
class ComparedVersion:
    """One of the two versions."""

    version: ModelVersion
    n_seen: int
    """Of the answers by which both are judged, those given by the day as of which it was fitted: it was fitted on
    them, which favours it. An answer that came in later than that is counted too."""


@dataclass(frozen=True)
class VersionComparison:
    """What two versions say of the same answers, each from the student's earlier answers alone."""

    one: ComparedVersion
    other: ComparedVersion
    n_answers: int
    n_students: int
    are_new: bool
    """Whether neither has seen them; else they are all answers of the last refresh."""
    measures: list[Difference]
    """log_loss, auc, ece."""


def compare_versions(warehouse: Warehouse, one: int, other: int) -> VersionComparison:
    """Judge two versions by answers that neither has seen where there are enough, else by all.

    Args:
        warehouse: the warehouse, open for reading.
        one: number of a version.
        other: number of another; differences are told from the one to the other.

    Raises:
        UnreadableVersionsError: the warehouse was never refreshed, or last by an earlier learnloom.
        NoSuchVersionError: there is no such version; those that there are are named.
        CalibratorError: a version's text cannot be read.
    """
    check_versions(warehouse)
    versions = {version.model_version: version for version in list_versions(warehouse)}
    for number in (one, other):
        if number not in versions:
            raise NoSuchVersionError(
                f"there is no model version {number}: choose two of {', '.join(map(str, versions))}"
            )
    history, p = holdout_predictions(one, kept=warehouse.arrow, answers=warehouse.arrow)
    p_other = holdout_predictions(other, kept=warehouse.arrow, answers=warehouse.arrow)[1]
    is_unseen = [is_after(history, versions[number].fitted_as_of) for number in (one, other)]
    is_new = is_unseen[0] & is_unseen[1]
    are_new = are_enough(history.student[is_new])
    judged = is_new if are_new else np.ones(len(history), dtype=bool)
    student = history.student[judged]
    sides = [
        ComparedVersion(versions[number], int((judged & ~unseen).sum()))
        for number, unseen in zip((one, other), is_unseen, strict=True)
    ]
    return VersionComparison(
        one=sides[0],
        other=sides[1],
        n_answers=len(student),
        n_students=len(np.unique(student)),
        are_new=are_new,
        measures=differences(history.score[judged], student, p[judged], p_other[judged]),
    )
