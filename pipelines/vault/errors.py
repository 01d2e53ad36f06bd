"""What can go wrong with names and consent."""

from learnloom.schemas.errors import LearnloomError


class VaultError(LearnloomError):
    """The vault cannot be used, or nobody in it is meant."""
