"""Known ids answer as a plain dictionary would, whatever way they came to know."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.ingest.land.dedupe import Hashes, KnownIds, as_hashes, hash_of
from learnloom.pipelines.lake.connection import Warehouse

PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=25)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse without statements."""
    with Warehouse(tmp_path_factory.mktemp("known") / "warehouse") as warehouse:
        tables.prepare(warehouse, wait_seconds=30)
        yield warehouse


def _hashes(numbers: Iterator[int] | list[int]) -> Hashes:
    # Far apart and on both sides of what a signed number holds.
    return np.array([number * 0x0842108421084211 for number in numbers], dtype=np.uint64)


def test_hashes_are_the_same_for_ever() -> None:
    """Hashes are stored, so a change of how they are made would make every statement unknown."""
    assert as_hashes([hash_of(b"learnloom"), hash_of(b"")]).tolist() == [
        17526148106496022835,
        13020603013274838756,
    ]


@given(batches=st.lists(PAIRS, max_size=12), asked=PAIRS)
def test_it_answers_as_a_dictionary_would(
    empty: Warehouse, batches: list[list[tuple[int, int]]], asked: list[tuple[int, int]]
) -> None:
    """After any batches, an id is known if it was in one, and the same if it was with these contents."""
    known = KnownIds(sql_asks=0)
    known.find(empty, 1, _hashes([]), _hashes([]))
    for batch in batches:
        known.landed(_hashes([i for i, _ in batch]), _hashes([c for _, c in batch]), 1)
    found = known.find(empty, 1, _hashes([i for i, _ in asked]), _hashes([c for _, c in asked]))
    pairs = {pair for batch in batches for pair in batch}
    ids = {number for number, _ in pairs}
    assert found.is_known.tolist() == [number in ids for number, _ in asked]
    for pair, is_same in zip(asked, found.is_same.tolist(), strict=True):
        assert is_same <= (pair in pairs)
        if len(pairs) == len(ids):  # else one id came with two contents: one of them may need a look
            assert is_same == (pair in pairs)


def test_asking_by_sql_and_from_memory_agree(empty: Warehouse) -> None:
    """On an empty warehouse both ways know nothing."""
    for asks in (0, 1):
        found = KnownIds(sql_asks=asks).find(empty, empty.snapshot(), _hashes([1, 2]), _hashes([1, 2]))
        assert not found.is_known.any()
        assert not found.is_same.any()
