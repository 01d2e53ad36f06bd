"""Both worlds: what is true of each by its making, and students who do what is suggested to them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from statistics import mean, stdev

import pytest

from learnloom.pipelines.simulate.config import DAY_MS, SimulationConfig
from learnloom.pipelines.simulate.course import Course, make_course
from learnloom.pipelines.simulate.heed import DailyReading
from learnloom.pipelines.simulate.run import Classroom
from learnloom.pipelines.simulate.sudden import SuddenKnowledge, SuddenWorld, guess, slip
from learnloom.pipelines.simulate.traits import Traits, draw_traits
from learnloom.pipelines.simulate.worlds import world_of

_SUDDEN = SimulationConfig(students=4, weeks=6, world="sudden", faults=0.0)


def _course(config: SimulationConfig = _SUDDEN) -> Course:
    return make_course(config, 0, Random(1))


def _traits(seed: int = 1) -> Traits:
    return draw_traits(_SUDDEN, seed, Random(seed))


def _student(seed: int, *, is_stuck: bool) -> SuddenKnowledge:
    """One who holds a misconception in the first skill, or does not."""
    skills = _course().skills
    numbers = range(seed * 1_000, seed * 1_000 + 500)
    drawn = (SuddenKnowledge(skills, traits=_traits(), rng=Random(number)) for number in numbers)
    return next(each for each in drawn if (0 in each.misconceived) == is_stuck)


def test_practice_mends_no_misconception_and_explanations_do() -> None:
    """However much is practised, whoever holds one stays wrong; explanations clear it up, and it can be learned."""
    item = next(item for item in _course().items if [skill for skill, _ in item.skills] == [0])
    for seed in range(5):
        stuck = _student(seed, is_stuck=True)
        for n in range(200):
            stuck.use(0, n * DAY_MS, 1.0)
        assert stuck.has_set_answer(0)
        assert stuck.p_right(item, 200 * DAY_MS) < guess(item)
        for n in range(200, 260):
            stuck.explain(0, n * DAY_MS, 1.0)
        assert not stuck.has_set_answer(0)
        assert stuck.p_right(item, 260 * DAY_MS) > 0.9 * (1 - slip(item))


def test_skills_are_grasped_at_once() -> None:
    """A student answers as who guesses before, and as who knows, but for slips, after: nothing lies between."""
    item = next(item for item in _course().items if [skill for skill, _ in item.skills] == [0])
    for seed in range(10):
        knowledge = _student(seed, is_stuck=False)
        seen = set()
        for n in range(60):
            knowledge.use(0, 1 + n, 1.0)
            seen.add(round(knowledge.p_right(item, 1 + n), 6))
        assert seen <= {round(guess(item), 6), round(1 - slip(item), 6)}


def test_what_is_known_comes_to_mind_less_and_is_not_lost() -> None:
    """It fades by a power of the time, the more slowly the longer it is, and one use brings it back."""
    knowledge = _student(3, is_stuck=False)
    for n in range(60):
        knowledge.use(0, 1 + n, 1.0)
    start = 60
    days = [knowledge.ability(0, start + day * DAY_MS) for day in (0, 10, 20, 200, 210)]
    assert days == sorted(days, reverse=True)
    assert days[1] - days[2] > 5 * (days[3] - days[4])
    knowledge.use(0, start + 210 * DAY_MS, 1.0)
    assert knowledge.ability(0, start + 210 * DAY_MS) == pytest.approx(2.0)


def test_a_question_needs_all_of_its_skills() -> None:
    """Who does not know the second skill only guesses, whatever its weight."""
    item = next(item for item in _course().items if len(item.skills) > 1)
    main, second = (skill for skill, _ in item.skills)
    drawn = (SuddenKnowledge(_course().skills, traits=_traits(), rng=Random(number)) for number in range(500))
    half = next(each for each in drawn if each.ability(main, 1) > 1 and each.ability(second, 1) == -1.5)
    assert half.p_right(item, 1) == pytest.approx(guess(item))


def test_guesses_are_not_told_by_one_speed() -> None:
    """In the sudden world some guesses take longer than some serious answers; not so in the other."""
    items, traits, rng = _course().items, _traits()._replace(pace=1.0), Random(2)
    for name, is_told in (("gradual", True), ("sudden", False)):
        world = world_of(_SUDDEN.model_copy(update={"world": name}))
        guesses = [world.guess_ms(item, rng) for item in items for _ in range(20)]
        serious = [world.think_ms(item, traits, 0.5, rng) for item in items for _ in range(20)]
        assert mean(guesses) < mean(serious) / 4
        assert (max(guesses) < min(serious)) == is_told


def test_weeks_differ_and_have_holidays() -> None:
    """No student's week is another's; in the holidays next to nobody works, and nothing is due."""
    world = SuddenWorld(_SUDDEN)
    assert world.holidays == 3
    students = [_traits(seed)._replace(number=seed, engagement_drop_day=None) for seed in range(50)]
    usual = [[world.readiness(each, day) for day in range(7)] for each in students]
    assert mean(stdev(week) / mean(week) for week in usual) > 0.3
    holiday = [world.readiness(each, 3 * 7 + day) for each in students for day in range(7)]
    assert mean(holiday) < 0.1 * mean(each for week in usual for each in week)
    course = _course()
    due = [(module.graded.due_ms - _SUDDEN.start_ms) // (7 * DAY_MS) for module in course.modules]
    assert due == [0, 1, 2, 4, 4, 5]


def test_engagement_fades() -> None:
    """In the sudden world it falls a little each day; in the other over night."""
    traits = _traits()._replace(engagement_drop_day=20)
    for name, steps in (("gradual", 1), ("sudden", 12)):
        world = world_of(_SUDDEN.model_copy(update={"world": name}))
        days = [world.engagement(traits, day) for day in range(60)]
        assert days == sorted(days, reverse=True)
        assert len(set(days)) - 1 == steps


@dataclass
class _Taken:
    """Takes statements, and keeps of whom and when."""

    lines: list[str] = field(default_factory=list)

    def take(self, statement_id: str, line: str, at_ms: int, *, is_spared: bool) -> None:  # noqa: ARG002
        self.lines.append(line.split('"actor":', 1)[1])


def _lived(
    config: SimulationConfig, suggest: Callable[[Classroom, int], None]
) -> tuple[Classroom, list[str]]:
    taken = _Taken()
    classroom = Classroom(config, taken)
    for day, _ in enumerate(classroom.days()):
        suggest(classroom, day)
    return classroom, taken.lines


def _to_the_first(classroom: Classroom, day: int) -> None:
    skill = classroom.courses[0].skills[0].activity.iri
    if day in (3, 8):
        classroom.heed.suggest(day, DailyReading(0, [skill], needs_explanation=day == 8))


@pytest.mark.parametrize("world", ["gradual", "sudden"])
def test_what_is_suggested_is_done_and_counted(world: str) -> None:
    """Who heeds answers more within three days; nobody else's days change, and without heed nothing does."""
    config = SimulationConfig.model_validate({"students": 3, "weeks": 2, "faults": 0.0, "world": world})
    _, plain = _lived(config, lambda *_: None)
    deaf, unheard = _lived(config, _to_the_first)
    assert (deaf.heed.deeds, unheard) == ([], plain)
    classroom, heard = _lived(config.model_copy(update={"heeds": 1.0}), _to_the_first)
    first = classroom.students[0]
    assert first.dropout_day is None
    assert [(each.student_number, each.suggested_on) for each in classroom.heed.deeds] == [(0, 3), (0, 8)]
    for deed in classroom.heed.deeds:
        assert 0 < deed.done_on - deed.suggested_on <= 3
        assert deed.answers > 0
    others = [line for line in heard if not line.startswith(first.actor)]
    strip = [line.split('"context"')[0] for line in plain if not line.startswith(first.actor)]
    assert [line.split('"context"')[0] for line in others] == strip
