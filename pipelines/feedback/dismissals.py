"""What was dismissed stays silent: the signal itself for good, and its like on the same thing for a while."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.signal import Audience, SignalKind

_DISMISSED: Final = "dismissed"


class Dismissals:
    """What was dismissed of what a student, and their teachers, were told."""

    def __init__(self, evidence: StudentEvidence, *, since: datetime) -> None:
        """Take the answers of a student; a dismissal after `since` silences the like of what was dismissed, too."""
        found = [answer for answer in evidence.responses if answer.response == _DISMISSED]
        self._gone = {answer.signal_id for answer in found}
        self._cooling = {
            (answer.signal_kind, answer.audience, answer.subject)
            for answer in found
            if answer.occurred_at > since
        }

    def silence(self, kind: SignalKind, audience: Audience, subject: str | None, ids: Iterable[str]) -> bool:
        """Whether a signal is not to be said, by what it is about and the ids that it has under the student's keys."""
        return not self._gone.isdisjoint(ids) or (kind.value, audience.value, subject) in self._cooling
