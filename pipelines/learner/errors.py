"""What can be wrong with the input of the learner model."""

from schemas.errors import LearnloomError


class LearnerError(LearnloomError):
    """The learner model cannot work on what it was given."""


class HistoryShapeError(LearnerError):
    """The columns of a history do not fit together."""
