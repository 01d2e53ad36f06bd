"""Sittings at a quiz: what was answered from its opening to its being handed in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from learnloom.pipelines.simulate.dialects.acts import Act
from learnloom.pipelines.simulate.dialects.dialect import Memory, PlatformStatement
from learnloom.pipelines.simulate.dialects.school import Thing

_OPEN: Final = "open sitting"
# A platform counts whole points of this many.
POINTS: Final = 10


@dataclass
class Sitting:
    """One student at one quiz."""

    number: int
    """Counts the sittings of the school from 1."""
    quiz: Thing
    begun: Act
    """The act by which it was opened."""
    last: Act
    """The latest act in it."""
    answers: list[Act] = field(default_factory=list)

    @property
    def share_right(self) -> float:
        """Share of the answers that are right; 0 without an answer."""
        return sum(bool(answer.result["success"]) for answer in self.answers) / max(1, len(self.answers))

    def has_answered(self, question: str) -> bool:
        """Whether the question was answered in this sitting."""
        return any(answer.activity == question for answer in self.answers)


def quiz_of(act: Act, memory: Memory) -> Thing:
    """The quiz that an act is about: that of the question, or the object itself."""
    thing = memory.school[act.activity]
    return thing.quiz or thing


Ended = Callable[[Memory, Sitting, int, Act | None], list[PlatformStatement]]


class Sittings:
    """Opens and closes the sittings of all students in one dialect; each has one open at the most.

    Args:
        begun: what is told when one is opened.
        ended: what is told when one ends at an instant, by the act that ended it; by None where it was left open.
        idle_ms: how long after the latest act the platform ends what was left open.
        is_split: whether a question answered again ends the sitting and begins another.
    """

    def __init__(
        self,
        begun: Callable[[Memory, Sitting], list[PlatformStatement]],
        ended: Ended,
        *,
        idle_ms: int,
        is_split: bool = False,
    ) -> None:
        self._begun = begun
        self._ended = ended
        self._idle_ms = idle_ms
        self._is_split = is_split

    def begin(self, act: Act, memory: Memory) -> list[PlatformStatement]:
        """A quiz is opened; what was open ends."""
        told: list[PlatformStatement] = []
        left: Sitting | None = memory.of(act).get(_OPEN)
        if left is not None:
            told = self._ended(memory, left, min(act.at_ms, left.last.at_ms + self._idle_ms), None)
        sitting = Sitting(memory.count("sittings"), quiz_of(act, memory), act, act)
        memory.of(act)[_OPEN] = sitting
        return [*told, *self._begun(memory, sitting)]

    def answer(self, act: Act, memory: Memory) -> tuple[Sitting, list[PlatformStatement]]:
        """A question is answered: in which sitting, and what is told of its opening where it is a new one."""
        told: list[PlatformStatement] = []
        sitting: Sitting | None = memory.of(act).get(_OPEN)
        if (
            sitting is None
            or sitting.quiz is not quiz_of(act, memory)
            or (self._is_split and sitting.has_answered(act.activity))
        ):
            told = self.begin(act, memory)
            sitting = memory.of(act)[_OPEN]
        sitting.answers.append(act)
        sitting.last = act
        return sitting, told

    def end(self, act: Act, memory: Memory) -> list[PlatformStatement]:
        """The student is done with the quiz."""
        sitting: Sitting | None = memory.of(act).pop(_OPEN, None)
        return self._ended(memory, sitting, act.at_ms, act) if sitting is not None else []

    def close_day(self, memory: Memory, end_ms: int) -> list[PlatformStatement]:  # noqa: ARG002
        """The platform ends what was left open, in the order in which it was begun."""
        left: list[Sitting] = [state.pop(_OPEN) for state in memory.of_student.values() if _OPEN in state]
        left.sort(key=lambda sitting: sitting.number)
        return [
            told
            for sitting in left
            for told in self._ended(memory, sitting, sitting.last.at_ms + self._idle_ms, None)
        ]


def seconds(milliseconds: float) -> str:
    """A duration in ISO 8601, whole seconds as platforms count them and one at the least."""
    return f"PT{max(1, round(milliseconds / 1000))}S"


def raw_score(share: float, points: int = POINTS) -> dict[str, Any]:
    """A score in points from 0, without `scaled`."""
    return {"raw": round(share * points, 5), "min": 0, "max": points}
