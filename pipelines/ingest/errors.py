"""What can go wrong while statements are brought in, each said so that the reader can act."""

from schemas.errors import LearnloomError


class IngestError(LearnloomError):
    """Something could not be brought in."""


class InputError(IngestError):
    """One file or stream cannot be read (on); the others are not touched."""


class SkillFileError(IngestError):
    """A skills CSV is wrong; the message names line and column."""
