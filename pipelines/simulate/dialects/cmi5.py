"""cmi5: sessions of assignable units, moved on by the LMS; activities carry no type, and no course."""

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
from learnloom.pipelines.simulate.dialects.school import Thing, site, uuid_of
from learnloom.pipelines.simulate.dialects.sittings import Sitting, Sittings, seconds
from learnloom.schemas import vocabulary as xapi

_CMI5: Final = "https://w3id.org/xapi/cmi5"
_CATEGORY: Final = {"id": f"{_CMI5}/context/categories/cmi5"}
_MOVES_ON: Final = {"id": f"{_CMI5}/context/categories/moveon"}
_EXTENSIONS: Final = f"{_CMI5}/context/extensions"
_MASTERY: Final = 0.6
_UNITS: Final = frozenset({xapi.ASSESSMENT, xapi.VIDEO, xapi.READING})
_ADL: Final = "http://adlnet.gov/expapi/verbs/"
_SATISFIED: Final = verb("https://w3id.org/xapi/adl/verbs/satisfied", "satisfied")


def _actor(whom: PlatformPerson) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": site("player"), "name": uuid_of("cmi5", whom.key)}}


def _address(thing: Thing) -> str | None:
    """The activity id that the LMS gives: below the course's, for a unit and for a block."""
    course = f"{site('player')}/course/{thing.course.number}"
    if thing.kind == xapi.COURSE:
        return course
    if thing.kind == xapi.MODULE:
        return f"{course}/block/{thing.number}"
    if thing.quiz is not None:
        return f"{_address(thing.quiz)}/question/{thing.number}"
    return f"{course}/au/{thing.number}" if thing.kind in _UNITS else None


def _published(thing: Thing) -> str:
    """The id that the author gave in the course structure."""
    return thing.iri.replace("https://", "https://publisher.", 1)


def _told(
    act: Act,
    verb_: dict[str, Any],
    unit: Thing,
    session: str,
    *,
    object_: dict[str, Any] | None = None,
    result: dict[str, Any] | None = None,
    moves_on: bool = False,
    is_defined: bool = True,
    at_ms: int | None = None,
) -> PlatformStatement:
    """A statement of one session of a unit; one that cmi5 does not define carries no category."""
    category = [_CATEGORY, _MOVES_ON] if moves_on else [_CATEGORY]
    places: dict[str, Any] = {
        "grouping": [activity(_published(unit))],
        **({"category": category} if is_defined else {}),
    }
    if object_ is not None and is_defined is False:
        places["parent"] = [activity(f"{_address(unit)}")]
    extensions: dict[str, Any] = {f"{_EXTENSIONS}/sessionid": session}
    if verb_["id"].endswith(("/launched", "/initialized")):
        extensions |= {
            f"{_EXTENSIONS}/launchmode": "Normal",
            f"{_EXTENSIONS}/moveon": "CompletedAndPassed" if unit.is_graded else "Completed",
            f"{_EXTENSIONS}/launchurl": f"{_published(unit)}/index.html",
        }
    if verb_["id"].endswith(("/passed", "/failed")):
        extensions[f"{_EXTENSIONS}/masteryscore"] = _MASTERY
    body: dict[str, Any] = {
        "actor": _actor(person_of(act)),
        "verb": verb_,
        "object": object_ or activity(f"{_address(unit)}"),
        **({"result": result} if result else {}),
        "context": {
            "registration": act.registration,
            "contextActivities": places,
            "extensions": extensions,
        },
    }
    return PlatformStatement(act.at_ms if at_ms is None else at_ms, body)


def _adl(name: str) -> dict[str, Any]:
    return verb(f"{_ADL}{name}", name)


def _session(sitting: Sitting) -> str:
    return uuid_of("cmi5 session", sitting.number)


def _begun(memory: Memory, sitting: Sitting) -> list[PlatformStatement]:  # noqa: ARG001
    """The LMS launches the unit, the unit begins."""
    return _launch(sitting.begun, sitting.quiz, _session(sitting))


def _launch(act: Act, unit: Thing, session: str) -> list[PlatformStatement]:
    return [_told(act, _adl(name), unit, session) for name in ("launched", "initialized")]


def _ended(memory: Memory, sitting: Sitting, at_ms: int, act: Act | None) -> list[PlatformStatement]:
    """Completed where the student came to the end; a graded unit is left only after its verdict."""
    unit, session, begun = sitting.quiz, _session(sitting), sitting.begun
    took = seconds(at_ms - begun.at_ms)
    told = []
    if act is not None:
        result = {"completion": True, "duration": took}
        told.append(_told(act, _adl("completed"), unit, session, result=result, moves_on=True, at_ms=at_ms))
        if unit.is_graded:
            memory.of(act)["awaits verdict"] = (session, took)
            return told
    told.append(_told(begun, _adl("terminated"), unit, session, result={"duration": took}, at_ms=at_ms + 500))
    return told


