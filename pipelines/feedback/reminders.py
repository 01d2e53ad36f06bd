"""Of which reviews a student is reminded: of those that are due, and anew whenever they come back after weeks."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.profile import SkillProfile
from learnloom.schemas.signal import SignalKind

_AWAY: Final = timedelta(days=14)
"""Between two days of activity so far apart the student was away."""
_LIFETIME: Final = timedelta(days=SIGNAL_KINDS[SignalKind.REVIEW_DUE].lifetime_days)


class Reminder(NamedTuple):
    """Of what, and since when."""

    skill: SkillProfile
    since: datetime
    """When the review came due, or the student came back since."""


def reminders(
    skills: Sequence[SkillProfile], evidence: StudentEvidence, *, as_of: datetime
) -> list[Reminder]:
    """Say of which reviews to remind now, those first that are most at risk of being forgotten.

    A review that was not followed in its signal's lifetime is not spoken of again before the student comes back.
    """
    here_since = _here_since(evidence, as_of)
    found = [
        Reminder(skill, max(skill.review_due_at, here_since))
        for skill in skills
        if skill.review_due_at is not None and skill.review_due_at <= as_of
    ]
    return sorted(
        (reminder for reminder in found if as_of < reminder.since + _LIFETIME),
        key=lambda reminder: (reminder.skill.p_due or 0.0, reminder.skill.skill_id),
    )


def _here_since(evidence: StudentEvidence, as_of: datetime) -> datetime:
    """When the student came back from the last time away, or first came: the start of a day of the school."""
    active = sorted(day.local_day for day in evidence.days)
    returns = [now for before, now in pairwise(active) if now - before >= _AWAY]
    first = returns[-1:] or active[:1]
    return datetime.combine(first[0], time.min, as_of.tzinfo) if first else evidence.first_seen_at
