"""What students of the default class do: everything a profile or a signal is made of must occur."""

from collections import Counter, defaultdict
from datetime import datetime
from itertools import groupby
from typing import Any

import pytest

from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.schemas import vocabulary as xapi
from tests.pipelines.simulate.conftest import SimulatedClass, read_class

Statement = dict[str, Any]

VERBS = (
    xapi.REGISTERED,
    xapi.UNREGISTERED,
    xapi.INITIALIZED,
    xapi.EXPERIENCED,
    xapi.ANSWERED,
    xapi.COMPLETED,
    xapi.PASSED,
    xapi.FAILED,
    xapi.SCORED,
    xapi.TERMINATED,
    xapi.SUBMITTED,
    xapi.COMMENTED,
    xapi.RESPONDED,
    xapi.ASKED,
    xapi.REVIEWED,
    xapi.VIDEO_PLAYED,
    xapi.VIDEO_PAUSED,
    xapi.VIDEO_SEEKED,
    xapi.REQUESTED_HINT,
    xapi.SET_GOAL,
    xapi.CHOSE,
    xapi.PREFERRED,
    xapi.STATED_KNOWN,
    xapi.VOIDED,
)


@pytest.fixture(scope="module")
def faultless(faultless_class: SimulatedClass) -> list[Statement]:
    """All statements of the faultless class: read them, never change them."""
    return faultless_class.statements()


def of_verb(statements: list[Statement], verb: str) -> list[Statement]:
    """The statements with a verb."""
    return [statement for statement in statements if statement["verb"]["id"] == verb]


def kind_of(statement: Statement) -> str:
    """Type of the object."""
    return str(statement["object"]["definition"]["type"])


def seconds(duration: str) -> float:
    """Seconds of a duration of the form PT1.25S."""
    return float(duration.removeprefix("PT").removesuffix("S"))


def actor_of(statement: Statement) -> str:
    """The identifier of the actor as text."""
    actor = statement["actor"]
    return str(actor.get("mbox") or sorted(actor["account"].items()))


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_occurs(default_class: SimulatedClass, verb: str) -> None:
    """The default class uses every verb to which learnloom gives a meaning, but for the rarest."""
    assert f'"verb":{{"id":"{verb}"'.encode() in b"\n".join(default_class.lines)


def test_every_student_is_registered_first(
    faultless_class: SimulatedClass, faultless: list[Statement]
) -> None:
    """Each student's first statement registers them, and each has a registration per course."""
    first: dict[str, str] = {}
    for statement in faultless:
        first.setdefault(actor_of(statement), statement["verb"]["id"])
    assert len(first) == faultless_class.config.students
    assert set(first.values()) == {xapi.REGISTERED}
    truth = {row["registration"] for row in faultless_class.truth("enrolment")}
    assert truth == {
        statement["context"]["registration"] for statement in of_verb(faultless, xapi.REGISTERED)
    }


def test_nobody_acts_after_leaving(faultless: list[Statement]) -> None:
    """After unregistering nothing more is heard of a student but a teacher's late score."""
    left: set[str] = set()
    for statement in faultless:
        if statement["verb"]["id"] == xapi.UNREGISTERED:
            left.add(actor_of(statement))
        elif actor_of(statement) in left:
            assert statement["verb"]["id"] == xapi.SCORED
    assert left


def test_places_are_named(faultless: list[Statement]) -> None:
    """Answers stand in a quiz and group under course and module; their skills are categories."""
    for statement in of_verb(faultless, xapi.ANSWERED):
        places = statement["context"]["contextActivities"]
        assert places["parent"][0]["definition"]["type"] == xapi.ASSESSMENT
        assert [group["definition"]["type"] for group in places["grouping"]] == [xapi.COURSE, xapi.MODULE]
        assert {skill["definition"]["type"] for skill in places["category"]} == {xapi.OBJECTIVE}


