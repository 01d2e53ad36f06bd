"""What a student does with questions: think, guess, ask for hints, try again."""

import math
from typing import Final

from learnloom.pipelines.simulate import statements as say
from learnloom.pipelines.simulate.config import DAY_MS, HOUR_MS
from learnloom.pipelines.simulate.course import Quiz
from learnloom.pipelines.simulate.item import SimulatedItem
from learnloom.pipelines.simulate.student import Enrolment

PASS_MARK: Final = 0.6
_TRIES: Final = 4
_HINTS: Final = 3
# A student who is this sure of a right answer asks nobody.
_KNOWS: Final = 0.75
# What an understood hint, or the feedback on a miss, adds to the logit of a right answer.
_HINT_LOGITS: Final = 0.8
_RETAKES: Final = 2


def answer(
    enrolment: Enrolment,
    item: SimulatedItem,
    at_ms: int,
    *,
    hints_allowed: bool,
    support: float = 0.0,
) -> tuple[int, bool]:
    """Answer one question once.

    Args:
        enrolment: who answers, on which course.
        item: the question.
        at_ms: when the student sees it.
        hints_allowed: whether hints are offered.
        support: logits that earlier feedback on this very item adds.

    Returns:
        When the answer was given, and whether it was right.
    """
    student = enrolment.student
    rng, traits, knowledge = student.rng, student.traits, student.knowledge
    main = item.skills[0][0]
    if rng.random() < traits.guessing:
        took_ms = student.world.guess_ms(item, rng)
        is_right = rng.random() < item.chance
        has_set_answer = False
    else:
        probability = knowledge.p_right(item, at_ms)
        if hints_allowed and probability < _KNOWS and rng.random() < traits.help_seeking:
            at_ms, help_logits = _ask_for_hints(enrolment, item, at_ms)
            support += help_logits
        if support:
            odds = probability / (1 - probability) * math.exp(support)
            probability = odds / (1 + odds)
        took_ms = student.world.think_ms(item, traits, probability, rng)
        is_right = rng.random() < probability
        has_set_answer = knowledge.has_set_answer(main)
        for skill, weight in item.skills:
            knowledge.use(skill, at_ms, weight)
    knowledge.record(main, is_right)
    at_ms += took_ms
    results = item.right if is_right else item.wrong
    result = results[int(rng.random() * len(results)) if is_right or not has_set_answer else 0]
    enrolment.say(say.ANSWERED, item.activity, at_ms, f'{result}{took_ms / 1000:.2f}S"}},')
    return at_ms, is_right


def _ask_for_hints(enrolment: Enrolment, item: SimulatedItem, at_ms: int) -> tuple[int, float]:
    """Ask for one hint, or for all within a second; returns the time after and the logits gained."""
    student = enrolment.student
    rng = student.rng
    if student.traits.is_hint_abuser:
        at_ms += 2000
        for number in range(_HINTS):
            enrolment.say(say.REQUESTED_HINT, item.activity, at_ms + number * 300)
        return at_ms + 1000, 0.0
    at_ms += int((8 + 20 * rng.random()) * 1000)
    enrolment.say(say.REQUESTED_HINT, item.activity, at_ms)
    return at_ms + int((5 + 15 * rng.random()) * 1000), _HINT_LOGITS


def practise(enrolment: Enrolment, items: tuple[SimulatedItem, ...], at_ms: int) -> int:
    """Answer questions that may be tried again; returns the end."""
    rng, persistence = enrolment.student.rng, enrolment.student.traits.persistence
    for item in items:
        support = 0.0
        for _ in range(_TRIES):
            at_ms, is_right = answer(enrolment, item, at_ms, hints_allowed=True, support=support)
            if is_right or rng.random() > persistence:
                break
            support += _HINT_LOGITS / 2
        at_ms += 2000
    return at_ms


def take_practice(enrolment: Enrolment, quiz: Quiz, at_ms: int) -> int:
    """Work through a practice quiz, to the end or until patience runs out; returns the end."""
    student, begun_ms = enrolment.student, at_ms
    enrolment.say(say.INITIALIZED, quiz.activity, at_ms)
    patience = 0.35 + 0.75 * student.traits.effort + 0.3 * student.rng.random()
    count = min(len(quiz.items), max(1, round(patience * len(quiz.items))))
    at_ms = practise(enrolment, quiz.items[:count], at_ms + 3000)
    if count == len(quiz.items):
        result = say.duration(at_ms - begun_ms)
        enrolment.say(say.COMPLETED, quiz.activity, at_ms, result)
    return at_ms + 5000


def take_test(
    enrolment: Enrolment,
    module: int,
    at_ms: int,
    *,
    attempt: int = 1,
) -> int:
    """Take the graded quiz of a module; a failed one may be taken again some days later. Returns the end."""
    quiz = enrolment.course.modules[module].graded
    begun_ms = at_ms
    enrolment.say(say.INITIALIZED, quiz.activity, at_ms)
    right = 0
    at_ms += 3000
    for item in quiz.items:
        at_ms, is_right = answer(enrolment, item, at_ms, hints_allowed=False)
        right += is_right
        at_ms += 1500
    scaled = right / len(quiz.items)
    took = f'"duration":"PT{(at_ms - begun_ms) / 1000:.2f}S",'
    has_passed = scaled >= PASS_MARK
    outcome = f'"success":{"true" if has_passed else "false"},'
    whole = say.score(scaled, points=len(quiz.items), extra=f'"completion":true,{took}')
    enrolment.say(say.COMPLETED, quiz.activity, at_ms, whole)
    verdict = say.score(scaled, points=len(quiz.items), extra=outcome)
    enrolment.say(say.PASSED if has_passed else say.FAILED, quiz.activity, at_ms + 40, verdict)
    enrolment.tests[module] = max(scaled, enrolment.tests.get(module, 0.0))
    if not has_passed:
        enrolment.student.failures += 1
        _plan_retake(enrolment, module, at_ms, attempt)
    return at_ms + 10_000


def _plan_retake(
    enrolment: Enrolment,
    module: int,
    at_ms: int,
    attempt: int,
) -> None:
    student = enrolment.student
    if attempt > _RETAKES or student.rng.random() > 0.8 * student.traits.persistence:
        return
    day = (at_ms + HOUR_MS - enrolment.config.start_ms) // DAY_MS + 1 + int(student.rng.random() * 4)

    def retake(begin_ms: int) -> int:
        return take_test(enrolment, module, begin_ms, attempt=attempt + 1)

    student.plan(day, retake)
