"""What both generations of Moodle's plugin logstore_xapi have in common: addresses, people, sittings."""

from collections.abc import Callable
from typing import Any, Final

from learnloom.pipelines.simulate.dialects.acts import Act
from learnloom.pipelines.simulate.dialects.dialect import Memory, Person, Told
from learnloom.pipelines.simulate.dialects.school import Thing, site, uuid_of
from learnloom.pipelines.simulate.dialects.sittings import (
    Sitting,
    close_sitting,
    left_open,
    open_sitting,
    quiz_of,
    sitting_of,
)
from learnloom.pipelines.simulate.config import DAY_MS
from learnloom.schemas import vocabulary as xapi

SITE: Final = site("moodle")
LMS: Final = "http://id.tincanapi.com/activitytype/lms"
# A sitting that nobody hands in is handed in by the platform when its time is over.
TIME_LIMIT_MS: Final = 3_600_000

_PAGES: Final = {
    xapi.COURSE: "course/view.php?id={n}",
    xapi.MODULE: "course/section.php?id={n}",
    xapi.VIDEO: "mod/resource/view.php?id={n}",
    xapi.READING: "mod/page/view.php?id={n}",
    xapi.ASSESSMENT: "mod/quiz/view.php?id={n}",
    xapi.ASSIGNMENT: "mod/assign/view.php?id={n}",
    xapi.FORUM_TOPIC: "mod/forum/view.php?id={n}",
    xapi.INTERACTION: "question/question.php?cmid={quiz}&id={n}",
}


def address(thing: Thing) -> str:
    """The page of an activity, which is its id in statements."""
    quiz = thing.quiz.number if thing.quiz else 0
    return f"{SITE}/{_PAGES[thing.kind].format(n=thing.number, quiz=quiz)}"


def sitting_address(sitting: Sitting) -> str:
    """The page of one sitting at a quiz."""
    return f"{SITE}/mod/quiz/attempt.php?attempt={sitting.number}&cmid={sitting.quiz.number}"


def actor(person: Person) -> dict[str, Any]:
    """A user by number in the site's database."""
    return {"name": person.name, "account": {"homePage": SITE, "name": str(person.number)}}


def session(act: Act) -> str:
    """The registration that the plugin makes of the login session: one for each day of a student."""
    return uuid_of(act.actor, act.at_ms // DAY_MS)


Tell = Callable[[Act, Memory, Sitting], list[Told]]


class Sittings:
    """Sittings as Moodle has them: answers are told when the sitting is handed in, all at that moment.

    A question that is answered again ends the sitting, and a new one begins.
    """

    def __init__(self, begun: Tell, handed_in: Callable[[Memory, Sitting, int], list[Told]]) -> None:
        self._begun = begun
        self._handed_in = handed_in

    def begin(self, act: Act, memory: Memory) -> list[Told]:
        """A quiz is opened."""
        told = self.end(act, memory)
        return [*told, *self._begun(act, memory, open_sitting(act, memory))]

    def answer(self, act: Act, memory: Memory) -> list[Told]:
        """A question is answered, in the open sitting or in a new one."""
        told: list[Told] = []
        sitting = sitting_of(act, memory)
        if sitting is None or sitting.quiz is not quiz_of(act, memory) or sitting.has_answered(act.activity):
            told = self.begin(act, memory)
            sitting = sitting_of(act, memory)
            assert sitting is not None
        sitting.answers.append(act)
        sitting.last = act
        return told

    def end(self, act: Act, memory: Memory) -> list[Told]:
        """The open sitting is handed in, where there is one."""
        sitting = close_sitting(act, memory)
        return self._handed_in(memory, sitting, act.at_ms) if sitting else []

    def close_day(self, memory: Memory, at_ms: int) -> list[Told]:  # noqa: ARG002
        """The platform hands in what was left open."""
        return [
            told
            for sitting in left_open(memory)
            for told in self._handed_in(memory, sitting, sitting.last.at_ms + TIME_LIMIT_MS)
        ]
