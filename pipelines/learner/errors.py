"""What can be wrong with the input of the learner model."""

from learnloom.schemas.errors import LearnloomError


class LearnerError(LearnloomError):
    """The learner model cannot work on what it was given."""


class HistoryShapeError(LearnerError):
    """The columns of a history do not fit together."""


class ForestError(LearnerError):
    """Trees cannot be taken from a model, read from their text, or do not fit the features that they are given."""


class CalibratorError(LearnerError):
    """A model's text cannot be read: it is broken, or from a newer version."""


class RiskModelError(LearnerError):
    """A risk model's text cannot be read: it is broken, or of other features."""
