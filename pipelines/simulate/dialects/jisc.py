"""Blackboard by Jisc's recipes: a course is a course area, work handed in is completed, and `scaled` stays 0."""

from typing import Any, Final

from learnloom.pipelines.simulate.dialects.acts import Act, ActKind
from learnloom.pipelines.simulate.dialects.dialect import (
    Dialect,
    Memory,
    PlatformPerson,
    PlatformStatement,
    activity,
    interaction,
    person_of,
    verb,
)
from learnloom.pipelines.simulate.dialects.school import Thing, site
from learnloom.pipelines.simulate.dialects.sittings import quiz_of
from learnloom.schemas import vocabulary as xapi

_SITE: Final = site("blackboard")
_JISC: Final = "http://xapi.jisc.ac.uk"
_AREA: Final = f"{_JISC}/courseArea"
_CONTENT: Final = f"{_JISC}/vle/content"
_POST: Final = f"{_JISC}/forum-post"
_QUIZ: Final = f"{_JISC}/vle/quiz"
_DUE: Final = f"{_JISC}/dueDate"
_VIEWED: Final = verb("http://id.tincanapi.com/verb/viewed", "viewed")
_STARTED: Final = verb("http://activitystrea.ms/schema/1.0/start", "started")
_COMPLETED: Final = verb(xapi.COMPLETED, "completed")
_SCORED: Final = verb(xapi.SCORED, "scored")
_ANSWERED: Final = verb(xapi.ANSWERED, "answered")
_CREATED: Final = verb("http://activitystrea.ms/schema/1.0/create", "create")
_POINTS: Final = 100


def _actor(whom: PlatformPerson) -> dict[str, Any]:
    account = {"homePage": _SITE, "name": f"{whom.number}"}
    return {"objectType": "Agent", "name": whom.name, "account": account}


def _address(thing: Thing) -> str | None:
    course = f"course_id=_{thing.course.number}_1"
    if thing.kind == xapi.COURSE:
        return f"{_SITE}/webapps/blackboard/execute/courseMain?course_id={thing.number}&sc="
    if thing.kind == xapi.ASSIGNMENT:
        return f"{_SITE}/webapps/gradebook/do/instructor/enterGradeCenter?{course}&cvid=_{thing.number}_1"
    if thing.quiz is not None:
        return f"{_address(thing.quiz)}&question_id=_{thing.number}_1"
    if thing.kind == xapi.ASSESSMENT:
        return f"{_SITE}/webapps/assessment/take/launchAssessment.jsp?{course}&content_id=_{thing.number}_1"
    if thing.kind == xapi.FORUM_TOPIC:
        return f"{_SITE}/webapps/discussionboard/do/forum?{course}&forum_id=_{thing.number}_1"
    return _content(thing)


def _area(thing: Thing) -> dict[str, Any]:
    return activity(f"{_address(thing.course)}", _AREA, thing.course.name)


def _told(
    act: Act,
    verb_: dict[str, Any],
    object_: dict[str, Any],
    thing: Thing,
    *,
    result: dict[str, Any] | None = None,
    parent: str | None = None,
    more: dict[str, Any] | None = None,
) -> PlatformStatement:
    """A statement, grouped by the course area."""
    area = {"id": _address(thing.course), f"{_JISC}/vle_mod_id": f"MOD_{thing.course.number}"}
    places: dict[str, Any] = {
        "grouping": [_area(thing)],
        **({"parent": [activity(parent)]} if parent else {}),
    }
    body: dict[str, Any] = {
        "version": "1.0.0",
        "actor": _actor(person_of(act)),
        "verb": verb_,
        "object": object_,
        **({"result": result} if result else {}),
        "context": {
            "platform": "Blackboard",
            "contextActivities": places,
            "extensions": {_AREA: area, f"{_JISC}/recipeVersion": "1.0"},
            **(more or {}),
        },
    }
    return PlatformStatement(act.at_ms, body)


def _content(thing: Thing) -> str:
    """The page on which a piece of content stands; work has another id in the gradebook."""
    course = f"course_id=_{thing.course.number}_1"
    return f"{_SITE}/webapps/blackboard/content/listContent.jsp?{course}&content_id=_{thing.number}_1"


def _seen(act: Act, memory: Memory) -> list[PlatformStatement]:
    thing = memory.school[act.activity]
    return [_told(act, _VIEWED, activity(_content(thing), _CONTENT, thing.name), thing)]


