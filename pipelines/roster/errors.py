"""What can go wrong with rosters, and with who may see what."""

from learnloom.pipelines.ingest.sources.errors import IngestError
from learnloom.schemas.errors import LearnloomError


class RosterFileError(IngestError):
    """A roster is wrong; the message names the place in it."""


class MatchError(LearnloomError):
    """A login cannot be matched as it was told."""


class AccessError(LearnloomError):
    """A reader asks for what is not theirs. Whoever answers says "not found": what there is goes nobody else on."""
