"""The school as a platform knows it: every activity with its number and where it stands."""

import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final

import orjson

from learnloom.pipelines.simulate.course import Course, Module, Quiz
from learnloom.pipelines.simulate.statements import CAMPUS, SimulatedActivity

# The platforms' hosts are those of the simulated campus.
_HOST: Final = CAMPUS.removeprefix("https://")


def site(host: str) -> str:
    """The address of a platform of the simulated campus: no slash at its end."""
    return f"https://{host}.{_HOST}"


def hexadecimal(*parts: object) -> str:
    """Thirty-two hexadecimal digits that always stand for the same parts."""
    return blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def uuid_of(*parts: object) -> str:
    """A UUID that always stands for the same parts."""
    digits = hexadecimal(*parts)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


class Thing:
    """An activity of the school."""

    def __init__(
        self,
        number: int,
        activity: SimulatedActivity,
        *,
        course: "Thing | None" = None,
        module: "Thing | None" = None,
        quiz: "Thing | None" = None,
        is_graded: bool = False,
        questions: int = 0,
        seconds: float = 0.0,
    ) -> None:
        self.number = number
        """Counts all activities of the school from 1: what a platform's database would number."""
        self.iri = activity.iri
        self.name = activity.name
        self.kind = activity.kind
        """IRI of its type in our own vocabulary."""
        self.is_graded = is_graded
        """Whether it is a graded quiz."""
        self.questions = questions
        """Of a quiz: how many."""
        self.seconds = seconds
        """Of a video: its length."""
        self._course = course
        self.module = module
        """The module in which it stands; None of a course and of a module."""
        self.quiz = quiz
        """Of a question: the quiz."""
        self._as_object = activity.as_object

    @property
    def course(self) -> "Thing":
        """The course in which it stands; a course itself."""
        return self._course or self

    @cached_property
    def definition(self) -> dict[str, Any]:
        """Its definition in our own vocabulary."""
        definition: dict[str, Any] = orjson.loads(self._as_object)["definition"]
        return definition


class School:
    """All activities of the simulated courses, by IRI."""

    def __init__(self, courses: Sequence[Course], seed: int) -> None:
        self.seed = seed
        self.things: dict[str, Thing] = {}
        # Schools of different seeds number alike, and share nothing all the same.
        self._first = 1 + zlib.crc32(str(seed).encode()) % 10_000
        for course in courses:
            self._take_course(course)

    def __getitem__(self, iri: str) -> Thing:
        return self.things[iri]

    def __contains__(self, iri: str) -> bool:
        return iri in self.things

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.things.values())

    def _take(self, activity: SimulatedActivity, **places: Any) -> Thing:
        thing = Thing(self._first + len(self.things), activity, **places)
        self.things[activity.iri] = thing
        return thing

    def _take_course(self, course: Course) -> None:
        whole = self._take(course.activity)
        for module in course.modules:
            self._take_module(whole, module)

    def _take_module(self, course: Thing, module: Module) -> None:
        part = self._take(module.activity, course=course)
        for material in (*module.material, *module.extras):
            self._take(material.activity, course=course, module=part, seconds=material.seconds)
        for quiz in (module.practice, module.graded):
            self._take_quiz(course, part, quiz)
        self._take(module.assignment.activity, course=course, module=part)
        self._take(module.forum, course=course, module=part)

    def _take_quiz(self, course: Thing, module: Thing, quiz: Quiz) -> None:
        whole = self._take(
            quiz.activity, course=course, module=module, is_graded=quiz.is_graded, questions=len(quiz.items)
        )
        for item in quiz.items:
            self._take(item.activity, course=course, module=module, quiz=whole)
