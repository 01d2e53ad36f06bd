"""Dead letters judged again land once where they are valid now, and stay with a reason where not."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.ingest.land.dead_letters import DeadSelection, count_by, find
from learnloom.pipelines.ingest.land.replay import ReplaySummary, replay
from learnloom.pipelines.ingest.validate.repairs import Mend
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.record import Verdict
from tests.once import made_once
from tests.pipelines.ingest.samples import NOON, bring_in, is_same, judge, landed_ids, statement, statement_id

LATER = NOON + timedelta(days=1)


def _make(folder: Path) -> None:
    broken = [statement(number).replace(b'"verb"', b'"vreb"') for number in (3, 4, 5)]
    records = [statement(1), *broken, statement(2), b"hopeless", statement(1, text="other")]
    path = folder / "a.jsonl"
    path.write_bytes(b"\n".join(records) + b"\n")
    with Warehouse(folder / "warehouse") as warehouse:
        bring_in(warehouse, path)


@pytest.fixture
def warehouse(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse with two statements and five dead letters."""
    made = made_once(tmp_path_factory, "dead-letters", _make)
    shutil.copytree(made / "warehouse", tmp_path / "warehouse")
    with Warehouse(tmp_path / "warehouse") as opened:
        yield opened


def _mend(raw: bytes) -> bytes:
    return raw.replace(b'"vreb"', b'"verb"')


def _again(
    warehouse: Warehouse, selection: DeadSelection | None = None, *, mend: Mend | None = _mend
) -> ReplaySummary:
    return replay(
        warehouse,
        selection or DeadSelection(),
        judge=judge,
        is_same=is_same,
        now=lambda: LATER,
        wait_seconds=30,
        mend=mend,
        max_records=2,
    )


@pytest.mark.slow
def test_mended_letters_land_and_are_marked(warehouse: Warehouse) -> None:
    """What is valid after the mend lands with the mended bytes at its old place; positions stay."""
    before = tables.positions(warehouse)
    summary = _again(warehouse)
    assert (summary.tried, summary.landed, summary.duplicates) == (5, 3, 0)
    assert summary.kept == {"json-syntax": 1, "id-conflict": 1}
    assert landed_ids(warehouse) == [statement_id(number) for number in range(1, 6)]
    assert warehouse.one('SELECT raw, "offset", landed_at FROM landing.statement WHERE "offset" = 2') == (
        statement(4).decode(),
        2,
        LATER,
    )
    replayed = find(warehouse, DeadSelection(is_waiting=False), limit=10)
    assert [(letter.replayed_at, letter.replayed_as) for letter in replayed] == [
        (LATER, statement_id(number)) for number in (3, 4, 5)
    ]
    assert tables.positions(warehouse) == before


@pytest.mark.slow
def test_twice_is_once(warehouse: Warehouse) -> None:
    """A second replay tries only what still waits, and lands nothing."""
    _again(warehouse)
    summary = _again(warehouse)
    assert (summary.tried, summary.landed) == (2, 0)
    assert len(landed_ids(warehouse)) == 5


def test_the_selection_is_kept_to(warehouse: Warehouse) -> None:
    """Only dead letters of the rule, the topic and the ids asked for are touched."""
    assert _again(warehouse, DeadSelection(rule="json-syntax")).tried == 1
    assert _again(warehouse, DeadSelection(topic="elsewhere")).tried == 0
    letter = find(warehouse, DeadSelection(rule="statement-object"), limit=1)[0]
    assert _again(warehouse, DeadSelection(ids=[letter.dead_letter_id])).landed == 1


def test_new_rules_alone_can_make_letters_valid(warehouse: Warehouse) -> None:
    """Without a mend the bytes as received are judged again, and land as they are."""
    summary = replay(
        warehouse,
        DeadSelection(rule="statement-object"),
        judge=lambda raw: Verdict(raw, (), judge(_mend(raw or b"")).statement_id),
        is_same=is_same,
        now=lambda: LATER,
        wait_seconds=30,
    )
    assert summary.landed == 3
    assert warehouse.rows("SELECT raw FROM landing.statement WHERE contains(raw, 'vreb')") != []


@pytest.mark.slow
def test_what_has_landed_meanwhile_counts_as_replayed(warehouse: Warehouse, tmp_path: Path) -> None:
    """A dead letter whose mended statement came in by itself is marked, and not landed a second time."""
    path = tmp_path / "mended.jsonl"
    path.write_bytes(statement(3) + b"\n")
    bring_in(warehouse, path)
    summary = _again(warehouse)
    assert (summary.landed, summary.duplicates) == (2, 1)
    assert len(landed_ids(warehouse)) == 5


def test_a_mend_that_raises_costs_one_letter(warehouse: Warehouse) -> None:
    """What the mend cannot handle stays a dead letter with the mend's error; the others land."""

    def picky(raw: bytes) -> bytes:
        if b"hopeless" in raw:
            raise KeyError("hope")
        return _mend(raw)

    summary = _again(warehouse, mend=picky)
    assert summary.landed == 3
    assert summary.kept["mend-failed"] == 1
    assert any("KeyError: 'hope'" in fault.message for _, fault in summary.examples)


def test_counts_by_rule_show_an_example_that_waits(warehouse: Warehouse) -> None:
    """The summary counts waiting and replayed letters apart."""
    letter = find(warehouse, DeadSelection(rule="statement-object"), limit=1)[0]
    _again(warehouse, DeadSelection(ids=[letter.dead_letter_id]))
    counts = {count.group: (count.waiting, count.replayed) for count in count_by(warehouse)}
    assert counts == {"statement-object": (2, 1), "json-syntax": (1, 0), "id-conflict": (1, 0)}
    (example,) = (count.example_id for count in count_by(warehouse) if count.group == "statement-object")
    assert example != letter.dead_letter_id
