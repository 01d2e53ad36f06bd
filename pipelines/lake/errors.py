"""What can go wrong with the warehouse, each said so that the reader can act."""

from typing import Self

from learnloom.schemas.errors import LearnloomError


class WarehouseError(LearnloomError):
    """The warehouse cannot do what was asked."""


class WarehouseMissingError(WarehouseError):
    """There is no warehouse at the place named."""

    @classmethod
    def at(cls, place: object) -> Self:
        """Say where there is none, and what to do."""
        return cls(
            f"no warehouse at {place}: import statements first (learnloom import PATH), "
            "or point LEARNLOOM_WAREHOUSE at the right folder"
        )


class WarehouseOutdatedError(WarehouseError):
    """The tables are those of another release: the next refresh makes them anew."""


class WarehouseBusyError(WarehouseError):
    """Other writers kept the warehouse for longer than we were told to wait."""


class WarehouseUnavailableError(WarehouseError):
    """Disk, catalogue's server or object store is in trouble, which may pass: the work can be done again later."""


class PositionConflictError(WarehouseError):
    """Another process has landed records of this partition since its position was read."""


class SnapshotExpiredError(WarehouseError):
    """The changes since a snapshot cannot be told: it is older than what is kept."""


class OvertakenError(WarehouseError):
    """Another process has changed what this work was planned from: nothing is wrong, it is planned and done again."""
