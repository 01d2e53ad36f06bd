"""What followed signals of a kind: planted effects are found, planted confounding is taken out."""

import datetime as dt
import random

import pytest

from learnloom.pipelines.evaluate.effect import OUTCOMES
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.serve.effects import read_outcomes
from tests.pipelines.lake.planted import DAY, School, answers, at

_HALF = [True, False] * 4
"""Answers that put whoever gives them into one stratum."""


def _school(*, seed: int, more_answers: int = 0, more_right: float = 0.0, n: int = 400) -> School:
    """Weak students are told of far more often than strong ones, and answer less and worse whoever is told."""
    chance = random.Random(seed)
    school = School()
    for number in range(n):
        student = f"student {number}"
        is_weak = number % 2 == 0
        is_told = chance.random() < (0.8 if is_weak else 0.2)
        before = [True, False, False, False] * 2 if is_weak else [True] * 8
        n_after = (6 if is_weak else 20) + chance.randint(-2, 2) + (more_answers if is_told else 0)
        share = (0.4 if is_weak else 0.8) + (more_right if is_told else 0.0)
        school.study(student, right_before=before, right_after=answers(chance, n_after, share))
        if is_told:
            school.say(student)
    return school


def _naive(school: School, column: str) -> float:
    """Difference of all told and all others, as who looks no further would take it."""
    told = {event["student_key"] for event in school.events}
    after = [row for row in school.attempts if row["occurred_at"] > at(DAY)]
    means = []
    for is_told in (True, False):
        rows = [row for row in after if (row["student_key"] in told) == is_told]
        students = {row["student_key"] for row in rows}
        right = sum(row["is_correct"] for row in rows)
        means.append(len(rows) / len(students) if column == "n_answers" else right / len(rows))
    return means[0] - means[1]


def _pair(school: School, n: int = 12) -> None:
    """So many students of one stratum to be told of, and as many beside them."""
    for number in range(n):
        school.study(f"told {number}", right_before=_HALF, right_after=[True] * 6)
        school.study(f"other {number}", right_before=_HALF, right_after=[True, False] * (2 + number % 2))


@pytest.mark.slow
def test_a_planted_effect_is_found() -> None:
    """Five more answers, of which 0.15 more are right, lie within the interval, and 0 does not."""
    effects = {each.outcome: each for each in _school(seed=4, more_answers=5, more_right=0.15).effects()}
    for outcome, truth in (("n_answers", 5.0), ("share_right", 0.15), ("above_expected", 0.15)):
        found = effects[outcome]
        assert found.low is not None
        assert found.high is not None
        assert 0 < found.low < truth < found.high, outcome


@pytest.mark.slow
def test_confounding_by_the_time_before_is_taken_out() -> None:
    """Where only the weak are told of and nothing helps, the plain difference is far off and ours is not."""
    school = _school(seed=5)
    effects = {each.outcome: each for each in school.effects()}
    for outcome, far, near in (("n_answers", -5.0, 0.5), ("share_right", -0.1, 0.04)):
        found = effects[outcome]
        assert _naive(school, outcome) < far
        assert found.difference is not None
        assert abs(found.difference) < near
        assert found.low is not None
        assert found.high is not None
        assert found.low < 0 < found.high
        assert found.difference_before == pytest.approx(0.0)


@pytest.mark.slow
def test_what_bins_leave_of_the_time_before_is_taken_out() -> None:
    """Where the told began ahead within their bin, and everybody goes on as before, the difference is 0."""
    chance = random.Random(1)
    school = School()
    for number in range(200):
        is_told = number % 4 == 0
        n_before = chance.randint(30, 38) if is_told else chance.randint(16, 38)
        school.study(
            f"student {number}",
            right_before=[True] * n_before,
            right_after=[True] * (n_before + chance.randint(-3, 3)),
        )
        if is_told:
            school.say(f"student {number}")
    found = school.effect("n_answers")
    assert found.difference_before is not None
    assert found.difference_before > 4
    assert found.difference is not None
    assert abs(found.difference) < 1


@pytest.mark.slow
def test_figures_are_those_of_the_view_that_was() -> None:
    """Matching in Python gives what a view in SQL gave of the same school: its last figures stand here."""
    found = {each.outcome: each for each in _school(seed=4, more_answers=5, more_right=0.15, n=120).effects()}
    assert {each[3:7] for each in found.values()} == {(64, 64, 64, 56)}
    for outcome, figures in (
        (
            "above_expected",
            (0.14905596429033927, -0.06366503181881474, 0.21272099610915396, 0.040914475145942306),
        ),
        ("active_days", (4.0, 4.0, 0.0, 0.0)),
        ("active_seconds", (2400.0, 2400.0, 0.0, 0.0)),
        ("n_answers", (14.109375, 9.350852272727268, 4.758522727272729, 0.4016469590849549)),
        ("share_right", (0.6490559642903393, 0.43633496818118506, 0.21272099610915396, 0.04091447514594231)),
    ):
        assert found[outcome][7:11] == pytest.approx(figures), outcome
    assert found["n_answers"][11:] == pytest.approx((4.243771984509451, 5.273273470036008, 0.0, 0, 0, 0))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("raised", "ended", "is_out"),
    [
        (DAY - dt.timedelta(days=13), DAY - dt.timedelta(days=12), True),
        (DAY - dt.timedelta(days=60), None, True),
        (DAY - dt.timedelta(days=60), DAY - dt.timedelta(days=13), True),
        (DAY + dt.timedelta(days=14), None, True),
        (DAY - dt.timedelta(days=60), DAY - dt.timedelta(days=14), False),
        (DAY + dt.timedelta(days=15), None, False),
    ],
)
def test_who_was_told_of_is_no_comparison(raised: dt.date, ended: dt.date | None, is_out: bool) -> None:
    """Of whom the same was said at any time from 14 days before until 14 days after is never comparable."""
    school = School()
    _pair(school)
    for number in range(12):
        school.say(f"told {number}")
    school.say("other 0", audience="student", day=raised, ends=ended)
    rows = school.rows(
        f"SELECT student_key FROM feedback.signal_outcome WHERE audience IS NULL AND raised_on = '{DAY}'"
    )
    assert (("other 0",) not in rows) == is_out
    assert len(rows) == (11 if is_out else 12)
    assert not {row[0] for row in rows} & {f"told {number}" for number in range(12)}


