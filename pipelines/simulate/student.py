"""Students and their enrolments, with all that changes while the course runs."""

from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any, Final

from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.course import Course
from learnloom.pipelines.simulate.item import SimulatedSkill
from learnloom.pipelines.simulate.sink import Sink
from learnloom.pipelines.simulate.statements import INSTRUCTOR, SimulatedActivity, dumps, rfc3339
from learnloom.pipelines.simulate.traits import Traits, draw_traits
from learnloom.pipelines.simulate.world import World
from learnloom.schemas import vocabulary as xapi

DEVICES: Final = ("laptop", "phone", "tablet")
# Probability that a student takes one of several courses.
_SHARE_OF_COURSES: Final = 0.6

# Something a student does: from the instant it begins to the instant it ends, both in milliseconds.
Step = Callable[[int], int]


class Student:
    """A student in the middle of things."""

    def __init__(self, traits: Traits, rng: Random, world: World, skills: tuple[SimulatedSkill, ...]) -> None:
        self.traits = traits
        self.rng = rng
        self.world = world
        self.knowledge = world.knowledge(skills, traits, rng)
        self.actor = dumps(_actor(traits))
        """JSON of the actor."""
        self.enrolments: list[Enrolment] = []
        self.device = traits.device
        """Device of the session."""
        self.todo: deque[Step] = deque()
        """What is next, in the order in which it should be done."""
        self.agenda: dict[int, list[Step]] = {}
        """What happens on a given day, whatever the mood."""
        self.failures = 0
        """Graded quizzes failed."""
        self.dropout_day: int | None = None
        self.has_left_formally = False

    def plan(self, day: int, step: Step) -> None:
        """Put a step on the agenda of a day."""
        self.agenda.setdefault(day, []).append(step)


class Enrolment:
    """A student on a course; writes all statements about the student's work on it."""

    def __init__(self, config: SimulationConfig, sink: Sink, student: Student, course: Course) -> None:
        self.config = config
        self.sink = sink
        self.student = student
        self.course = course
        self.registration = sink.new_id()
        platform = student.rng.choice(("Campus LMS", "Campus LMS", "Campus App"))
        self._context = f'"registration":"{self.registration}","platform":"{platform}","language":"en"}}'
        self.tests: dict[int, float] = {}
        """Best scaled score of the graded quiz, by module."""
        self.work: dict[int, float] = {}
        """Best scaled score of the assignment, by module."""

    def say(
        self,
        verb: str,
        activity: SimulatedActivity,
        at_ms: int,
        result: str = "",
        *,
        extensions: str = "",
        by_teacher: bool = False,
        is_spared: bool = False,
    ) -> None:
        """Write one statement of the student.

        Args:
            verb: JSON of the verb, a constant of `statements`.
            activity: the object.
            at_ms: the statement's timestamp, milliseconds since 1970.
            result: JSON of the result with its key and a comma behind; empty for none.
            extensions: JSON of further context extensions, each with a comma before.
            by_teacher: whether the teacher stands in the context as instructor.
            is_spared: whether no fault may befall it.
        """
        statement_id = self.sink.new_id()
        student = self.student
        # A teacher's act does not show the student's device.
        where = (
            INSTRUCTOR if by_teacher else f'"extensions":{{"{xapi.DEVICE}":"{student.device}"{extensions}}},'
        )
        line = (
            f'{{"id":"{statement_id}","actor":{student.actor},"verb":{verb},"object":{activity.as_object},'
            f'{result}"context":{{{activity.places}{where}{self._context},"timestamp":"{rfc3339(at_ms)}"}}'
        )
        self.sink.receiver.take(statement_id, line, at_ms, is_spared=is_spared)


def make_student(
    world: World,
    sink: Sink,
    courses: tuple[Course, ...],
    skills: tuple[SimulatedSkill, ...],
    number: int,
) -> Student:
    """Draw the student with this number (from 0); the traits do not depend on the size of the class."""
    config = world.config
    rng = Random(f"{config.seed}/student/{number}")
    traits = draw_traits(config, number, rng)
    student = Student(traits, rng, world, skills)
    chosen = [course for course in courses if rng.random() < _SHARE_OF_COURSES] or [rng.choice(courses)]
    student.enrolments = [Enrolment(config, sink, student, course) for course in chosen]
    return student


def _actor(traits: Traits) -> dict[str, Any]:
    if traits.mbox is not None:
        return {"objectType": "Agent", "name": traits.name, "mbox": traits.mbox}
    account = {"homePage": traits.home_page, "name": traits.account_name}
    return {"objectType": "Agent", "name": traits.name, "account": account}
