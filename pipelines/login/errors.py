"""Why somebody is not let in."""

from learnloom.schemas.errors import LearnloomError


class LoginRefusedError(LearnloomError):
    """Somebody is not let in; the page says why, and what to do."""

    def __init__(
        self, check: str, reason: str, *, status: int = 403, retry: dict[str, str] | None = None
    ) -> None:
        """Refuse.

        Args:
            check: the check that failed, in a word.
            reason: a sentence for whoever sees the page.
            status: of HTTP.
            retry: what to send to begin again in a window of its own; None: that would not help.
        """
        super().__init__(reason)
        self.check = check
        self.status = status
        self.retry = retry


class LoginSettingsError(LearnloomError):
    """There is no login with these settings."""
