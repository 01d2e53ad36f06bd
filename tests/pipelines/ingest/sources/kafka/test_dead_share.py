"""The limit on refused records stops in time, counts no batch that it has refused, and says what to do."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.land.batch import WriteBatch
from learnloom.pipelines.ingest.land.dead_letter_limit import DeadLetterLimit, RecentRefusals
from learnloom.pipelines.ingest.sources.kafka.errors import TooManyDeadLettersError
from tests.pipelines.ingest.samples import statement, statements, write_batch

_SIZES = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 12)), max_size=30)
"""Parcels: records, and how many of them are refused (all, at the most)."""


def _write_batch(records: int, refused: int, start: int = 0) -> WriteBatch:
    good = statements(range(records - refused))
    return write_batch([b"broken"] * refused + good, topic="xapi", start=start)


def _is_admitted(guard: RecentRefusals, made: WriteBatch) -> bool:
    try:
        guard.admit(made)
    except TooManyDeadLettersError:
        return False
    return True


def _share_of_newest(write_batches: list[tuple[int, int]], window: int) -> tuple[int, int]:
    """Records and refusals of the newest batches that make up the window, the last one with it."""
    records = refused = 0
    for size, bad in reversed(write_batches):
        records, refused = records + size, refused + bad
        if records >= window:
            break
    return records, refused


@given(_SIZES, st.sampled_from([0.01, 0.25, 0.5, 0.9, 1.0]), st.integers(1, 40))
def test_admits_while_the_newest_are_within_the_limit(
    sizes: list[tuple[int, int]], max_share: float, window: int
) -> None:
    """A batch is refused just where it would lift the share of the window above the limit, and is then forgotten."""
    guard = RecentRefusals(DeadLetterLimit(max_share, window))
    admitted: list[tuple[int, int]] = []
    for size, wanted in sizes:
        bad = min(size, wanted)
        # What was let in before counts as far as it is needed to fill a window; the new one comes on top.
        records, refused = _share_of_newest(admitted, window)
        records, refused = records + size, refused + bad
        expected = records < window or refused <= max_share * records
        assert _is_admitted(guard, _write_batch(size, bad)) == expected
        if expected:
            admitted.append((size, bad))


@given(_SIZES, st.integers(1, 40))
def test_a_limit_of_one_is_none(sizes: list[tuple[int, int]], window: int) -> None:
    """With the whole as the limit everything is let in, be it refused to the last record."""
    guard = RecentRefusals(DeadLetterLimit(1.0, window))
    assert all(_is_admitted(guard, _write_batch(size, min(size, bad))) for size, bad in sizes)


def test_a_few_records_are_not_judged() -> None:
    """Below the window nothing stops: the first records of a topic may all be faulty."""
    guard = RecentRefusals(DeadLetterLimit(0.5, 10))
    assert _is_admitted(guard, _write_batch(9, 9))
    assert not _is_admitted(guard, _write_batch(1, 1))


def test_old_sins_are_forgotten() -> None:
    """What lies before the window counts no more."""
    guard = RecentRefusals(DeadLetterLimit(0.5, 10))
    assert _is_admitted(guard, _write_batch(9, 9))
    assert _is_admitted(guard, _write_batch(10, 0))
    assert _is_admitted(guard, _write_batch(10, 0))
    assert not _is_admitted(guard, _write_batch(21, 16))
    assert _is_admitted(guard, _write_batch(10, 10)), "with the ten before, half are refused and no more"


def test_message_names_rules_example_setting_and_remedy() -> None:
    """Whoever reads it knows how many, by which rules, one place, which setting, and both ways to go on."""
    made = write_batch([b"broken", b"broken", b'{"no": 1}', statement(1)], topic="xapi", start=70)
    with pytest.raises(TooManyDeadLettersError) as told:
        RecentRefusals(DeadLetterLimit(0.5, 4)).admit(made)
    message = str(told.value)
    for part in (
        "3 of the last 4 records are refused",
        "limit of 50% (LEARNLOOM_DEAD_LETTER_MAX_SHARE)",
        "json-syntax (2), statement-object (1)",
        "For example xapi, partition 0, offset 70: ",
        "have not landed and stay in the topic",
        "Mend what sends them",
        "learnloom consume --max-dead-share 1",
    ):
        assert part in message
    assert Counter(message)["\n"] == 0


def test_refused_parcel_leaves_no_trace() -> None:
    """The same guard lets a good batch in after it has refused a bad one, as if that had never come."""
    guard = RecentRefusals(DeadLetterLimit(0.5, 10))
    for _ in range(5):
        assert not _is_admitted(guard, _write_batch(12, 12))
    assert _is_admitted(guard, _write_batch(10, 5))
