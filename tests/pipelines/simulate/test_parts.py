"""The small parts of the simulator: instants, videos, questions, knowledge, the outbox."""

import io
import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.simulate.config import DAY_MS, SimulationConfig
from learnloom.pipelines.simulate.course import Course, make_course
from learnloom.pipelines.simulate.gradual import CEILING, GradualKnowledge
from learnloom.pipelines.simulate.item import SLIP, p_right
from learnloom.pipelines.simulate.material import played_segments, share_of
from learnloom.pipelines.simulate.sink import SortedFile
from learnloom.pipelines.simulate.statements import iso_date, rfc3339
from learnloom.pipelines.simulate.traits import draw_traits

CONFIG = SimulationConfig()


@pytest.fixture(scope="module")
def course() -> Course:
    """The first course of the default class."""
    return make_course(CONFIG, 0, Random(1))


def knowledge(course: Course, seed: int = 1) -> GradualKnowledge:
    """What some student knows at the start."""
    rng = Random(seed)
    return GradualKnowledge(course.skills, traits=draw_traits(CONFIG, 0, rng), rng=rng)


@given(st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_timestamps_are_read_back_exactly(moment: datetime) -> None:
    """A timestamp written with milliseconds is the instant it was made from."""
    at_ms = (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    text = rfc3339(at_ms)
    assert text.endswith("Z")
    assert (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        milliseconds=1
    ) == at_ms
    assert text.startswith(iso_date(at_ms))


@pytest.mark.parametrize(
    ("segments", "share"),
    [
        ([], 0.0),
        ([(0.0, 50.0)], 0.5),
        ([(0.0, 50.0), (40.0, 60.0)], 0.6),
        ([(0.0, 50.0), (10.0, 20.0)], 0.5),
        ([(80.0, 100.0), (0.0, 50.0)], 0.7),
        ([(0.0, 120.0)], 1.0),
    ],
)
def test_share_seen_counts_each_second_once(segments: list[tuple[float, float]], share: float) -> None:
    """What is watched twice adds nothing to the share seen."""
    assert share_of(segments, 100.0) == pytest.approx(share)


def test_segments_are_written_as_the_video_profile_says() -> None:
    """Begin and end are parted by [.], segments by [,]."""
    assert played_segments([(0.0, 12.5), (20.0, 30.0)]) == "0[.]12.5[,]20[.]30"


def test_more_ability_never_hurts(course: Course) -> None:
    """The probability of a right answer grows with ability, from chance to all but the slips."""
    for item in course.items:
        chances = [p_right(item, ability) for ability in range(-8, 9)]
        assert chances == sorted(chances)
        assert item.chance <= chances[0]
        assert chances[-1] <= 1 - SLIP


def test_practice_teaches_and_time_takes_away(course: Course) -> None:
    """Ability grows with each use, ever less, and fades while the skill is not used."""
    known = knowledge(course)
    start = known.ability(0, DAY_MS)
    levels = []
    for minute in range(60):
        known.use(0, DAY_MS + minute * 60_000, 1.0)
        levels.append(known.ability(0, DAY_MS + minute * 60_000))
    gains = [after - before for before, after in pairwise(levels)]
    assert levels == sorted(levels)
    assert gains[0] > gains[-1] > 0
    assert start < levels[-1] < start + CEILING
    assert known.ability(0, 100 * DAY_MS) < levels[-1]
    assert known.ability(0, 10_000 * DAY_MS) == pytest.approx(start, abs=0.01)


def test_spaced_use_lasts_longer_than_crammed(course: Course) -> None:
    """Ten uses on ten days are remembered better a year later than ten uses in ten minutes."""
    spaced, crammed = knowledge(course), knowledge(course)
    for n in range(10):
        spaced.use(0, DAY_MS * (n + 1), 1.0)
        crammed.use(0, DAY_MS * 10 + n * 60_000, 1.0)
    assert spaced.ability(0, 375 * DAY_MS) > crammed.ability(0, 375 * DAY_MS)


def test_weak_prerequisites_slow_learning(course: Course) -> None:
    """The same practice teaches more to a student who has the prerequisites."""
    skill = next(skill for skill in course.skills if skill.prerequisites)
    ready, unready = knowledge(course), knowledge(course)
    for other in skill.prerequisites:
        for n in range(200):
            ready.use(other, DAY_MS + n, 1.0)
    before = ready.ability(skill.number, DAY_MS)
    ready.use(skill.number, DAY_MS, 1.0)
    unready.use(skill.number, DAY_MS, 1.0)
    assert ready.ability(skill.number, DAY_MS) > unready.ability(skill.number, DAY_MS) > before


def test_best_run_survives_a_miss(course: Course) -> None:
    """The best run is the most right answers in a row, whatever came after."""
    known = knowledge(course)
    for is_right in (True, False, True, True, False, True):
        known.record(0, is_right)
    assert known.best_run[0] == 2
    assert known.opportunities[0] == 6


def test_prerequisites_come_earlier(course: Course) -> None:
    """No skill asks for one that is taught later, so there is no circle."""
    for skill in course.skills:
        assert all(other < skill.number for other in skill.prerequisites)


def test_item_weights_sum_to_one(course: Course) -> None:
    """The skills of a question share it among them."""
    assert all(math.isclose(sum(weight for _, weight in item.skills), 1.0) for item in course.items)
    assert any(len(item.skills) > 1 for item in course.items)


@given(st.lists(st.tuples(st.integers(0, 5 * DAY_MS), st.binary(min_size=1, max_size=3).map(bytes.hex))))
def test_outbox_writes_everything_in_order(sent: list[tuple[int, str]]) -> None:
    """Flushing day by day gives the same as sorting all by time, ties in the order taken."""
    file = io.BytesIO()
    outbox = SortedFile(file)
    for sent_ms, text in sent:
        outbox.put(sent_ms, text.encode())
    for day in range(1, 4):
        outbox.flush(day * DAY_MS)
    outbox.flush()
    expected = [text.encode() for _, text in sorted(sent, key=lambda entry: entry[0])]
    assert file.getvalue().splitlines() == expected
    assert outbox.lines == len(sent)
