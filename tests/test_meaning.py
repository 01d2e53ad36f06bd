"""The measures of `python -m bench.meaning` can fail: what is planted as false or as wrongly read is found."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from bench.meaning_ceiling import unjudged, write_ceiling
from bench.meaning_events import Fate, read_events
from bench.meaning_truth import ClassTruth, Emitted, Told, why_false
from bench.meaning_videos import true_shares
from learnloom.pipelines.simulate.config import DAY_MS, SimulationConfig
from learnloom.pipelines.simulate.dialects.acts import ActKind, kind_of
from learnloom.pipelines.simulate.recovery import numbers_of
from learnloom.pipelines.simulate.run import simulate

CONFIG = SimulationConfig(seed=5, students=40, weeks=4, faults=0.0)
ALL = Told(frozenset(ActKind), has_durations=True)
NO_HELP = Told(frozenset(ActKind) - {ActKind.HINT, ActKind.WORK_SCORED}, has_durations=False)
Statement = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small class in our own vocabulary."""
    place = tmp_path_factory.mktemp("class")
    simulate(CONFIG, place)
    return place


class Judge:
    """Asks in what a signal about a student of the class is false."""

    def __init__(self, folder: Path) -> None:
        self.truth = ClassTruth(folder)
        self._numbers = numbers_of(folder / "truth")
        self._names = {number: identifier for identifier, number in self._numbers.items()}
        self._skill = min(next(iter(self.truth.skills_of.values())))

    def why(self, told: Told, who: int | None, kind: str, message: str, **said: Any) -> str | None:
        """The reason, or None; without a student the signal is about somebody who is none."""
        identifier = "somebody else" if who is None else self._names[who]
        signal = Emitted(identifier, kind, self._skill, message, said)
        return why_false(
            signal, self._numbers, self.truth, told, until_ms=CONFIG.end_ms, start_ms=CONFIG.start_ms
        )


@pytest.fixture(scope="module")
def judge(folder: Path) -> Judge:
    """Knows the acts of the class."""
    return Judge(folder)


def test_what_is_said_of_staff_or_of_what_is_never_told_is_false(judge: Judge) -> None:
    """Nobody but students has signals, and none speaks of hints or times that the platform never tells."""
    assert judge.why(ALL, None, "mastery", "mastery.near.student") == "about staff"
    for message in ("growth.hard_unaided.student", "stretch.student", "help_seeking.in_time.student"):
        assert judge.why(NO_HELP, 0, "problem_solving", message) == "help unknown"
        assert judge.why(ALL, 0, "problem_solving", message) is None
    assert judge.why(NO_HELP, 0, "pace", "pace.calm.student") == "time unknown"
    assert judge.why(ALL, 0, "pace", "pace.calm.student") is None
    few = Told(frozenset({ActKind.ANSWER}), has_durations=True)
    assert judge.why(few, 0, "goal", "goal.behind.student") == "wish unsaid"


def test_counts_beyond_the_truth_are_false(judge: Judge) -> None:
    """More help, more questions or more answers than there were is false; as many is not."""
    end = CONFIG.end_ms
    asked = {number: judge.truth.count(number, end, ActKind.ASKED) for number in judge.truth.acts}
    most = max(asked, key=lambda number: asked[number])
    message = "collaboration.asked.student"
    assert judge.why(ALL, most, "collaboration", message, n=asked[most]) is None
    assert judge.why(ALL, most, "collaboration", message, n=asked[most] + 1) == "help counted wrongly"
    skill = min(next(iter(judge.truth.skills_of.values())))
    n, right = judge.truth.answers(most, end, skill)
    assert n >= right
    said = {"n": n, "n_right": right}
    assert judge.why(ALL, most, "strength", "strength.teacher", **said) is None
    assert judge.why(ALL, most, "strength", "strength.teacher", n=2 * n + 1) == "answers counted twice"


def test_a_run_that_is_too_short_is_false(judge: Judge) -> None:
    """`At most n right in a row` is false where more were, and not where as many were."""
    skill = min(next(iter(judge.truth.skills_of.values())))
    runs = {n: judge.truth.longest_run(n, CONFIG.end_ms, skill) for n in judge.truth.acts}
    best = max(runs, key=lambda n: runs[n])
    message = "wheel_spinning.teacher"
    assert judge.why(ALL, best, "wheel_spinning", message, longest_run=runs[best]) is None
    assert judge.why(ALL, best, "wheel_spinning", message, longest_run=runs[best] - 1) == "more in a row"


