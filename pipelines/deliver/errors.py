"""What can go wrong in delivering."""

from schemas.errors import LearnloomError


class DeliveryError(LearnloomError):
    """Delivery cannot be done as it was asked for."""


class UndeliveredError(DeliveryError):
    """One event was not taken; it may be taken later."""

    def __init__(
        self,
        message: str,
        *,
        wait_seconds: float | None = None,
        is_unreachable: bool = False,
        is_gone: bool = False,
    ) -> None:
        """Say why, and what it means for what comes after it.

        Args:
            message: why it was not taken.
            wait_seconds: how long the receiver asks to wait.
            is_unreachable: nobody answered: the others need not be tried now.
            is_gone: the receiver wants nothing any more (HTTP 410).
        """
        super().__init__(message)
        self.wait_seconds = wait_seconds
        self.is_unreachable = is_unreachable
        self.is_gone = is_gone


class SubscriptionMissingError(DeliveryError):
    """No subscription goes by that name."""
