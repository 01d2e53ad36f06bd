"""The index of ids answers as a dictionary would, from memory and from files, and believes no damaged file."""

import json
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnloom.pipelines.ingest.land import hash_runs
from learnloom.pipelines.ingest.land.hash_runs import CorruptRunError, FileRun, Hashes, MemoryRun, write_run
from learnloom.pipelines.ingest.land.id_index import IdIndex, Moment

_RECENT = 4
_PAIRS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=12)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), _PAIRS),
        st.tuples(st.sampled_from(["spill", "save", "begin anew"]), st.just([])),
    ),
    max_size=25,
)


def _hashes(numbers: list[int]) -> Hashes:
    # Far apart and on both sides of what a signed number holds.
    return np.array([number * 0x0614061406140614 for number in numbers], dtype=np.uint64)


def _columns(pairs: list[tuple[int, int]]) -> tuple[Hashes, Hashes]:
    return _hashes([i for i, _ in pairs]), _hashes([c for _, c in pairs])


def _run(ids: Hashes, contents: Hashes) -> MemoryRun:
    """Entries of which each landed at a time that follows from its content."""
    return MemoryRun.of(ids, contents, contents + np.uint64(1))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(steps=_STEPS, asked=_PAIRS)
def test_it_answers_as_a_dictionary_would(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, list[tuple[int, int]]]],
    asked: list[tuple[int, int]],
) -> None:
    """After any steps an id is known if it was added, and the same if with these contents; saved is what stays."""
    folder = tmp_path_factory.mktemp("index")
    held: list[tuple[int, int]] = []
    saved: tuple[Moment | None, list[tuple[int, int]]] = (None, [])
    index = IdIndex(recent=_RECENT)
    index.use(folder)
    for number, (what, pairs) in enumerate(steps):
        if what == "add":
            index.add(_run(*_columns(pairs)))
            held += pairs
        elif what == "spill":
            index.spill()
        elif what == "save":
            saved = Moment(number, str(number)), list(held)
            index.save(saved[0] or Moment(0, ""))
        else:
            index = IdIndex(recent=_RECENT)
            index.use(folder)
            assert index.load() == saved[0]
            held = list(saved[1])
    assert len(index) == len(held)
    found = index.find(*_columns(asked))
    ids = {number for number, _ in held}
    assert found.is_known.tolist() == [number in ids for number, _ in asked]
    times = _run(*_columns(held)).landed_us.tolist()
    for (number, _), time in zip(asked, found.landed_us.tolist(), strict=True):
        assert time in (times if number in ids else [0])
    for pair, is_same in zip(asked, found.is_same.tolist(), strict=True):
        assert is_same <= (pair in held)
        if len(set(held)) == len(ids):  # else one id came with two contents: one of them may need a look
            assert is_same == (pair in held)


@pytest.mark.parametrize("rows", [1, 511, 512, 513, 5_000])
def test_a_run_in_a_file_finds_all_of_its_ids_and_no_others(tmp_path: Path, rows: int) -> None:
    """Whatever the place of an id in its page: all are found with their contents, and no neighbour is."""
    ids = np.arange(1, rows + 1, dtype=np.uint64) * np.uint64(3)
    run = FileRun(tmp_path, write_run(tmp_path, "a.run", rows, iter([_run(ids, ids + np.uint64(1))])))
    found = run.find(ids, ids + np.uint64(1))
    assert found.is_known.all()
    assert found.is_same.all()
    assert found.landed_us.tolist() == (ids + np.uint64(2)).tolist()
    asked = np.sort(np.concatenate([ids - np.uint64(1), ids + np.uint64(1), np.zeros(1, np.uint64)]))
    found = run.find(asked, asked)
    assert not found.is_known.any()
    assert not found.landed_us.any()


def test_merging_reads_a_part_of_the_runs_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Merged in parts, the pairs of several runs are all there once, in order."""
    monkeypatch.setattr(hash_runs, "_AT_ONCE", 1_024)
    rng = np.random.default_rng(5)
    runs = []
    for number, rows in enumerate((700, 3_000, 20_000)):
        made = MemoryRun.of(*(rng.integers(0, 2**64 - 1, size=rows, dtype=np.uint64) for _ in range(3)))
        runs.append(FileRun(tmp_path, write_run(tmp_path, str(number), rows, iter([made]))))
    parts = list(hash_runs.merged_parts(runs))
    assert max(map(len, parts)) < 1_024 + 3 * 512
    merged = np.concatenate([part.columns for part in parts], axis=1)
    expected = MemoryRun.merged([run.part(0, len(run)) for run in runs])
    assert merged.tolist() == np.stack(expected.columns).tolist()


@pytest.mark.parametrize("place", [0, 3_999, 4_000, 7_999, 8_000, 11_999])
def test_a_flipped_bit_is_seen(tmp_path: Path, place: int) -> None:
    """A file of which one bit has changed, in ids, contents or times, is not opened."""
    ids = np.arange(500, dtype=np.uint64)
    file = write_run(tmp_path, "a.run", 500, iter([_run(ids, ids)]))
    data = bytearray((tmp_path / "a.run").read_bytes())
    data[place] ^= 4
    (tmp_path / "a.run").write_bytes(data)
    with pytest.raises(CorruptRunError, match="what was written"):
        FileRun(tmp_path, file)


def test_few_files_stay(tmp_path: Path) -> None:
    """However often it is saved, the files are a few for each power of four, and no leftovers."""
    index = IdIndex(recent=_RECENT)
    index.use(tmp_path)
    (tmp_path / "left over.run").write_bytes(b"of an index before")
    for number in range(64):
        ids = np.arange(5 * number, 5 * number + 5, dtype=np.uint64)
        index.add(_run(ids, ids))
        index.save(Moment(number, ""))
    assert len(list(tmp_path.glob("*.run"))) <= 10
    assert not (tmp_path / "left over.run").exists()
    assert len(index) == 320


def test_files_of_an_earlier_release_are_made_anew(tmp_path: Path) -> None:
    """Files without times, as they were once written, are not believed and do no harm."""
    ids = np.arange(500, dtype=np.uint64)
    index = IdIndex(recent=_RECENT)
    index.use(tmp_path)
    (tmp_path / "old.run").write_bytes(ids.tobytes() * 2)
    crc = crc32(ids.tobytes())
    manifest = {"snapshot": 1, "time": "", "runs": [["old.run", 500, crc, crc]]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert index.load() is None
    assert not len(index)
