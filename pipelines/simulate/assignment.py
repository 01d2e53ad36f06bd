"""Work that is handed in: begun, submitted early, late or never, scored by a teacher, sometimes revised."""

import math
from functools import partial
from typing import Final

from learnloom.pipelines.simulate import statements as say
from learnloom.pipelines.simulate.config import DAY_MS, HOUR_MS
from learnloom.pipelines.simulate.course import Assignment
from learnloom.pipelines.simulate.student import Enrolment

_POINTS: Final = 20
# Nobody revises work with a better score.
_GOOD_ENOUGH: Final = 0.8
# What the form that suits a student adds to the logit of the score.
_FORM_LOGITS: Final = 0.9
_EXPLAINED: Final = "I tried two ways, compared them, and wrote down why the second one is shorter."
_BARE: Final = "Here it is."
# When teachers begin to score.
_OFFICE_HOUR: Final = 9


def plan_assignment(enrolment: Enrolment, module: int) -> None:
    """Decide when a student begins and hands in the assignment of a module, if at all."""
    student = enrolment.student
    rng, traits = student.rng, student.traits
    if rng.random() > 0.35 + 0.7 * traits.effort:
        return
    assignment = enrolment.course.modules[module].assignment
    due_day = (assignment.due_ms - enrolment.config.start_ms) // DAY_MS
    lead = rng.gauss(4.5 * traits.punctuality - 0.6, 1.2)
    submit_day = max(module * 7, min(due_day + 6, due_day - round(lead)))
    begin_day = max(module * 7, submit_day - int(4 * traits.punctuality * rng.random()))
    student.plan(begin_day, partial(_begin, enrolment, assignment))
    student.plan(submit_day, partial(_submit, enrolment, module))


def _begin(enrolment: Enrolment, assignment: Assignment, at_ms: int) -> int:
    enrolment.say(say.INITIALIZED, assignment.activity, at_ms)
    return at_ms + int((300 + 1500 * enrolment.student.traits.effort) * 1000)


def _submit(
    enrolment: Enrolment,
    module: int,
    at_ms: int,
) -> int:
    """Hand in and plan what follows; also what is handed in again after feedback."""
    student = enrolment.student
    rng, traits = student.rng, student.traits
    assignment = enrolment.course.modules[module].assignment
    at_ms += int((600 + 1800 * rng.random()) * traits.pace * 1000)
    text = _EXPLAINED if rng.random() < 0.1 + 0.7 * traits.effort else _BARE
    enrolment.say(say.SUBMITTED, assignment.activity, at_ms, say.response(text))
    student.knowledge.use(assignment.skill, at_ms, 3.0 * traits.effort)
    ability = student.knowledge.ability(assignment.skill, at_ms)
    suits = _FORM_LOGITS if assignment.form == traits.best_form else 0.0
    logit = 0.8 * ability + 2.0 * traits.effort - 0.9 + suits + rng.gauss(0, 0.4)
    scaled = round(_POINTS / (1 + math.exp(-logit))) / _POINTS
    is_first = module not in enrolment.work
    enrolment.work[module] = max(scaled, enrolment.work.get(module, 0.0))
    scored_day = at_ms // DAY_MS + 1 + int(3 * rng.random())
    scored_ms = scored_day * DAY_MS + int((_OFFICE_HOUR + 7 * rng.random()) * HOUR_MS)
    enrolment.say(
        say.SCORED,
        assignment.activity,
        scored_ms,
        say.score(scaled, points=_POINTS),
        by_teacher=True,
    )
    if is_first and scored_ms < enrolment.config.end_ms:
        _plan_revision(enrolment, module, scored_ms, scaled)
    return at_ms + 10_000


def _plan_revision(
    enrolment: Enrolment,
    module: int,
    scored_ms: int,
    scaled: float,
) -> None:
    """Opening the feedback, and perhaps handing in again."""
    student = enrolment.student
    rng, traits = student.rng, student.traits
    day = (scored_ms + HOUR_MS - enrolment.config.start_ms) // DAY_MS + 1 + int(rng.random() * 2)
    if rng.random() > 0.3 + 0.6 * traits.effort:
        return
    assignment = enrolment.course.modules[module].assignment
    student.plan(day, partial(_open_feedback, enrolment, assignment))
    if scaled < _GOOD_ENOUGH and rng.random() < 0.7 * traits.persistence:
        student.plan(day, partial(_submit, enrolment, module))


def _open_feedback(enrolment: Enrolment, assignment: Assignment, at_ms: int) -> int:
    took_ms = int((30 + 120 * enrolment.student.rng.random()) * 1000)
    at_ms += took_ms
    enrolment.say(say.EXPERIENCED, assignment.activity, at_ms, say.duration(took_ms))
    return at_ms + 2000