def test_silence_where_there_was_none_is_false(judge: Judge) -> None:
    """`No contact` and `nothing handed in` are false after a score and a hand-in, or where these are never told."""
    end = CONFIG.end_ms
    scored = next(
        n
        for n in judge.truth.acts
        if judge.truth.count(n, end, ActKind.WORK_SCORED) and n not in judge.truth.left_day
    )
    quiet = [{"message_id": "check_in.always_quiet.teacher", "parameters": {"n": 20}}]
    assert judge.why(ALL, scored, "check_in", "check_in.teacher", reasons=quiet) == "contact unknown or there"
    unscored = next(
        n
        for n in judge.truth.acts
        if not judge.truth.count(n, end, ActKind.WORK_SCORED) and n not in judge.truth.left_day
    )
    assert judge.why(ALL, unscored, "check_in", "check_in.teacher", reasons=quiet) is None
    assert judge.why(NO_HELP, unscored, "check_in", "check_in.teacher", reasons=quiet) is not None
    nothing = [{"message_id": "at_risk.nothing_yet.teacher", "parameters": {}}]
    assert judge.why(ALL, scored, "at_risk", "at_risk.learned.teacher", details=nothing) == (
        "absence unknown or wrong"
    )
    missed = [{"message_id": "at_risk.last_missed.teacher", "parameters": {}}]
    has_missed = {
        n: judge.truth.missed_last(n, end, ALL.kinds)
        for n in judge.truth.acts
        if n not in judge.truth.left_day
    }
    assert set(has_missed.values()) == {True, False}
    for n, is_true in has_missed.items():
        why = judge.why(ALL, n, "at_risk", "at_risk.rule.teacher", reasons=missed)
        assert (why is None) is is_true
    few = Told(frozenset({ActKind.ANSWER}), has_durations=False)
    assert judge.why(few, scored, "at_risk", "at_risk.rule.teacher", reasons=missed) is not None
    away = [{"message_id": "at_risk.last_active.teacher", "parameters": {"n": CONFIG.days + 1}}]
    assert judge.why(ALL, scored, "at_risk", "at_risk.rule.teacher", reasons=away) is not None


def test_whoever_has_left_is_not_looked_after(judge: Judge) -> None:
    """A warning about one who left before is false, if the platform tells that they left."""
    judge.truth.left_day[3] = 1
    try:
        assert judge.why(ALL, 3, "engagement_change", "engagement_change.teacher") == "about one who has left"
        silent = Told(ALL.kinds - {ActKind.LEFT}, has_durations=True)
        assert judge.why(silent, 3, "engagement_change", "engagement_change.teacher") is None
    finally:
        del judge.truth.left_day[3]
    assert CONFIG.start_ms + 2 * DAY_MS <= CONFIG.end_ms


def _statement(verb: str, kind: str, **more: Any) -> Statement:
    return {
        "actor": {"mbox": "mailto:a@school.example"},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {
            "id": "https://school.example/1",
            "definition": {"type": f"http://adlnet.gov/expapi/activities/{kind}"},
        },
        **more,
    }


