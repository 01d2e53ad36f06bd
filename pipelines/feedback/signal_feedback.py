"""What comes back: signals that were dismissed stay silent for a while, and following a check-in is contact."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from learnloom.pipelines.feedback.rule_context import RuleContext
from learnloom.schemas.signal import Audience, Signal, SignalKind

_DISMISSED: Final = "dismissed"
_FOLLOWED: Final = "followed"


def still_wanted(ctx: RuleContext, said: Iterable[Signal]) -> Iterator[Signal]:
    """Leave out what was dismissed: the signal itself for good, and its like on the same thing for `cool_down_days`.

    Args:
        ctx: the student's.
        said: all signals that the rules give.
    """
    dismissed = [answer for answer in ctx.evidence.responses if answer.response == _DISMISSED]
    if not dismissed:
        yield from said
        return
    gone = {answer.signal_id for answer in dismissed}
    since = ctx.as_of - timedelta(days=ctx.thresholds.cool_down_days)
    cooling = {
        (answer.signal_kind, answer.audience, answer.subject)
        for answer in dismissed
        if answer.occurred_at > since
    }
    for signal in said:
        like = (signal.kind.value, signal.audience.value, signal.subject)
        ids = {signal.signal_id} | ctx.other_ids[signal.signal_id]
        if not ids & gone and like not in cooling:
            yield signal


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
