"""What is special about each platform, and has to be in its dialect: what it turns round, and what it never sends."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.schemas import vocabulary as xapi
from tests.pipelines.simulate.conftest import SimulatedClass, read_class

Statement = dict[str, Any]
Told = dict[str, SimulatedClass]


class _Platforms(dict[str, SimulatedClass]):
    """The small class in each dialect that a test asks for, simulated once."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, dialect: str) -> SimulatedClass:
        config = SimulationConfig.model_validate(
            {"seed": 5, "students": 6, "weeks": 2, "faults": 0.0, "dialect": dialect}
        )
        self[dialect] = read_class(config, self._folder / dialect)
        return self[dialect]


@pytest.fixture(scope="module")
def platforms(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The class by dialect."""
    return _Platforms(tmp_path_factory.mktemp("platforms"))


def _with_verb(told: SimulatedClass, ending: str) -> list[Statement]:
    return [one for one in told.statements() if one["verb"]["id"].endswith(f"/{ending}")]


def _parents(statement: Statement) -> list[str]:
    """The types of what stands as parent, the nearest first."""
    places = statement["context"].get("contextActivities", {}).get("parent", ())
    return [place.get("definition", {}).get("type", "").rsplit("/", 1)[-1] for place in places]


def test_moodle_5_counts_from_minus_one(platforms: Told) -> None:
    """No point of all is scaled -1, and every scaled is twice the share less one."""
    scores = [
        one["result"]["score"]
        for one in platforms["moodle-5"].statements()
        if "score" in one.get("result", {})
    ]
    assert min(score["scaled"] for score in scores) < 0
    for score in scores:
        assert score["scaled"] == pytest.approx(2 * score["raw"] / score["max"] - 1, abs=1e-4)


@pytest.mark.parametrize("dialect", ["moodle-5", "moodle-4"])
def test_moodle_tells_answers_when_they_are_handed_in(platforms: Told, dialect: str) -> None:
    """All answers of an attempt come at the moment of its completion, each question once, without a duration."""
    told = platforms[dialect]
    attempts: dict[str, list[Statement]] = defaultdict(list)
    for one in _with_verb(told, "answered"):
        places = one["context"]["contextActivities"]
        attempt = next(
            place["id"]
            for places_of in (places.get("parent", ()), places.get("grouping", ()))
            for place in places_of
            if place["definition"]["type"].endswith("/attempt")
        )
        attempts[attempt].append(one)
        assert "duration" not in one["result"]
    ended = {}
    for one in _with_verb(told, "completed"):
        other = one["context"]["contextActivities"].get("other", [one["object"]])[0]
        ended[other["id"]] = one["timestamp"]
    assert attempts
    for attempt, answers in attempts.items():
        assert {one["timestamp"] for one in answers} == {ended[attempt]}
        questions = [one["object"]["id"] for one in answers]
        assert len(questions) == len(set(questions))


def test_moodle_5_speaks_of_attempts_and_4_of_quizzes(platforms: Told) -> None:
    """In 5 the attempt is the object and the nearest parent of an answer; in 4 the quiz is, and parents are none."""
    new, old = platforms["moodle-5"], platforms["moodle-4"]
    assert {one["object"]["definition"]["type"].rsplit("/", 1)[-1] for one in _with_verb(new, "start")} == {
        "attempt"
    }
    assert {_parents(one)[0] for one in _with_verb(new, "answered")} == {"attempt"}
    assert {one["object"]["definition"]["type"] for one in _with_verb(old, "start")} == {xapi.ASSESSMENT}
    assert not any(_parents(one) for one in old.statements())


def test_moodle_gives_no_verdict_on_written_answers(platforms: Told) -> None:
    """Short answers come without success, all others with it."""
    for dialect in ("moodle-5", "moodle-4"):
        for one in _with_verb(platforms[dialect], "answered"):
            is_written = one["object"]["definition"]["interactionType"] == "fill-in"
            assert ("success" in one["result"]) is not is_written


def test_open_edx_asks_for_hints_and_evaluates(platforms: Told) -> None:
    """A hint is `asked` on the problem's id and more; each answer has one `evaluated` and two `attempted` beside it."""
    told = platforms["openedx"]
    problems = {one["object"]["id"] for one in _with_verb(told, "evaluated")}
    hints = _with_verb(told, "asked")
    assert hints
    assert {one["object"]["id"].split("/hint/")[0] for one in hints} <= problems
    assert len(_with_verb(told, "attempted")) == 2 * len(_with_verb(told, "evaluated"))


def test_open_edx_says_where_the_player_was_and_no_more(platforms: Told) -> None:
    """Videos have length and times, and neither stretches nor sessions of the video profile."""
    text = "\n".join(str(one) for one in platforms["openedx"].statements())
    assert xapi.VIDEO_SEGMENTS not in text
    assert xapi.VIDEO_SESSION not in text
    for one in _with_verb(platforms["openedx"], "seeked"):
        assert set(one["result"]["extensions"]) == {xapi.VIDEO_TIME_FROM, xapi.VIDEO_TIME_TO}
        assert one["context"]["extensions"][xapi.VIDEO_LENGTH] > 0


@pytest.mark.parametrize("dialect", ["h5p", "cmi5"])
def test_some_never_name_the_course(platforms: Told, dialect: str) -> None:
    """Neither type of course nor that of quiz stands anywhere, but for what cmi5 says is satisfied."""
    for one in platforms[dialect].statements():
        text = str(one)
        assert xapi.COURSE not in text
        assert xapi.ASSESSMENT not in text
        if not one["verb"]["id"].endswith("/satisfied"):
            assert "activitytype/course" not in text


def test_scorm_gives_no_verdict(platforms: Told) -> None:
    """An answer by the wrapper is `responded` with the response alone, and an empty pattern of right ones."""
    responses = _with_verb(platforms["scorm"], "responded")
    assert responses
    for one in responses:
        assert set(one["result"]) == {"response"}
        assert one["object"]["definition"]["correctResponsesPattern"] == []


def test_cmi5_keeps_its_order(platforms: Told) -> None:
    """Each session is launched, then initialized, and terminated last, all under one registration."""
    sessions: dict[str, list[Statement]] = defaultdict(list)
    for one in platforms["cmi5"].statements():
        if not one["verb"]["id"].endswith("/satisfied"):
            session = one["context"]["extensions"]["https://w3id.org/xapi/cmi5/context/extensions/sessionid"]
            sessions[session].append(one)
    for told in sessions.values():
        verbs = [one["verb"]["id"].rsplit("/", 1)[-1] for one in told]
        assert verbs[:2] == ["launched", "initialized"]
        assert verbs[-1] == "terminated"
        assert verbs.count("terminated") == 1
        assert len({one["context"]["registration"] for one in told}) == 1


def test_adapt_sends_points_without_their_maximum(platforms: Told) -> None:
    """An answer has raw points alone."""
    answers = _with_verb(platforms["adapt"], "answered")
    assert {tuple(one["result"]["score"]) for one in answers} == {("raw",)}


def test_blackboard_leaves_scaled_at_zero(platforms: Told) -> None:
    """Scores of work are raw out of a hundred, with a scaled that says nothing; handing in is `completed`."""
    told = platforms["jisc"]
    scores = [one["result"]["score"] for one in _with_verb(told, "scored")]
    assert scores
    assert {score["scaled"] for score in scores} == {0}
    assert max(score["raw"] for score in scores) > 1
    assert any(one["result"]["completion"] is False for one in _with_verb(told, "completed"))


def test_articulate_speaks_no_language(platforms: Told) -> None:
    """Names are in the language `und`, and the parent is the course by its id alone."""
    for one in _with_verb(platforms["articulate"], "answered"):
        assert set(one["object"]["definition"]["name"]) == {"und"}
        assert set(one["context"]["contextActivities"]["parent"][0]) == {"objectType", "id"}
