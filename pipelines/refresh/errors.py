"""What can go wrong between warehouse and learner model."""

from schemas.errors import LearnloomError


class NoSuchVersionError(LearnloomError):
    """A model version was asked for that does not exist."""


class UnreadableVersionsError(LearnloomError):
    """No model version can be read."""
