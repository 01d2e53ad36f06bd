"""A course: modules with videos, readings, quizzes, an assignment, extra material and a forum."""

from random import Random
from typing import Any, Final, NamedTuple

from learnloom.pipelines.simulate.config import DAY_MS, HOUR_MS, SimulationConfig
from learnloom.pipelines.simulate.item import SimulatedItem, SimulatedSkill, make_item
from learnloom.pipelines.simulate.lists import FORMS, SUBJECTS, TOPICS
from learnloom.pipelines.simulate.statements import (
    CAMPUS,
    VIDEO_CATEGORY,
    SimulatedActivity,
    make_activity,
    reference,
    rfc3339,
    school_iri,
)
from learnloom.pipelines.simulate.worlds import world_of
from learnloom.schemas import vocabulary as xapi

PRACTICE_ITEMS: Final = 10
GRADED_ITEMS: Final = 8
_VIDEOS: Final = 3
_READINGS: Final = 2
_DUE_HOUR: Final = 22
# Share of items that go back to a skill of an earlier module.
_REVIEW_SHARE: Final = 0.2
_SECOND_SKILL_SHARE: Final = 0.15


class Material(NamedTuple):
    """A video or a reading."""

    activity: SimulatedActivity
    seconds: float
    """Length of the video, or time that a thorough reader takes."""
    skill: int
    topic: str
    is_optional: bool


class Quiz(NamedTuple):
    """A practice quiz (not graded, optional) or a graded one."""

    activity: SimulatedActivity
    items: tuple[SimulatedItem, ...]
    is_graded: bool
    due_ms: int


class Assignment(NamedTuple):
    """Work handed in once a module and scored by a teacher."""

    activity: SimulatedActivity
    form: str
    """One of FORMS."""
    skill: int
    due_ms: int


class Module(NamedTuple):
    """A week of the course."""

    activity: SimulatedActivity
    material: tuple[Material, ...]
    extras: tuple[Material, ...]
    """Optional, one for each topic of interest."""
    practice: Quiz
    graded: Quiz
    assignment: Assignment
    forum: SimulatedActivity


class Course(NamedTuple):
    """A course with its skills (numbers count over all courses of the class)."""

    activity: SimulatedActivity
    skills: tuple[SimulatedSkill, ...]
    modules: tuple[Module, ...]

    @property
    def items(self) -> tuple[SimulatedItem, ...]:
        """All questions of the course, in the order in which they come."""
        return tuple(
            item
            for module in self.modules
            for quiz in (module.practice, module.graded)
            for item in quiz.items
        )


def make_course(config: SimulationConfig, number: int, rng: Random) -> Course:
    """Draw the course with this number (from 0)."""
    return _Builder(config, number, rng).course()


def topic_activity(topic: str) -> SimulatedActivity:
    """The activity that stands for a topic of interest, as the object of a declared preference."""
    return make_activity(
        f"{CAMPUS}/topics/{topic}",
        topic,
        xapi.CATEGORY,
        extensions={xapi.TOPIC: topic},
    )