def test_wrong_meanings_are_found() -> None:
    """Talk made of answers, tries of quizzes, bookings, grades taken for answers, turned scores: each has a name."""
    answer = _statement("answered", "cmi.interaction")
    assert Fate(tables={"attempt"}).wrong(answer, "all") == []
    assert Fate(tables={"contribution"}).wrong(answer, "all") == ["answer as talk"]
    assert Fate(tables={"attempt", "product"}).wrong(answer, "all") == ["answer as product"]
    assert Fate(tables={"product"}).wrong(_statement("scored", "cmi.interaction"), "all") == []
    assert Fate(tables={"attempt"}, parent_type="x/attempt").wrong(answer, "all") == ["try as quiz"]
    assert Fate(tables={"attempt"}).wrong(_statement("attempted", "question"), "all") == [
        "no answer as answer"
    ]
    whole = _statement("evaluated", "cmi.interaction")
    whole["object"]["objectType"] = "GroupActivity"
    assert Fate(tables={"attempt"}).wrong(whole, "parts") == ["no answer as answer"]
    assert Fate(tables={"enrolment"}).wrong(_statement("unregistered", "event"), "all") == [
        "booking as enrolment"
    ]
    assert Fate(tables={"enrolment"}).wrong(_statement("unregistered", "course"), "all") == []
    package = _statement("viewed", "course")
    package["object"]["id"] = "https://school.example/mod/imscp/view.php?id=1"
    assert Fate(activity_kind="course").wrong(package, "all") == ["package as course"]
    thread = _statement("posted", "discussion")
    assert Fate(is_giving=True).wrong(thread, "all") == ["question as help"]
    reply = {**thread, "context": {"contextActivities": {"grouping": [thread["object"]]}}}
    assert Fate(is_giving=True).wrong(reply, "all") == []
    score = {"raw": 50, "min": 0, "max": 100, "scaled": 0.0}
    scored = _statement("scored", "assessment", result={"score": score})
    assert Fate(score=0.0).wrong(scored, "all") == ["score"]
    assert Fate(score=0.5).wrong(scored, "all") == []
    assert Fate(is_refused=True, score=0.0).wrong(scored, "all") == []


def test_events_are_read_as_they_are_kept(tmp_path: Path) -> None:
    """Lists, single statements, wrappers, lines and gzip are read; what is no statement is passed over."""
    one = _statement("answered", "cmi.interaction")
    quiz = tmp_path / "mod_quiz" / "attempt"
    quiz.mkdir(parents=True)
    (quiz / "statements.json").write_text(json.dumps([one, one]))
    (quiz / "event.json").write_text(json.dumps({"id": 1}))
    (tmp_path / "posted.json").write_text(json.dumps({"statement": one}))
    (tmp_path / "day.jsonl.gz").write_bytes(
        gzip.compress(f"{json.dumps(one)}\nno JSON\n{json.dumps(one)}\n".encode())
    )
    defaults = {"context": {"platform": "School"}}
    events = read_events(tmp_path, defaults, 100)
    assert sorted(event.kind for event in events) == [
        "day.jsonl",
        "day.jsonl",
        "mod_quiz/attempt",
        "mod_quiz/attempt",
        "posted",
    ]
    assert {event.statement["context"]["platform"] for event in events} == {"School"}
    assert len(read_events(tmp_path, {}, 2)) == 2


def test_shares_are_of_all_stretches_ever_told(tmp_path: Path) -> None:
    """A later statement with fewer stretches takes nothing back, and what was seen twice counts once."""
    video = "https://w3id.org/xapi/video/extensions"
    told = [
        _statement(
            "paused",
            "video",
            result={"extensions": {f"{video}/played-segments": text, f"{video}/length": 100}},
        )
        for text in ("0[.]40[,]20[.]60", "0[.]10")
    ]
    file = tmp_path / "videos.jsonl"
    file.write_text("\n".join(json.dumps(one) for one in told))
    assert true_shares(file) == {("mailto:a@school.example", "https://school.example/1"): 0.6}


@pytest.mark.slow
def test_the_ceiling_has_only_what_the_dialect_tells(folder: Path, tmp_path: Path) -> None:
    """Kinds, durations and verdicts that a platform does not send are not in the statements that stand for its best."""
    told = Told(frozenset({ActKind.ANSWER, ActKind.WORK_SUBMITTED}), has_durations=False)
    best = tmp_path / "best.jsonl"
    write_ceiling(folder, told, frozenset({"fill-in"}), best)
    statements = [json.loads(line) for line in best.read_bytes().splitlines()]
    assert {kind_of(one) for one in statements} == told.kinds
    for one in statements:
        assert "category" not in one["context"].get("contextActivities", {})
        if kind_of(one) is ActKind.ANSWER:
            assert "duration" not in one["result"]
            is_written = one["object"]["definition"]["interactionType"] == "fill-in"
            assert ("success" in one["result"]) is not is_written
    assert unjudged(best) == {"fill-in"}
    assert unjudged(folder / "statements.jsonl") == frozenset()
