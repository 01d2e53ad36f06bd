"""What is true of a simulated class, act by act, and which signals contradict it."""

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
import pyarrow.parquet as pq

from learnloom.pipelines.simulate.dialects.acts import Act, ActKind, read_act
from learnloom.pipelines.simulate.dialects.dialect import person_of
from learnloom.pipelines.simulate.recovery import numbers_of

_DAY_MS: Final = 86_400_000
_GIVEN: Final = (ActKind.RESPONDED, ActKind.REVIEWED)
_HELP_CLAIMS: Final = ("growth.hard_unaided.", "help_seeking.", "stretch.student")
_TIMED: Final = frozenset({"pace", "rapid_guessing"})
_LOOKED_AFTER: Final = frozenset({"at_risk", "check_in", "engagement_change"})
_WISHES: Final = {"goal": ActKind.GOAL_SET, "choice": ActKind.CHOSE}
_HAND_INS: Final = frozenset({ActKind.WORK_SUBMITTED, ActKind.QUIZ_DONE})
# A platform tells of a test that it was done, or passed or failed.
_TESTS: Final = frozenset({ActKind.QUIZ_DONE, ActKind.QUIZ_PASSED, ActKind.QUIZ_FAILED})
# What others do to a student, which is no sign of their being there.
_NOT_OWN: Final = frozenset(
    {
        ActKind.ENROLLED,
        ActKind.LEFT,
        ActKind.COURSE_PASSED,
        ActKind.COURSE_FAILED,
        ActKind.QUIZ_PASSED,
        ActKind.QUIZ_FAILED,
        ActKind.WORK_SCORED,
    }
)


class Emitted(NamedTuple):
    """One signal as the warehouse holds it."""

    identifier: str
    kind: str
    subject: str | None
    message_id: str
    parameters: dict[str, Any]


class ClassTruth:
    """The acts of each student, read from the class in our own vocabulary without faults."""

    def __init__(self, folder: Path) -> None:
        numbers = numbers_of(folder / "truth")
        self.acts: dict[int, list[Act]] = defaultdict(list)
        for line in (folder / "statements.jsonl").read_text(encoding="utf-8").splitlines():
            stamp = dt.datetime.fromisoformat(orjson.loads(line)["timestamp"])
            act = read_act(line, round(stamp.timestamp() * 1000))
            self.acts[numbers[person_of(act).key]].append(act)
        self.left_day = {
            row["number"]: row["dropout_day"]
            for row in pq.read_table(folder / "truth" / "student.parquet").to_pylist()
            if row["has_left_formally"]
        }
        self.skills_of = {
            row["item"]: set(row["skills"])
            for row in pq.read_table(folder / "truth" / "item.parquet").to_pylist()
        }
        with (folder / "plan.csv").open(encoding="utf-8", newline="") as file:
            self.due_ms = {
                row["activity"]: _instant(row["due"]) for row in csv.DictReader(file) if row["activity"]
            }

    def count(self, student: int, until_ms: int, *kinds: ActKind) -> int:
        """Acts of these kinds by an instant."""
        return sum(act.kind in kinds and act.at_ms < until_ms for act in self.acts[student])

    def answers(self, student: int, until_ms: int, skill: str) -> tuple[int, int]:
        """Answers on a skill by an instant, and how many of them were right."""
        found = [
            bool(act.result["success"])
            for act in self.acts[student]
            if act.kind is ActKind.ANSWER and act.at_ms < until_ms and skill in self.skills_of[act.activity]
        ]
        return len(found), sum(found)

    def longest_run(self, student: int, until_ms: int, skill: str) -> int:
        """Right answers in a row on a skill at the most, by an instant."""
        longest = run = 0
        for act in sorted(self.acts[student], key=lambda act: act.at_ms):
            if act.kind is ActKind.ANSWER and act.at_ms < until_ms and skill in self.skills_of[act.activity]:
                run = run + 1 if act.result["success"] else 0
                longest = max(longest, run)
        return longest

    def missed_last(self, student: int, until_ms: int, kinds: frozenset[ActKind]) -> bool:
        """Whether some of the work due last, of kinds that are told, was not done by an instant."""
        due = {work: at_ms for work, at_ms in self.due_ms.items() if at_ms < until_ms}
        done = {act.activity for act in self.acts[student] if act.kind in _HAND_INS and act.at_ms < until_ms}
        last = max(due.values(), default=None)
        return any(
            work not in done and (_TESTS if work.endswith("/test") else {ActKind.WORK_SUBMITTED}) & kinds
            for work, at_ms in due.items()
            if at_ms == last
        )

    def latest(self, student: int, until_ms: int, kinds: frozenset[ActKind]) -> int | None:
        """When the last act of these kinds was, by an instant; None where there was none."""
        return max(
            (act.at_ms for act in self.acts[student] if act.kind in kinds and act.at_ms < until_ms),
            default=None,
        )


class Told(NamedTuple):
    """What a dialect can tell at all."""

    kinds: frozenset[ActKind]
    has_durations: bool
    """Whether answers carry the time they took."""


class Case(NamedTuple):
    """A signal about a student of the class, and what it is held against."""

    signal: Emitted
    student: int
    until_ms: int
    truth: ClassTruth
    told: Told


