"""What can go wrong while statements are brought in, each said so that the reader can act."""

from learnloom.schemas.errors import LearnloomError


class IngestError(LearnloomError):
    """Something could not be brought in."""


class InputError(IngestError):
    """One file or stream cannot be read (on); the others are not touched."""


class ReassignedError(IngestError):
    """A source reads other partitions from now on: the positions are to be read again, and it is asked anew."""


class SkillFileError(IngestError):
    """A skills file is wrong; the message names the place in it."""


class PlanFileError(IngestError):
    """A course plan is wrong; the message names the line in it."""


class VocabularyFileError(IngestError):
    """A vocabulary file is wrong; the message names the rule in it."""
