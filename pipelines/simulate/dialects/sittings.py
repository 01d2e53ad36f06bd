"""Sittings at a quiz: what was answered from its opening to its being handed in."""

from dataclasses import dataclass, field
from typing import Any, Final

from learnloom.pipelines.simulate.dialects.acts import Act
from learnloom.pipelines.simulate.dialects.dialect import Memory
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
        return sum(answer.result["success"] for answer in self.answers) / max(1, len(self.answers))

    @property
    def name(self) -> str:
        """The name of the sitting, as platforms that make it an activity call it."""
        return f"{self.quiz.name} Attempt {self.number}"

    def has_answered(self, question: str) -> bool:
        """Whether the question was answered in this sitting."""
        return any(answer.activity == question for answer in self.answers)


def quiz_of(act: Act, memory: Memory) -> Thing:
    """The quiz that an act is about: that of the question, or the object itself."""
    thing = memory.school[act.activity]
    return thing.quiz or thing


def sitting_of(act: Act, memory: Memory) -> Sitting | None:
    """The open sitting of the student, whatever the quiz; None where there is none."""
    sitting: Sitting | None = memory.of(act).get(_OPEN)
    return sitting


def open_sitting(act: Act, memory: Memory) -> Sitting:
    """Begin a sitting at the quiz that the act is about; whatever was open has to be closed before."""
    sitting = Sitting(memory.count("sittings"), quiz_of(act, memory), act, act)
    memory.of(act)[_OPEN] = sitting
    return sitting


def close_sitting(act: Act, memory: Memory) -> Sitting | None:
    """End the open sitting of the student, and give it; None where there is none."""
    sitting: Sitting | None = memory.of(act).pop(_OPEN, None)
    return sitting


def left_open(memory: Memory) -> list[Sitting]:
    """End all sittings that nobody handed in, and give them in the order of their beginning."""
    found: list[Sitting] = [
        state.pop(_OPEN) for state in memory.of_student.values() if _OPEN in state
    ]
    return sorted(found, key=lambda sitting: sitting.number)


def seconds(milliseconds: float) -> str:
    """A duration in ISO 8601, whole seconds as platforms count them and one at the least."""
    return f"PT{max(1, round(milliseconds / 1000))}S"


def raw_score(share: float, points: int = POINTS) -> dict[str, Any]:
    """A score in points from 0, without `scaled`."""
    return {"raw": round(share * points, 5), "min": 0, "max": points}
