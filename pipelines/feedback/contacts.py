"""What comes back from teachers: following a call to talk to the student is contact."""

from datetime import datetime
from typing import Final

from learnloom.pipelines.feedback.rule_context import RuleContext
from learnloom.schemas.signal import Audience, SignalKind

_FOLLOWED: Final = "followed"


def contacts(ctx: RuleContext) -> list[datetime]:
    """When a teacher followed a call to talk to the student, or told of another contact."""
    told = [voice.occurred_at for voice in ctx.evidence.voices if voice.voice_kind == "contacted"]
    return told + [
        answer.occurred_at
        for answer in ctx.evidence.responses
        if answer.response == _FOLLOWED
        and answer.audience == Audience.TEACHER
        and answer.signal_kind in (SignalKind.CHECK_IN, SignalKind.WANTS_TO_TALK)
    ]
