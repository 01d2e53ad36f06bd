"""Review by a model of memory."""

from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.learner.fsrs_scheduler import RETENTION, FsrsScheduler
from learnloom.pipelines.learner.review import DAY_US


def test_a_skill_just_mastered_is_due_after_about_a_week() -> None:
    """FSRS's first interval for what is known with ease is eight days, near the first fixed one."""
    assert FsrsScheduler().begin(0).due_us == 8 * DAY_US


def test_success_after_a_while_makes_memory_last_and_a_miss_undoes_it() -> None:
    """A right answer when due lengthens the interval more than an early one; a miss shortens it."""
    memory = FsrsScheduler()
    state = memory.begin(0)
    early = memory.advance(state, DAY_US, is_right=True)
    due = memory.advance(state, state.due_us, is_right=True)
    missed = memory.advance(state, state.due_us, is_right=False)
    assert state.stability_days < early.stability_days < due.stability_days
    assert missed.stability_days < state.stability_days
    assert missed.due_us - state.due_us < state.due_us


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=8))
def test_a_review_is_due_where_memory_has_faded_to_nine_in_ten(answers: list[tuple[int, bool]]) -> None:
    """Memory fades from day to day, and the due day is the one on which it comes to .90, to the nearest day."""
    memory, at_us = FsrsScheduler(), 0
    state = memory.begin(0)
    for days, is_right in answers:
        at_us += days * DAY_US
        state = memory.advance(state, at_us, is_right=is_right)
    left = [memory.retrievability(state, at_us + day * DAY_US) for day in range(120)]
    assert left == sorted(left, reverse=True)
    assert left[0] == 1.0
    assert memory.retrievability(state, state.due_us - DAY_US) > RETENTION
    assert memory.retrievability(state, state.due_us + DAY_US) < RETENTION
