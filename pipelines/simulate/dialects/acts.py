"""What a statement of the simulator tells: one act of one student, by its kind."""

from enum import StrEnum
from typing import Any, Final, NamedTuple

import orjson

from learnloom.schemas import vocabulary as xapi


class ActKind(StrEnum):
    """The kinds of act that students of a simulated class do, as counts and summaries name them."""

    ENROLLED = "enrolled"
    LEFT = "left the course"
    COURSE_PASSED = "passed the course"
    COURSE_FAILED = "failed the course"
    QUIZ_BEGUN = "quiz begun"
    QUIZ_DONE = "quiz done"
    PRACTICE_DONE = "practice done"
    QUIZ_PASSED = "quiz passed"
    QUIZ_FAILED = "quiz failed"
    ANSWER = "answer"
    HINT = "hint"
    VIDEO_BEGUN = "video begun"
    VIDEO_PLAYED = "video played"
    VIDEO_PAUSED = "video paused"
    VIDEO_SEEKED = "video seeked"
    VIDEO_DONE = "video done"
    VIDEO_LEFT = "video left"
    READ = "text read"
    WORK_BEGUN = "work begun"
    WORK_SUBMITTED = "work handed in"
    WORK_SCORED = "work scored"
    FEEDBACK_READ = "feedback read"
    ASKED = "question asked"
    COMMENTED = "comment"
    RESPONDED = "question answered"
    REVIEWED = "work reviewed"
    GOAL_SET = "goal set"
    GOAL_DROPPED = "goal dropped"
    CHOSE = "choice"
    PREFERRED = "preference"
    STATED_KNOWN = "known skill stated"


# Kinds by verb and type of object; a verb that means one thing only stands with None.
_KINDS: Final[dict[tuple[str, str | None], ActKind]] = {
    (xapi.REGISTERED, None): ActKind.ENROLLED,
    (xapi.UNREGISTERED, None): ActKind.LEFT,
    (xapi.PASSED, xapi.COURSE): ActKind.COURSE_PASSED,
    (xapi.FAILED, xapi.COURSE): ActKind.COURSE_FAILED,
    (xapi.INITIALIZED, xapi.ASSESSMENT): ActKind.QUIZ_BEGUN,
    (xapi.COMPLETED, xapi.ASSESSMENT): ActKind.PRACTICE_DONE,
    (xapi.PASSED, xapi.ASSESSMENT): ActKind.QUIZ_PASSED,
    (xapi.FAILED, xapi.ASSESSMENT): ActKind.QUIZ_FAILED,
    (xapi.ANSWERED, None): ActKind.ANSWER,
    (xapi.REQUESTED_HINT, None): ActKind.HINT,
    (xapi.INITIALIZED, xapi.VIDEO): ActKind.VIDEO_BEGUN,
    (xapi.VIDEO_PLAYED, None): ActKind.VIDEO_PLAYED,
    (xapi.VIDEO_PAUSED, None): ActKind.VIDEO_PAUSED,
    (xapi.VIDEO_SEEKED, None): ActKind.VIDEO_SEEKED,
    (xapi.COMPLETED, xapi.VIDEO): ActKind.VIDEO_DONE,
    (xapi.TERMINATED, xapi.VIDEO): ActKind.VIDEO_LEFT,
    (xapi.EXPERIENCED, xapi.READING): ActKind.READ,
    (xapi.INITIALIZED, xapi.ASSIGNMENT): ActKind.WORK_BEGUN,
    (xapi.SUBMITTED, None): ActKind.WORK_SUBMITTED,
    (xapi.SCORED, None): ActKind.WORK_SCORED,
    (xapi.EXPERIENCED, xapi.ASSIGNMENT): ActKind.FEEDBACK_READ,
    (xapi.ASKED, None): ActKind.ASKED,
    (xapi.COMMENTED, None): ActKind.COMMENTED,
    (xapi.RESPONDED, None): ActKind.RESPONDED,
    (xapi.REVIEWED, None): ActKind.REVIEWED,
    (xapi.SET_GOAL, None): ActKind.GOAL_SET,
    (xapi.DROPPED_GOAL, None): ActKind.GOAL_DROPPED,
    (xapi.CHOSE, None): ActKind.CHOSE,
    (xapi.PREFERRED, None): ActKind.PREFERRED,
    (xapi.STATED_KNOWN, None): ActKind.STATED_KNOWN,
}


class Act(NamedTuple):
    """One statement of the simulator, decoded."""

    kind: ActKind
    at_ms: int
    actor: dict[str, Any]
    activity: str
    """IRI of the object."""
    definition: dict[str, Any]
    """The object's definition, as our own vocabulary has it."""
    result: dict[str, Any]
    """Empty where there is none."""
    registration: str
    """Of the enrolment."""
    extensions: dict[str, Any]
    """Of the context."""

    @property
    def score(self) -> dict[str, Any]:
        """The result's score, empty where there is none."""
        score: dict[str, Any] = self.result.get("score", {})
        return score


def kind_of(statement: dict[str, Any]) -> ActKind:
    """The kind of act that a statement of the simulator tells.

    Raises:
        KeyError: the simulator says something that no kind of act stands for.
    """
    verb, kind = statement["verb"]["id"], statement["object"]["definition"]["type"]
    found = _KINDS.get((verb, None)) or _KINDS[verb, kind]
    if found == ActKind.PRACTICE_DONE and "score" in statement.get("result", {}):
        return ActKind.QUIZ_DONE
    return found


def read_act(line: str, at_ms: int) -> Act:
    """Decode one statement of the simulator.

    Raises:
        KeyError: as `kind_of`.
    """
    statement: dict[str, Any] = orjson.loads(line)
    context = statement["context"]
    return Act(
        kind=kind_of(statement),
        at_ms=at_ms,
        actor=statement["actor"],
        activity=statement["object"]["id"],
        definition=statement["object"]["definition"],
        result=statement.get("result", {}),
        registration=context["registration"],
        extensions=context.get("extensions", {}),
    )