def test_skills_stay_out_of_statements_on_request(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without skills in statements only skills.csv says what a question is about."""
    config = SimulationConfig(students=3, weeks=1, skills_in_statements=False)
    simulated = read_class(config, tmp_path_factory.mktemp("plain"))
    answered = [line for line in simulated.lines if b'verbs/answered"' in line]
    assert answered
    assert not [line for line in answered if b"objective" in line]
    assert len(simulated.summary.skill_map.read_text(encoding="utf-8").splitlines()) > 10


def test_items_are_tried_again_after_a_miss(faultless: list[Statement]) -> None:
    """Some students answer a question wrongly and then the same one rightly."""
    last: dict[tuple[str, str], bool] = {}
    mended = 0
    for statement in of_verb(faultless, xapi.ANSWERED):
        key = (actor_of(statement), statement["object"]["id"])
        mended += last.get(key) is False and statement["result"]["success"]
        last[key] = statement["result"]["success"]
    assert mended > 50


def test_hints_are_asked_and_abused(faultless_class: SimulatedClass, faultless: list[Statement]) -> None:
    """Hints come one by one from most, three within a second from hint abusers alone."""
    hints = of_verb(faultless, xapi.REQUESTED_HINT)
    times: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for hint in hints:
        times[actor_of(hint), hint["object"]["id"]].append(datetime.fromisoformat(hint["timestamp"]))
    rushed = {
        actor
        for (actor, _), moments in times.items()
        for begin, end in zip(moments, moments[2:], strict=False)
        if (end - begin).total_seconds() < 1
    }
    abusers = sum(row["is_hint_abuser"] for row in faultless_class.truth("student"))
    assert 0 < len(rushed) <= abusers
    assert len({actor for actor, _ in times}) > len(rushed) + 10


def test_guesses_are_quick_and_mostly_wrong(faultless: list[Statement]) -> None:
    """Answers within three seconds are right about as often as chance; serious ones far more often."""
    choices = [
        statement["result"]
        for statement in of_verb(faultless, xapi.ANSWERED)
        if statement["object"]["definition"]["interactionType"] == "choice"
    ]
    quick = [result["success"] for result in choices if seconds(result["duration"]) <= 3]
    slow = [result["success"] for result in choices if seconds(result["duration"]) > 3]
    assert len(quick) > 50
    assert sum(quick) / len(quick) < 0.4
    assert sum(slow) / len(slow) > 0.55


def test_wheel_spinners_and_persisters_occur(default_class: SimulatedClass) -> None:
    """Some never get three in a row in ten opportunities and more; others need ten and then do."""
    stuck = [
        row
        for row in default_class.truth("student_skill")
        if row["opportunities"] >= 10 and row["best_run"] < 3
    ]
    assert len(stuck) >= 5
    answers: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for statement in default_class.statements():
        if isinstance(statement.get("verb"), dict) and statement["verb"]["id"] == xapi.ANSWERED:
            skills = statement.get("context", {}).get("contextActivities", {}).get("category", [])
            if skills and isinstance((statement.get("result") or {}).get("success"), bool):
                actor = str(statement.get("actor"))
                answers[actor, skills[0]["id"]].append(statement["result"]["success"])
    late_bloomers = [
        row
        for row in answers.values()
        if len(row) > 12
        and not any(all(row[n : n + 3]) for n in range(8))
        and any(all(row[n : n + 3]) for n in range(8, len(row) - 2))
    ]
    assert len(late_bloomers) >= 3


def test_work_comes_early_late_and_never(faultless_class: SimulatedClass, faultless: list[Statement]) -> None:
    """Assignments are handed in before and after the due date, twice, and some not at all."""
    submitted = of_verb(faultless, xapi.SUBMITTED)
    is_late = Counter(
        statement["timestamp"] > statement["object"]["definition"]["extensions"][xapi.DUE_AT]
        for statement in submitted
    )
    assert is_late[True] >= 5
    assert is_late[False] > is_late[True]
    times = Counter((actor_of(statement), statement["object"]["id"]) for statement in submitted)
    assert max(times.values()) == 2
    config = faultless_class.config
    assert len(times) < config.students * config.weeks
    scored = of_verb(faultless, xapi.SCORED)
    assert len(scored) == len(submitted)
    assert all("instructor" in statement["context"] for statement in scored)


def test_videos_tell_a_consistent_story(faultless: list[Statement]) -> None:
    """A viewing opens first and closes last under its session id, and the share seen never shrinks."""
    watched = [statement for statement in faultless if kind_of(statement) == xapi.VIDEO]

    def session(statement: Statement) -> str:
        return str(statement["context"]["extensions"][xapi.VIDEO_SESSION])

    viewings = [list(group) for _, group in groupby(sorted(watched, key=session), key=session)]
    assert len(viewings) > 300
    for viewing in viewings:
        viewing.sort(key=lambda statement: statement["timestamp"])
        verbs = [statement["verb"]["id"] for statement in viewing]
        assert verbs[0] == xapi.INITIALIZED
        assert verbs[-1] == xapi.TERMINATED
        length = viewing[0]["context"]["extensions"][xapi.VIDEO_LENGTH]
        shares = [
            statement["result"]["extensions"][xapi.VIDEO_PROGRESS]
            for statement in viewing
            if xapi.VIDEO_PROGRESS in statement.get("result", {}).get("extensions", {})
        ]
        assert shares == sorted(shares)
        assert shares[-1] <= 1
        assert (xapi.COMPLETED in verbs) == (shares[-1] >= 0.95)
        last = viewing[-1]["result"]["extensions"]
        ends = [float(part.split("[.]")[1]) for part in last[xapi.VIDEO_SEGMENTS].split("[,]") if part]
        assert all(end <= length for end in ends)
        assert {category["id"] for category in viewing[0]["context"]["contextActivities"]["category"]} >= {
            xapi.VIDEO_PROFILE
        }


def test_free_choices_follow_interests(default_class: SimulatedClass) -> None:
    """Most optional material is about the two topics that interest the student most."""
    weights: dict[int, dict[str, float]] = defaultdict(dict)
    for row in default_class.truth("student_interest"):
        weights[row["student_number"]][row["topic"]] = row["weight"]
    numbers = {
        (row["home_page"], row["account_name"]): row["number"] for row in default_class.truth("student")
    }
    chosen: set[tuple[int, str, str]] = set()
    for statement in default_class.statements():
        account = (statement.get("actor") or {}).get("account")
        definition = (statement.get("object") or {}).get("definition", {})
        extensions = definition.get("extensions", {})
        if account and extensions.get(xapi.IS_OPTIONAL) and xapi.TOPIC in extensions:
            number = numbers.get((account["homePage"], account["name"]))
            if number is not None:
                chosen.add((number, extensions[xapi.TOPIC], statement["object"]["id"]))
    favourites = {
        number: sorted(topics, key=lambda topic: -topics[topic])[:2] for number, topics in weights.items()
    }
    hits = sum(topic in favourites[number] for number, topic, _ in chosen)
    assert len(chosen) > 200
    assert hits / len(chosen) > 0.5


def test_namesakes_and_mailboxes_occur(default_class: SimulatedClass) -> None:
    """One account name stands on two home pages for two people, and some students are known by mbox."""
    students = default_class.truth("student")
    pages = defaultdict(set)
    for row in students:
        if row["account_name"]:
            pages[row["account_name"]].add(row["home_page"])
    assert sum(len(found) == 2 for found in pages.values()) >= 1
    assert any(row["mbox"] for row in students)
    identifiers = {(row["home_page"], row["account_name"], row["mbox"]) for row in students}
    assert len(identifiers) == len(students)