class _Builder:
    """Draws one course; its fields are what all parts of that course share."""

    def __init__(self, config: SimulationConfig, number: int, rng: Random) -> None:
        self.config = config
        self.rng = rng
        self.world = world_of(config)
        self.subject = SUBJECTS[number % len(SUBJECTS)]
        self.root = f"{school_iri(config)}/course-{number + 1}"
        self.first_skill = number * config.skills_per_course
        level = f" {number // len(SUBJECTS) + 1}" if number >= len(SUBJECTS) else ""
        self.activity = make_activity(self.root, f"{self.subject.name}{level}", xapi.COURSE)
        self.skills = tuple(self._skill(place) for place in range(config.skills_per_course))

    def course(self) -> Course:
        modules = tuple(self._module(week) for week in range(self.config.weeks))
        return Course(self.activity, self.skills, modules)

    def _skill(self, place: int) -> SimulatedSkill:
        names = self.subject.skills
        name = names[place % len(names)] + (f" {place // len(names) + 1}" if place >= len(names) else "")
        iri = f"{self.root}/skill-{place + 1}"
        earlier = list(range(max(0, place - 3), place))
        chosen = sorted(self.rng.sample(earlier, min(len(earlier), self.rng.choice((1, 1, 2)))))
        span = max(1, self.config.skills_per_course - 1)
        return SimulatedSkill(
            number=self.first_skill + place,
            activity=make_activity(iri, name, xapi.OBJECTIVE, grouping=(self.activity,)),
            prerequisites=tuple(self.first_skill + other for other in chosen),
            level=-0.7 + 1.2 * place / span,
        )

    def _skills_of(self, week: int) -> tuple[SimulatedSkill, ...]:
        count, weeks = len(self.skills), self.config.weeks
        first = week * count // weeks
        return self.skills[first : max(first + 1, (week + 1) * count // weeks)]

    def _category(self, *skills: SimulatedSkill) -> list[dict[str, Any]]:
        return [reference(skill.activity) for skill in skills] if self.config.skills_in_statements else []

    def _module(self, week: int) -> Module:
        taught = self._skills_of(week)
        iri = f"{self.root}/week-{week + 1}"
        name = f"Week {week + 1}: {taught[0].activity.name}"
        module = make_activity(iri, name, xapi.MODULE, parent=self.activity, grouping=(self.activity,))
        due_ms = self.config.start_ms + (self.world.due_week(week) * 7 + 6) * DAY_MS + _DUE_HOUR * HOUR_MS
        material = [
            self._material(module, taught[n % len(taught)], n + 1, is_video=n < _VIDEOS)
            for n in range(_VIDEOS + _READINGS)
        ]
        extras = [
            self._material(module, self.rng.choice(taught), n + 10, self.rng.random() < 0.5, topic)  # noqa: PLR2004
            for n, topic in enumerate(TOPICS)
        ]
        return Module(
            activity=module,
            material=tuple(material),
            extras=tuple(extras),
            practice=self._quiz(module, week, due_ms, is_graded=False),
            graded=self._quiz(module, week, due_ms, is_graded=True),
            assignment=self._assignment(module, week, taught[-1], due_ms),
            forum=make_activity(
                f"{iri}/forum",
                f"Questions about week {week + 1}",
                xapi.FORUM_TOPIC,
                parent=module,
                grouping=(self.activity,),
            ),
        )

    def _material(
        self,
        module: SimulatedActivity,
        skill: SimulatedSkill,
        number: int,
        is_video: bool,
        topic: str | None = None,
    ) -> Material:
        is_optional = topic is not None
        about = topic or self.rng.choice(TOPICS)
        extensions: dict[str, Any] = {xapi.TOPIC: about}
        if is_optional:
            extensions[xapi.IS_OPTIONAL] = True
        name = f"{skill.activity.name} in {about}" if is_optional else f"{skill.activity.name}, part {number}"
        category = self._category(skill)
        activity = make_activity(
            f"{module.iri}/{'video' if is_video else 'reading'}-{number}",
            name,
            xapi.VIDEO if is_video else xapi.READING,
            extensions=extensions,
            parent=module,
            grouping=(self.activity,),
            category=[VIDEO_CATEGORY, *category] if is_video else category,
        )
        seconds = round(self.rng.uniform(120, 720), 1)
        return Material(activity, seconds, skill.number, about, is_optional)

    def _quiz(self, module: SimulatedActivity, week: int, due_ms: int, *, is_graded: bool) -> Quiz:
        kind, count = ("test", GRADED_ITEMS) if is_graded else ("practice", PRACTICE_ITEMS)
        extensions = {xapi.DUE_AT: rfc3339(due_ms)} if is_graded else {xapi.IS_OPTIONAL: True}
        activity = make_activity(
            f"{module.iri}/{kind}",
            f"{module.name}, {kind}",
            xapi.ASSESSMENT,
            extensions=extensions,
            parent=module,
            grouping=(self.activity,),
        )
        items = tuple(self._item(module, activity, week, number) for number in range(1, count + 1))
        return Quiz(activity, items, is_graded, due_ms)

    def _item(
        self, module: SimulatedActivity, quiz: SimulatedActivity, week: int, number: int
    ) -> SimulatedItem:
        rng = self.rng
        taught = self._skills_of(week)
        main = taught[number % len(taught)]
        place = main.number - self.first_skill
        if place and rng.random() < _REVIEW_SHARE:
            main = self.skills[rng.randrange(place)]
        skills: tuple[tuple[SimulatedSkill, float], ...] = ((main, 1.0),)
        if main.prerequisites and rng.random() < _SECOND_SKILL_SHARE:
            second = self.skills[rng.choice(main.prerequisites) - self.first_skill]
            skills = ((main, 0.7), (second, 0.3))
        return make_item(
            f"{quiz.iri}/q{number}",
            f"{main.activity.name} {number}",
            skills=skills,
            is_misleading=week % 4 == 1 and number == PRACTICE_ITEMS - 3,
            places={
                "parent": quiz,
                "grouping": (self.activity, module),
                "category": self._category(*(skill for skill, _ in skills)),
            },
            rng=rng,
        )

    def _assignment(
        self, module: SimulatedActivity, week: int, skill: SimulatedSkill, due_ms: int
    ) -> Assignment:
        form = FORMS[week % len(FORMS)]
        activity = make_activity(
            f"{module.iri}/assignment",
            f"{module.name}, {form}",
            xapi.ASSIGNMENT,
            extensions={xapi.DUE_AT: rfc3339(due_ms)},
            parent=module,
            grouping=(self.activity,),
            category=self._category(skill),
        )
        return Assignment(activity, form, skill.number, due_ms)
