"""What a warning that a student may not pass is made of: what counts, and the reasons that are told."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class RiskFeature(StrEnum):
    """What counts, each a column of the same name in dimensional.fact_course_progress; none says who a student is."""

    ELAPSED_SHARE = "elapsed_share"
    N_DUE = "n_due"
    N_SUBMITTED = "n_submitted"
    N_MISSED = "n_missed"
    N_AHEAD = "n_ahead"
    SUBMITTED_SHARE = "submitted_share"
    POINTS_SHARE = "points_share"
    MEAN_SCORE = "mean_score"
    MIN_SCORE = "min_score"
    LAST_SCORE = "last_score"
    N_LATE = "n_late"
    DAYS_LATE = "days_late"
    DAYS_SINCE_SUBMISSION = "days_since_submission"
    IS_LAST_MISSED = "is_last_missed"
    ENROLMENT_DAYS = "enrolment_days"
    ACTIVE_DAYS = "active_days"
    DAYS_SINCE_ACTIVE = "days_since_active"


class RiskTheme(StrEnum):
    """What a reason is about: features that say the same thing count as one."""

    HANDED_IN = "handed_in"
    POINTS = "points"
    LATENESS = "lateness"
    SUBMISSION_GAP = "submission_gap"
    ENROLMENT = "enrolment"
    ACTIVITY = "activity"


class RiskReason(NamedTuple):
    """One reason why the probability is above that of an average student at this point of a course."""

    theme: RiskTheme
    term: float
    """By how much it raises the logit of not passing; above 0."""
    usual: float | None
    """Mean, over the students from whom the model learned, of the figure that is told; None where none is known."""


class RiskEvidence(NamedTuple):
    """How a student stands in a course that goes on. Grain: student, course."""

    course_id: str
    course_name: str | None
    cutoff_at: datetime
    enrolled_days: float
    """Days since enrolment, or since the run began, whichever is later."""
    n_due: int
    n_submitted: int
    submitted_share: float | None
    points_share: float | None
    days_late: float | None
    days_since_submission: float | None
    is_last_missed: bool | None
    enrolment_days: float | None
    """Days from the beginning of the run; None where no plan tells of a run."""
    active_days: int | None
    days_since_active: float | None
    """None where there was no activity."""
    is_break: bool | None
    """Whether nothing was due for longer than a week, and than usual in the run; None where no plan tells."""
    p_not_passing: float | None
    """Calibrated; None where no run has ended from which it could be learned."""
    threshold: float | None
    """Probability from which a teacher is warned."""
    precision: float | None
    """Of those warned of at this point of a run, the share that did not pass; None where too few were."""
    reasons: Sequence[RiskReason]
    """The strongest first, three at the most."""
    evidence_ids: Sequence[str]
