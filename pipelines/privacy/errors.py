"""What can go wrong when a student is erased."""

from learnloom.pipelines.lake.errors import WarehouseError


class ErasureError(WarehouseError):
    """A student cannot be erased, or a receipt does not hold; the message says what to do."""
