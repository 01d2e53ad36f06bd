"""What can go wrong between us and Kafka, each said so that the reader can act."""

from collections.abc import Sequence

from learnloom.pipelines.ingest.sources.errors import IngestError
from learnloom.schemas.record import Fault


class KafkaSettingsError(IngestError):
    """A setting about Kafka cannot be used, or the broker refuses what it says: trying again does not help."""


class BrokerUnavailableError(IngestError):
    """No broker answers, which may pass."""


class TopicMissingError(IngestError):
    """A topic does not exist."""


class OffsetsLostError(IngestError):
    """The topic does not hold any more what comes after a stored position: somebody has to decide how to go on."""


class TooManyDeadLettersError(IngestError):
    """Most of what comes is refused: landing stops before a topic is emptied into the dead letters."""


class DeliveryError(IngestError):
    """The broker did not take a statement; it may be sent again, for the same statement twice does no harm."""

    def __init__(self, message: str, statement: bytes, *, is_too_large: bool) -> None:
        """Keep the statement, so that it can be sent again.

        Args:
            message: what went wrong, and what to do.
            statement: the bytes that were to be sent.
            is_too_large: whether it is this statement that cannot be taken; else any other would have failed too.
        """
        super().__init__(message)
        self.statement = statement
        self.is_too_large = is_too_large


class StatementRefusedError(IngestError):
    """A statement was checked before it was sent, and is not valid."""

    def __init__(self, message: str, statement: bytes, faults: Sequence[Fault]) -> None:
        """Keep the statement and everything that is wrong with it."""
        super().__init__(message)
        self.statement = statement
        self.faults = tuple(faults)
