"""What both generations of Moodle's plugin logstore_xapi have in common: addresses, people, sittings."""

from collections.abc import Callable
from typing import Any, Final

from learnloom.pipelines.simulate.config import DAY_MS
from learnloom.pipelines.simulate.dialects.acts import Act
from learnloom.pipelines.simulate.dialects.dialect import Memory, PlatformPerson, PlatformStatement
from learnloom.pipelines.simulate.dialects.school import Thing, site, uuid_of
from learnloom.pipelines.simulate.dialects.sittings import Sitting, Sittings
from learnloom.schemas import vocabulary as xapi

SITE: Final = site("moodle")
LMS: Final = "http://id.tincanapi.com/activitytype/lms"
# A sitting that nobody hands in is handed in by the platform when its time is over.
TIME_LIMIT_MS: Final = 3_600_000
# Written answers are sent without a verdict.
_WITHOUT_VERDICT: Final = "fill-in"

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


def actor(person: PlatformPerson) -> dict[str, Any]:
    """A user by number in the site's database."""
    return {"name": person.name, "account": {"homePage": SITE, "name": str(person.number)}}


def session(act: Act) -> str:
    """The registration that the plugin makes of the login session: one for each day of a student."""
    return uuid_of(act.actor, act.at_ms // DAY_MS)


def answer_result(answer: Act) -> dict[str, Any]:
    """The result of an answer: its text and whether it is the right one, without time and points."""
    kind, response = answer.definition["interactionType"], answer.result["response"]
    result = {"response": response, "completion": response != ""}
    if kind == _WITHOUT_VERDICT:
        return result
    extension = f"http://learninglocker.net/xapi/cmi/{kind}/response"
    return {**result, "success": answer.result["success"], "extensions": {extension: response}}


class Buffered:
    """Answers as Moodle tells them: all at the moment at which the sitting is handed in."""

    def __init__(
        self,
        begun: Callable[[Memory, Sitting], list[PlatformStatement]],
        handed_in: Callable[[Memory, Sitting, int], list[PlatformStatement]],
    ) -> None:
        def ended(memory: Memory, sitting: Sitting, at_ms: int, act: Act | None) -> list[PlatformStatement]:  # noqa: ARG001
            return handed_in(memory, sitting, at_ms)

        # To answer a question again is to begin the quiz again.
        self.sittings = Sittings(begun, ended, idle_ms=TIME_LIMIT_MS, is_split=True)

    def answer(self, act: Act, memory: Memory) -> list[PlatformStatement]:
        """Only the beginning of a new sitting is told at once."""
        return self.sittings.answer(act, memory)[1]