_SITTINGS: Final = Sittings(_begun, _ended, idle_ms=1000)


def _verdict(act: Act, memory: Memory) -> list[PlatformStatement]:
    """Passed or failed by the unit, its end, and whether the LMS counts the block as satisfied."""
    unit = memory.school[act.activity]
    session, took = memory.of(act).pop("awaits verdict")
    has_passed = act.result["success"]
    score = {key: act.score[key] for key in ("scaled", "raw", "min", "max")}
    result = {"score": score, "success": has_passed, "duration": took}
    told = [
        _told(act, _adl("passed" if has_passed else "failed"), unit, session, result=result, moves_on=True),
        _told(act, _adl("terminated"), unit, session, result={"duration": took}, at_ms=act.at_ms + 500),
    ]
    if has_passed and unit.module is not None:
        told.append(_satisfied(act, unit, session, unit.module, "block"))
    return told


def _satisfied(act: Act, unit: Thing, session: str, whole: Thing, kind: str) -> PlatformStatement:
    object_ = activity(f"{_address(whole)}", f"{_CMI5}/activitytype/{kind}")
    return _told(act, _SATISFIED, unit, session, object_=object_, at_ms=act.at_ms + 900)


def _answer(act: Act, memory: Memory) -> list[PlatformStatement]:
    """Answers are allowed statements: the category of cmi5 is forbidden to them."""
    sitting, told = _SITTINGS.answer(act, memory)
    question = memory.school[act.activity]
    sent = interaction(
        act, "description", "interactionType", "correctResponsesPattern", "choices", "source", "target"
    )
    object_ = activity(f"{_address(question)}", xapi.INTERACTION, question.name, **sent)
    result = {key: act.result[key] for key in ("success", "response", "duration")}
    return [
        *told,
        _told(
            act,
            _adl("answered"),
            sitting.quiz,
            _session(sitting),
            object_=object_,
            result=result,
            is_defined=False,
        ),
    ]


def _opened(act: Act, memory: Memory) -> list[PlatformStatement]:
    session = uuid_of("cmi5 session", "video", memory.count("videos"))
    memory.of(act)["video session"] = (session, act.at_ms)
    return _launch(act, memory.school[act.activity], session)


def _video_done(act: Act, memory: Memory) -> list[PlatformStatement]:
    session, begun_ms = memory.of(act)["video session"]
    result = {"completion": True, "duration": seconds(act.at_ms - begun_ms)}
    return [_told(act, _adl("completed"), memory.school[act.activity], session, result=result, moves_on=True)]


def _video_left(act: Act, memory: Memory) -> list[PlatformStatement]:
    session, begun_ms = memory.of(act).pop("video session")
    result = {"duration": seconds(act.at_ms - begun_ms)}
    return [_told(act, _adl("terminated"), memory.school[act.activity], session, result=result)]


def _read(act: Act, memory: Memory) -> list[PlatformStatement]:
    """A text is a unit of its own, which is completed by reading."""
    text = memory.school[act.activity]
    session = uuid_of("cmi5 session", "text", memory.count("texts"))
    took = {"duration": act.result["duration"]}
    return [
        *_launch(act, text, session),
        _told(act, _adl("completed"), text, session, result={"completion": True, **took}, moves_on=True),
        _told(act, _adl("terminated"), text, session, result=took),
    ]


def _course_done(act: Act, memory: Memory) -> list[PlatformStatement]:
    course = memory.school[act.activity]
    session = uuid_of("cmi5 session", "course", memory.count("courses"))
    return [_satisfied(act, course, session, course, "course")]


DIALECT: Final = Dialect(
    name="cmi5",
    platform="cmi5",
    special=(
        "Sessions of assignable units under one registration; activities have neither type nor "
        "course; the course shows in their ids, and when it is `satisfied`."
    ),
    source="https://github.com/AICC/CMI-5_Spec_Current",
    actor=_actor,
    activity=_address,
    tellers={
        ActKind.COURSE_PASSED: _course_done,
        ActKind.QUIZ_BEGUN: _SITTINGS.begin,
        ActKind.QUIZ_DONE: _SITTINGS.end,
        ActKind.PRACTICE_DONE: _SITTINGS.end,
        ActKind.QUIZ_PASSED: _verdict,
        ActKind.QUIZ_FAILED: _verdict,
        ActKind.ANSWER: _answer,
        ActKind.VIDEO_BEGUN: _opened,
        ActKind.VIDEO_DONE: _video_done,
        ActKind.VIDEO_LEFT: _video_left,
        ActKind.READ: _read,
    },
    seen_only=frozenset({ActKind.VIDEO_BEGUN, ActKind.VIDEO_LEFT}),
    close_day=_SITTINGS.close_day,
)
