"""What can be wrong with what the feedback rules are given."""

from learnloom.schemas.errors import LearnloomError


class FeedbackError(LearnloomError):
    """The feedback rules cannot work on what they were given."""


class NaiveTimeError(FeedbackError):
    """A time has no time zone, so that no day can be told from it."""


class AudienceError(FeedbackError):
    """A rule speaks to somebody who is not to hear it."""


class SkillMissingError(FeedbackError):
    """No skill of the student, or more than one, goes by what was asked for."""


class ParameterError(FeedbackError):
    """A message was not given just what its text says."""
