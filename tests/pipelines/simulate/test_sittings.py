"""Sittings at quizzes keep every answer, whatever students do in whatever order."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.course import make_course
from learnloom.pipelines.simulate.dialects.acts import Act, ActKind
from learnloom.pipelines.simulate.dialects.dialect import Memory, PlatformStatement
from learnloom.pipelines.simulate.dialects.school import School
from learnloom.pipelines.simulate.dialects.sittings import Sitting, Sittings

CONFIG = SimulationConfig(students=1, weeks=2)
SCHOOL = School([make_course(CONFIG, 0, Random(7))], CONFIG.seed)
QUIZZES = [thing.iri for thing in SCHOOL if thing.questions]
QUESTIONS = [thing.iri for thing in SCHOOL if thing.quiz is not None]
BEGIN, ANSWER, END = ActKind.QUIZ_BEGUN, ActKind.ANSWER, ActKind.QUIZ_DONE

deeds = st.lists(
    st.tuples(
        st.sampled_from((BEGIN, ANSWER, ANSWER, ANSWER, END)),
        st.integers(0, 2),
        st.integers(0, len(QUESTIONS) - 1),
    ),
    max_size=40,
)


def _act(kind: ActKind, student: int, activity: str, at_ms: int) -> Act:
    actor: dict[str, Any] = {"mbox": f"mailto:student{student}@school.example"}
    return Act(kind, at_ms, actor, activity, {}, {"success": True}, "", {})


class _Book:
    """Writes down what is opened and ended."""

    def __init__(self) -> None:
        self.open: list[int] = []
        self.ended: list[tuple[Sitting, int, Act | None]] = []

    def begun(self, memory: Memory, sitting: Sitting) -> list[PlatformStatement]:  # noqa: ARG002
        self.open.append(sitting.number)
        return []

    def end(self, memory: Memory, sitting: Sitting, at_ms: int, act: Act | None) -> list[PlatformStatement]:  # noqa: ARG002
        self.ended.append((sitting, at_ms, act))
        return []


@pytest.mark.parametrize("is_split", [False, True])
@given(done=deeds)
def test_every_answer_lies_in_one_ended_sitting(is_split: bool, done: list[tuple[ActKind, int, int]]) -> None:
    """Whatever is begun ends once, with all answers given in it, at its own quiz, and not before its last act."""
    book, memory = _Book(), Memory(SCHOOL)
    sittings = Sittings(book.begun, book.end, idle_ms=500, is_split=is_split)
    answers = []
    for number, (kind, student, question) in enumerate(done):
        at_ms = 1_000 * (number + 1)
        if kind is ANSWER:
            act = _act(kind, student, QUESTIONS[question], at_ms)
            answers.append(act)
            sittings.answer(act, memory)
        else:
            act = _act(kind, student, QUIZZES[question % len(QUIZZES)], at_ms)
            (sittings.begin if kind is BEGIN else sittings.end)(act, memory)
    sittings.close_day(memory, 1_000_000)
    assert sorted(sitting.number for sitting, _, _ in book.ended) == book.open
    found = [answer for sitting, _, _ in book.ended for answer in sitting.answers]
    assert sorted(found, key=lambda act: act.at_ms) == answers
    for sitting, at_ms, _ in book.ended:
        assert at_ms >= sitting.last.at_ms
        assert {SCHOOL[answer.activity].quiz for answer in sitting.answers} <= {sitting.quiz}
        assert len({answer.actor["mbox"] for answer in sitting.answers}) <= 1
        if is_split:
            questions = [answer.activity for answer in sitting.answers]
            assert len(questions) == len(set(questions))


@given(seed=st.integers(0, 2**32))
def test_numbers_of_a_school_are_its_own(seed: int) -> None:
    """Every activity of a school has another number, and the numbers follow from the seed alone."""
    course = make_course(CONFIG, 0, Random(7))
    one, other = School([course], seed), School([course], seed)
    numbers = [thing.number for thing in one]
    assert len(numbers) == len(set(numbers))
    assert numbers == [thing.number for thing in other]
