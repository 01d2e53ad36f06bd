"""This week's messages to teachers, as lines for a terminal."""

from collections.abc import Mapping, Sequence

from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.feedback.language import ENGLISH
from learnloom.pipelines.feedback.track_record import describe_right
from learnloom.pipelines.serve.teacher_week import WeekMessage
from learnloom.schemas.signal import Signal


def say_week(
    out: Output, messages: Sequence[WeekMessage], names: Mapping[str, str], *, most: int | None = None
) -> None:
    """Say of whom teachers are told, one paragraph a student, and how many wait.

    Args:
        out: where it is said.
        messages: those that are told first.
        names: that the vault has of students, by their keys.
        most: so many at the most; None: all.
    """
    told = [message for message in messages if message.is_told]
    for message in told[:most]:
        head, *others = message.signals
        name = names.get(message.student_key) or message.student_name or message.student_key
        out.say(f"{name}: {_said(head)}", *(f"  Also: {_said(other)}" for other in others))
    if not told:
        out.say("Nobody, as far as is known.")
    rest = len(told) - len(told[:most])
    if rest:
        out.say(f"And {rest} more this week.")
    waiting = len(messages) - len(told)
    if waiting:
        out.say(
            f"{waiting} more {'waits' if waiting == 1 else 'wait'} for another week; nothing urgent is among them."
        )


def _said(signal: Signal) -> str:
    """A signal's sentence, and how often its like were right, where that is known."""
    if signal.p_right is None:
        return signal.sentence
    return f"{signal.sentence} {describe_right(signal.p_right, ENGLISH)}"
