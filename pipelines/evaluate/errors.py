"""What can be wrong with what is to be evaluated."""

from learnloom.schemas.errors import LearnloomError


class EvaluateError(LearnloomError):
    """Predictions cannot be held against what came."""


class PredictionsError(EvaluateError):
    """Outcomes, probabilities and students do not fit together."""


class AnswerSetError(EvaluateError):
    """A table of answers cannot be read as such."""


class GroupsError(EvaluateError):
    """A table of groups cannot be read as such."""