@pytest.mark.slow
def test_what_is_said_of_another_skill_does_not_matter() -> None:
    """A signal about another skill, or of another kind, takes nobody out of the comparison."""
    school = School()
    _pair(school)
    for number in range(12):
        school.say(f"told {number}")
    school.say("other 0", subject=None)
    school.say("other 1", kind="weakness")
    rows = school.rows(
        "SELECT student_key FROM feedback.signal_outcome "
        "WHERE audience IS NULL AND signal_kind = 'wheel_spinning' AND skill_id IS NOT NULL"
    )
    assert {("other 0",), ("other 1",)} <= set(rows)


@pytest.mark.slow
def test_windows_that_have_not_ended_do_not_count() -> None:
    """A signal counts from the day on which the 14 days after it have ended."""
    for as_of, n_signals in ((DAY + dt.timedelta(days=13), 0), (DAY + dt.timedelta(days=14), 1)):
        school = School(as_of=as_of)
        _pair(school)
        school.say("told 0")
        assert {found.n_signals for found in school.effects()} == ({n_signals} if n_signals else set())


@pytest.mark.slow
def test_nothing_comparable_is_told_as_such() -> None:
    """Where nobody is comparable each outcome has a row that says so, without figures."""
    school = School()
    _pair(school, 1)
    school.say("told 0")
    school.say("other 0")
    found = school.effects()
    assert [each.outcome for each in found] == list(OUTCOMES)
    nothing = ("wheel_spinning", "teacher", 2, 0, 0, 0, *[None] * 7, 0, 0, 0)
    assert [each[:2] + each[3:] for each in found] == [nothing] * 5


@pytest.mark.slow
def test_few_students_have_no_figures() -> None:
    """Figures are told from ten students a side on: they are of kinds of signals, never of one student."""
    for n, is_told in ((9, False), (10, True)):
        school = School()
        _pair(school, n)
        for number in range(n):
            school.say(f"told {number}")
        found = school.effect("n_answers")
        assert (found.n_students, found.n_comparable) == (n, n)
        assert (found.difference is not None) == is_told
        assert (found.standard_error is not None) == is_told


@pytest.mark.slow
def test_only_the_same_course_is_compared() -> None:
    """Who practised the skill in another course is not comparable."""
    school = School()
    _pair(school)
    school.study(
        "elsewhere", right_before=_HALF, right_after=_HALF, course="https://school.example/courses/physics"
    )
    school.say("told 0")
    beside = school.rows("SELECT student_key FROM feedback.signal_outcome WHERE audience IS NULL")
    assert ("other 0",) in beside
    assert ("elsewhere",) not in beside


@pytest.mark.slow
def test_what_is_said_again_within_14_days_counts_once() -> None:
    """Of several signals of a kind that follow each other, the first is told of."""
    school = School()
    _pair(school)
    for days, ends in ((0, 3), (7, 10), (40, 41)):
        school.say(
            "told 0",
            kind="streak",
            subject=None,
            day=DAY + dt.timedelta(days=days),
            ends=DAY + dt.timedelta(days=ends),
        )
    rows = school.rows("SELECT raised_on, is_first FROM feedback.signal_said ORDER BY raised_on")
    assert [row[1] for row in rows] == [True, False, True]


@pytest.mark.slow
def test_answers_to_signals_are_counted() -> None:
    """How many were taken note of, followed and dismissed stands beside the effect."""
    school = School()
    _pair(school)
    ids = [school.say(f"told {number}") for number in range(4)]
    for signal, response in zip(ids, ("acknowledged", "followed", "followed", "dismissed"), strict=True):
        school.responses.append({"student_key": "told", "signal_id": signal, "response": response})
    found = school.effect("n_answers")
    assert (found.n_signals, found.n_acknowledged, found.n_followed, found.n_dismissed) == (4, 1, 2, 1)


def test_before_any_refresh_the_effect_cannot_be_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without the view the reader is told what to do."""
    with (
        Warehouse(tmp_path_factory.mktemp("empty") / "warehouse") as warehouse,
        pytest.raises(WarehouseError, match="learnloom refresh"),
    ):
        read_outcomes(warehouse)