def _begun(act: Act, memory: Memory) -> list[PlatformStatement]:
    quiz = memory.school[act.activity]
    return [_told(act, _STARTED, activity(f"{_address(quiz)}", _QUIZ, quiz.name), quiz)]


def _score(share: float, points: int) -> dict[str, Any]:
    """A score as the plugin sends it: points out of a hundred, and a `scaled` that stays 0."""
    return {"scaled": 0, "raw": round(share * points, 2), "min": 0, "max": points}


def _quiz_done(act: Act, memory: Memory) -> list[PlatformStatement]:
    quiz = memory.school[act.activity]
    score = act.score
    result: dict[str, Any] = {"completion": True}
    if score:
        # The recipe's scaled is right; only that of the gradebook is not.
        result["score"] = {**_score(score["scaled"], _POINTS), "scaled": score["scaled"]}
    object_ = activity(f"{_address(quiz)}", _QUIZ, quiz.name)
    return [_told(act, _COMPLETED, object_, quiz, result=result)]


def _answer(act: Act, memory: Memory) -> list[PlatformStatement]:
    question, quiz = memory.school[act.activity], quiz_of(act, memory)
    points = int(act.result["success"])
    result = {
        "score": {"scaled": points, "raw": points, "min": 0, "max": 1},
        "success": act.result["success"],
        "response": act.result["response"],
    }
    object_ = activity(
        f"{_address(question)}", xapi.INTERACTION, question.name, **interaction(act, "interactionType")
    )
    return [_told(act, _ANSWERED, object_, question, result=result, parent=_address(quiz))]


def _work(thing: Thing) -> dict[str, Any]:
    due = {_DUE: thing.definition["extensions"][xapi.DUE_AT]}
    return activity(f"{_address(thing)}", xapi.ASSESSMENT, thing.name, extensions=due)


def _submitted(act: Act, memory: Memory) -> list[PlatformStatement]:
    """What is handed in is completed, and not complete: it has no score yet."""
    thing = memory.school[act.activity]
    return [_told(act, _COMPLETED, _work(thing), thing, result={"completion": False})]


def _graded(act: Act, memory: Memory) -> list[PlatformStatement]:
    thing = memory.school[act.activity]
    share = act.score["scaled"]
    score = _score(share, _POINTS)
    result = {"score": score, "completion": True, "extensions": {f"{_JISC}/grade": f"{score['raw']:g}"}}
    return [_told(act, _SCORED, _work(thing), thing, result=result)]


def _posted(act: Act, memory: Memory) -> list[PlatformStatement]:
    """Every contribution is a post; its parent is the forum where it opens a thread, else the thread."""
    forum = memory.school[act.activity]
    number = memory.count("posts")
    object_ = activity(f"{_address(forum)}&message_id=_{number}_1", _POST, "Forum post")
    thread = memory.of_school.get(f"thread {forum.iri}")
    if act.kind == ActKind.ASKED:
        memory.of_school[f"thread {forum.iri}"] = object_["id"]
        thread = None
    parent = thread or f"{_address(forum)}"
    return [_told(act, _CREATED, object_, forum, parent=parent, result={"response": act.result["response"]})]


DIALECT: Final = Dialect(
    name="jisc",
    platform="Blackboard, recipes of Jisc",
    special=(
        "A course is a course area; work that is handed in is `completed`; the scaled score of work "
        "is always 0; contributions are posts."
    ),
    source="https://github.com/jiscdev/xapi",
    actor=_actor,
    activity=_address,
    tellers={
        ActKind.QUIZ_BEGUN: _begun,
        ActKind.QUIZ_DONE: _quiz_done,
        ActKind.PRACTICE_DONE: _quiz_done,
        ActKind.ANSWER: _answer,
        ActKind.VIDEO_BEGUN: _seen,
        ActKind.READ: _seen,
        ActKind.WORK_BEGUN: _seen,
        ActKind.WORK_SUBMITTED: _submitted,
        ActKind.WORK_SCORED: _graded,
        ActKind.FEEDBACK_READ: _seen,
        ActKind.ASKED: _posted,
        ActKind.COMMENTED: _posted,
        ActKind.RESPONDED: _posted,
    },
    seen_only=frozenset({ActKind.VIDEO_BEGUN, ActKind.READ, ActKind.WORK_BEGUN, ActKind.FEEDBACK_READ}),
)
