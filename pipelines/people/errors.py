"""What can go wrong when people are told apart or put together."""

from learnloom.pipelines.ingest.sources.errors import IngestError
from learnloom.schemas.errors import LearnloomError


class PersonError(LearnloomError):
    """Nobody, or more than one, goes by what was named, or it cannot be done with them."""


class PeopleFileError(IngestError):
    """A list of people or a roster is wrong; the message names the place in it."""
