"""A student's days: when they work, on what, and whether they stay."""

import math
from functools import partial
from typing import Final

from learnloom.pipelines.simulate import statements as say
from learnloom.pipelines.simulate.assignment import plan_assignment
from learnloom.pipelines.simulate.config import DAY_MS, HOUR_MS, SimulationConfig
from learnloom.pipelines.simulate.declared_input import declare, practise_by_choice, talk
from learnloom.pipelines.simulate.lists import TOPICS
from learnloom.pipelines.simulate.material import use_material
from learnloom.pipelines.simulate.quiz import take_practice, take_test
from learnloom.pipelines.simulate.student import DEVICES, Enrolment, Student

# Final score from which a course is passed.
_PASS_MARK: Final = 0.5
# Tasks of earlier weeks that a student still means to do; the oldest are given up.
_BACKLOG: Final = 12
# Weekly probability that a student of middling effort without failures gives up.
_HAZARD: Final = 0.017


def enrol(student: Student, config: SimulationConfig) -> None:
    """Register the student on the courses, before the first lesson."""
    at_ms = config.start_ms + int((2 + 3 * student.rng.random()) * HOUR_MS)
    for enrolment in student.enrolments:
        activity = enrolment.course.activity
        enrolment.say(say.REGISTERED, activity, at_ms, is_spared=True)
        student.plan(int(student.rng.random() * min(4, config.days)), partial(declare, enrolment))
        at_ms += 1000


def live(student: Student, config: SimulationConfig, day: int) -> None:
    """One day of a student, counted from 0."""
    if student.dropout_day is not None:
        return
    if day % 7 == 0:
        week = day // 7
        if week and student.rng.random() < _hazard(student):
            _leave(student, config, day)
            return
        _plan_week(student, week)
    duties = student.agenda.pop(day, None)
    if duties is None and student.rng.random() > student.world.readiness(student.traits, day):
        return
    at_ms = _begin_session(student, config, day)
    until_ms = at_ms + int((15 + 90 * student.traits.effort * student.rng.random()) * 60_000)
    for step in duties or ():
        at_ms = step(at_ms)
    while student.todo and at_ms < until_ms:
        at_ms = student.todo.popleft()(at_ms)
    if at_ms < until_ms and student.rng.random() < 0.5 * student.traits.effort:
        enrolment = student.rng.choice(student.enrolments)
        modules = enrolment.course.modules[: day // 7 + 1]
        practise_by_choice(enrolment, modules, at_ms)


def finish(student: Student, config: SimulationConfig) -> None:
    """The verdict on the whole course, for all who have not left formally."""
    if student.has_left_formally:
        return
    for enrolment in student.enrolments:
        passes = has_passed(enrolment)
        extra = f'"success":{"true" if passes else "false"},'
        result = say.score(final_score(enrolment), points=100, extra=extra)
        enrolment.say(
            say.PASSED if passes else say.FAILED,
            enrolment.course.activity,
            config.end_ms - HOUR_MS,
            result,
            by_teacher=True,
        )


def final_score(enrolment: Enrolment) -> float:
    """Graded quizzes count for three fifths, assignments for two; what was not done counts as 0."""
    count = len(enrolment.course.modules)
    return round((0.6 * sum(enrolment.tests.values()) + 0.4 * sum(enrolment.work.values())) / count, 4)


def has_passed(enrolment: Enrolment) -> bool:
    """Whether the final score suffices."""
    return final_score(enrolment) >= _PASS_MARK


def _hazard(student: Student) -> float:
    return _HAZARD * math.exp(3.0 * (0.6 - student.traits.effort)) * (1 + 0.5 * student.failures)


def _begin_session(student: Student, config: SimulationConfig, day: int) -> int:
    rng, traits = student.rng, student.traits
    if rng.random() < 0.8:  # noqa: PLR2004 - habits hold most of the time
        hour, student.device = student.world.hour(traits, day, rng), traits.device
    else:
        hour, student.device = 7 + 15 * rng.random(), rng.choice(DEVICES)
    return config.start_ms + day * DAY_MS + int(min(23.0, max(5.5, hour)) * HOUR_MS)


def _leave(student: Student, config: SimulationConfig, day: int) -> None:
    student.dropout_day = day
    if student.rng.random() < 0.4:  # noqa: PLR2004 - most just stop
        student.has_left_formally = True
        at_ms = config.start_ms + day * DAY_MS + student.traits.favourite_hour * HOUR_MS
        for enrolment in student.enrolments:
            enrolment.say(say.UNREGISTERED, enrolment.course.activity, at_ms, is_spared=True)
            at_ms += 1000


def _plan_week(student: Student, week: int) -> None:
    while len(student.todo) > _BACKLOG:
        student.todo.popleft()
    willing = (0.3 + 0.75 * student.traits.effort) * (
        0.5 + 0.5 * student.world.engagement(student.traits, week * 7)
    )
    for enrolment in student.enrolments:
        _plan_module(enrolment, week, willing)


def _plan_module(
    enrolment: Enrolment,
    week: int,
    willing: float,
) -> None:
    student = enrolment.student
    rng, traits = student.rng, student.traits
    module = enrolment.course.modules[week]
    todo = student.todo
    for material in module.material:
        if rng.random() < willing:
            todo.append(partial(use_material, enrolment, material))
    if rng.random() < willing + 0.1:
        for topic in _draw_topics(student, 1 + int(rng.random() * traits.curiosity)):
            todo.append(partial(use_material, enrolment, module.extras[topic]))
    if rng.random() < willing:
        todo.append(partial(take_practice, enrolment, module.practice))
    if rng.random() < willing + 0.15:
        todo.append(partial(take_test, enrolment, week))
    if rng.random() < traits.sociability:
        todo.append(partial(talk, enrolment, module))
    if rng.random() < student.world.engagement(student.traits, week * 7):
        plan_assignment(enrolment, week)


def _draw_topics(student: Student, count: int) -> list[int]:
    """Topics drawn by interest, each once."""
    drawn = student.rng.choices(range(len(TOPICS)), weights=student.traits.interests, k=count)
    return list(dict.fromkeys(drawn))
