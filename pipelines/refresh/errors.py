"""What can go wrong in a refresh, and between warehouse and learner model."""

from learnloom.schemas.errors import LearnloomError


class NoSuchVersionError(LearnloomError):
    """A model version was asked for that does not exist."""


class BackfillError(LearnloomError):
    """A refresh was asked for what landed since a day, and that day or what else was asked for cannot be meant."""


class DayError(LearnloomError):
    """A refresh was asked for a day that is none."""


class UnreadableVersionsError(LearnloomError):
    """No model version can be read."""


class ClusterError(LearnloomError):
    """The processes or machines that are to compute students cannot be used, or were lost."""


class OtherCodeError(LearnloomError):
    """Who is to compute students has another learnloom than who asks for it."""
