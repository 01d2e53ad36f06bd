"""What students say: goals, choices, preferences, questions to each other."""

from functools import partial
from typing import Final

from learnloom.pipelines.simulate import statements as say
from learnloom.pipelines.simulate.config import DAY_MS
from learnloom.pipelines.simulate.course import Module, topic_activity
from learnloom.pipelines.simulate.lists import TOPICS
from learnloom.pipelines.simulate.quiz import practise
from learnloom.pipelines.simulate.statements import SimulatedActivity, iso_date
from learnloom.pipelines.simulate.student import Enrolment
from learnloom.schemas import vocabulary as xapi

_TOPIC_ACTIVITIES: Final = tuple(topic_activity(topic) for topic in TOPICS)
# Questions that a student answers on a skill picked for practice.
_PRACTICE: Final = 5
# Ability in logits above which a student may claim to know a skill already.
_KNOWN: Final = 1.5


def declare(enrolment: Enrolment, at_ms: int) -> int:
    """First words of a student on a course: goal, favourite topic, what is known already; returns the end."""
    student = enrolment.student
    rng, traits = student.rng, student.traits
    skills = enrolment.course.skills
    if rng.random() < 0.2 + 0.5 * traits.effort:
        goal = rng.choice(skills)
        target = iso_date(at_ms + int((14 + 28 * rng.random()) * DAY_MS))
        extension = f',"{xapi.TARGET_DATE}":"{target}"'
        at_ms += 20_000
        result = say.score(0.95, points=100)
        enrolment.say(say.SET_GOAL, goal.activity, at_ms, result, extensions=extension)
        if rng.random() < 0.1:  # noqa: PLR2004 - some give a goal up
            day = (at_ms - enrolment.config.start_ms) // DAY_MS + 5 + int(20 * rng.random())
            student.plan(day, partial(_drop_goal, enrolment, goal.activity))
    if rng.random() < 0.3:  # noqa: PLR2004
        favourite = max(range(len(TOPICS)), key=traits.interests.__getitem__)
        at_ms += 10_000
        enrolment.say(say.PREFERRED, _TOPIC_ACTIVITIES[favourite], at_ms)
    for skill in skills:
        if student.knowledge.ability(skill.number, at_ms) > _KNOWN and rng.random() < 0.1:  # noqa: PLR2004
            at_ms += 5_000
            enrolment.say(say.STATED_KNOWN, skill.activity, at_ms)
    return at_ms


def _drop_goal(enrolment: Enrolment, goal: SimulatedActivity, at_ms: int) -> int:
    enrolment.say(say.DROPPED_GOAL, goal, at_ms)
    return at_ms + 5_000


def practise_by_choice(enrolment: Enrolment, modules: tuple[Module, ...], at_ms: int) -> int:
    """Pick a skill of the modules seen so far and practise it; returns the end."""
    rng = enrolment.student.rng
    module = rng.choice(modules)
    skill = module.practice.items[0].skills[0][0]
    chosen = next(candidate for candidate in enrolment.course.skills if candidate.number == skill)
    enrolment.say(say.CHOSE, chosen.activity, at_ms)
    items = tuple(item for item in module.practice.items if item.skills[0][0] == skill)
    return practise(enrolment, items[:_PRACTICE], at_ms + 4000)


def talk(enrolment: Enrolment, module: Module, at_ms: int) -> int:
    """Ask, answer or remark in the forum, or review the work of another; returns the end."""
    rng = enrolment.student.rng
    at_ms += int((60 + 300 * rng.random()) * 1000)
    # Who struggles asks; who is good at it responds.
    ability = enrolment.student.knowledge.ability(module.assignment.skill, at_ms)
    draw = rng.random() + 0.12 * ability
    subject = module.activity.name
    if draw < 0.35:  # noqa: PLR2004
        verb, activity, text = say.ASKED, module.forum, f"How does one begin with {subject}?"
    elif draw < 0.6:  # noqa: PLR2004
        verb, activity, text = say.COMMENTED, module.forum, f"The second example of {subject} helped me."
    elif draw < 0.85:  # noqa: PLR2004
        verb, activity, text = say.RESPONDED, module.forum, f"For {subject} I draw a picture first."
    else:
        verb, activity, text = (
            say.REVIEWED,
            module.assignment.activity,
            "Clear; the last step needs a reason.",
        )
    enrolment.say(verb, activity, at_ms, say.response(text))
    return at_ms + 5000