def why_false(
    signal: Emitted, numbers: dict[str, int], truth: ClassTruth, told: Told, *, until_ms: int, start_ms: int
) -> str | None:
    """In what the signal contradicts the truth; None where it does not.

    Args:
        signal: the signal.
        numbers: number of each student by the identifier that the dialect sends.
        truth: the truth.
        told: what the dialect can tell.
        until_ms: the instant for which the signal was computed.
        start_ms: the first instant of the class.
    """
    student = numbers.get(signal.identifier)
    if student is None:
        return "about staff"
    left = truth.left_day.get(student)
    if (
        signal.kind in _LOOKED_AFTER
        and ActKind.LEFT in told.kinds
        and left is not None
        and start_ms + (left + 1) * _DAY_MS <= until_ms
    ):
        return "about one who has left"
    case = Case(signal, student, until_ms, truth, told)
    return next((name for name, is_false in _CHECKS.items() if is_false(case)), None)


def _parts(message_id: str, parameters: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The message and all messages within it."""
    yield message_id, parameters
    for value in parameters.values():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict) and "message_id" in part:
                yield from _parts(part["message_id"], part["parameters"])


def _unknown_help(case: Case) -> bool:
    """It says that no hint was taken, or how hints were used, where hints are never told."""
    return case.signal.message_id.startswith(_HELP_CLAIMS) and ActKind.HINT not in case.told.kinds


def _unknown_time(case: Case) -> bool:
    """It speaks of the time that answers took where that is never told."""
    return case.signal.kind in _TIMED and not case.told.has_durations


def _unsaid_wish(case: Case) -> bool:
    """It speaks of a goal or choice where none was told."""
    kind = _WISHES.get(case.signal.kind)
    return kind is not None and kind not in case.told.kinds


def _talk(case: Case) -> bool:
    """It counts more help given or asked for than there was.

    A platform that knows replies only cannot tell a remark from help: it may count as either.
    """
    if case.signal.kind != "collaboration":
        return False
    said = case.signal.parameters
    n = {
        kind: case.truth.count(case.student, case.until_ms, kind)
        for kind in (ActKind.ASKED, ActKind.COMMENTED, *_GIVEN)
    }
    given, asked, whole = sum(n[kind] for kind in _GIVEN), n[ActKind.ASKED], sum(n.values())
    if ActKind.REVIEWED not in case.told.kinds:
        given += n[ActKind.COMMENTED]
    # To join the talk is to say anything in it.
    most = {"n_given": given, "n_taken": asked, "n_commented": whole}
    most["n"] = {"helped": given, "asked": asked}.get(case.signal.message_id.split(".")[1], whole)
    return any(said[name] > most[name] for name in said) or sum(said.values()) > whole


def _no_contact(case: Case) -> bool:
    """It says that there was no contact where there was, or where contact is never told."""
    for message_id, said in _parts(case.signal.message_id, case.signal.parameters):
        if message_id not in {"check_in.quiet.teacher", "check_in.always_quiet.teacher"}:
            continue
        if ActKind.WORK_SCORED not in case.told.kinds:
            return True
        scored = case.truth.latest(case.student, case.until_ms, frozenset({ActKind.WORK_SCORED}))
        if scored is None:
            continue
        day = said.get("day")
        if day is None or scored >= _instant(day) + _DAY_MS:
            return True
    return False


def _absence(case: Case) -> bool:
    """It says that nothing was done, or nothing handed in, where the dialect told of it."""
    submitted = case.truth.count(case.student, case.until_ms, *_HAND_INS)
    acts = case.truth.latest(case.student, case.until_ms, case.told.kinds - _NOT_OWN)
    for message_id, said in _parts(case.signal.message_id, case.signal.parameters):
        match message_id:
            case "at_risk.nothing_handed_in.teacher" | "at_risk.nothing_yet.teacher":
                is_false = submitted > 0
            case "at_risk.last_missed.teacher":
                is_false = not case.truth.missed_last(case.student, case.until_ms, case.told.kinds)
            case "at_risk.never_active.teacher":
                is_false = acts is not None
            case "at_risk.last_active.teacher":
                is_false = acts is not None and acts >= case.until_ms - (said["n"] - 1) * _DAY_MS
            case _:
                is_false = False
        if is_false:
            return True
    return False


def _counted(case: Case) -> bool:
    """It counts more answers on a skill, or more right ones, than were given."""
    said = case.signal.parameters
    if case.signal.kind not in {"strength", "weakness", "wheel_spinning", "mastery"} or "n" not in said:
        return False
    if case.signal.subject is None:
        return False
    n, right = case.truth.answers(case.student, case.until_ms, case.signal.subject)
    return bool(said["n"] > n or said.get("n_right", 0) > right)


def _run(case: Case) -> bool:
    """It says that fewer answers in a row were right than were."""
    said, skill = case.signal.parameters, case.signal.subject
    if case.signal.kind != "wheel_spinning" or skill is None or "longest_run" not in said:
        return False
    return bool(said["longest_run"] < case.truth.longest_run(case.student, case.until_ms, skill))


def _instant(day: str) -> int:
    return round(dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC).timestamp() * 1000)


_CHECKS: Final[dict[str, Callable[[Case], bool]]] = {
    "help unknown": _unknown_help,
    "time unknown": _unknown_time,
    "wish unsaid": _unsaid_wish,
    "help counted wrongly": _talk,
    "contact unknown or there": _no_contact,
    "absence unknown or wrong": _absence,
    "answers counted twice": _counted,
    "more in a row": _run,
}
