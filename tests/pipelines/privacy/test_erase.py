"""A student who was erased is nowhere, and everybody else is as before."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.config.schedules import Schedules
from learnloom.pipelines.lake.backup import back_up
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.privacy.erase_request import request_erasures
from learnloom.pipelines.privacy.erase_run import Erasing
from learnloom.pipelines.privacy.errors import ErasureError
from learnloom.pipelines.privacy.receipt import read_receipts
from learnloom.pipelines.privacy.verify import verify
from tests.pipelines.privacy.making import (
    HOME,
    NOW,
    OTHERS,
    TOKENS,
    ZOE,
    answer,
    asked,
    copied,
    failed_checks,
    fill_zoes_class,
    land_zoes_class,
    left_of,
    line,
    run,
    settings_of,
    zoes_class,
)
from tests.pipelines.refresh.school import comparable, differences, land, planned, refreshed, tables

pytestmark = pytest.mark.slow


def _erase(warehouse: Warehouse, folder: Path) -> None:
    """The same, and Zoë is erased."""
    fill_zoes_class(warehouse, folder)
    asked(warehouse, "zz-901")
    assert [each.waits_for for each in run(warehouse)] == [None]


def _erase_unrefreshed(warehouse: Warehouse, name: str) -> None:
    """Where the first run has to learn names, a second ends it: quicker than to write all tables of a refresh anew."""
    asked(warehouse, f"{HOME} {name}")
    run(warehouse)
    assert {each.waits_for for each in run(warehouse)} <= {None}


@pytest.fixture
def school(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A class with Zoë in it."""
    with copied(tmp_path_factory, "school", tmp_path, fill_zoes_class) as warehouse:
        yield warehouse


@pytest.fixture
def school_without(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The same after Zoë was erased."""
    with copied(tmp_path_factory, "school-without", tmp_path, _erase) as warehouse:
        yield warehouse


@pytest.fixture
def school_on_a_server(tmp_path: Path, database: str) -> Iterator[Warehouse]:
    """A class with Zoë in it, with its catalogue in PostgreSQL."""
    with Warehouse(tmp_path / "warehouse", postgres=database) as warehouse:
        fill_zoes_class(warehouse, tmp_path)
        yield warehouse


def _others(warehouse: Warehouse) -> list[str]:
    """Landed statements of those who were never in one with Zoë."""
    return comparable(
        warehouse.rows(
            "SELECT * FROM landing.statement WHERE raw LIKE '%u-10%' AND raw NOT LIKE '%zz-901%' "
            "AND raw NOT LIKE '%erased%'"
        )
    )


@pytest.mark.parametrize("where", ["school", pytest.param("school_on_a_server", marks=pytest.mark.long)])
def test_an_erased_student_is_nowhere(where: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Two identifiers, mentions, refused records, backup: no byte is left, others stay, nothing is computed anew."""
    warehouse: Warehouse = request.getfixturevalue(where)
    back_up(warehouse, tmp_path / "safe")
    others = _others(warehouse)
    erasure = asked(warehouse, "zz-901")
    assert (erasure.n_statements, erasure.n_mentions, erasure.n_dead_letters) == (16, 2, 2)
    assert _others(warehouse) == others
    assert warehouse.rows("SELECT raw FROM landing.statement WHERE contains(raw, 'zz-901')") == []
    (outcome,) = run(warehouse, backups=[str(tmp_path / "safe")])
    assert outcome.waits_for is None
    assert failed_checks(warehouse) == []
    assert _others(warehouse) == others
    assert left_of(tmp_path / "warehouse", TOKENS) == set()
    assert left_of(tmp_path / "safe", TOKENS) == set()
    (receipt,) = read_receipts(warehouse.folder)
    assert not any(token in receipt.path.read_text() for token in TOKENS)
    found = verify(warehouse, receipt.path, ["zz-901", "Zoë Ångström", "someone"])
    assert (found.holds, found.strange, found.hits and found.hits.total) == (True, ["someone"], 0)
    _, plan = planned(warehouse)
    assert (plan.full_because, plan.is_idle) == (None, True)


@pytest.mark.long
@pytest.mark.parametrize("where", ["school", "school_on_a_server"])
def test_an_erasure_leaves_what_a_full_refresh_leaves(where: str, request: pytest.FixtureRequest) -> None:
    """Every row is one that would be computed anew."""
    warehouse: Warehouse = request.getfixturevalue(where)
    asked(warehouse, "zz-901")
    assert [each.waits_for for each in run(warehouse)] == [None]
    incremental = tables(warehouse)
    refreshed(warehouse, full=True)
    assert differences(incremental, tables(warehouse)) == {}


@pytest.mark.long
def test_what_is_read_again_brings_nothing_back(school_without: Warehouse, tmp_path: Path) -> None:
    """The same records under another name, and the same statement in other words, land nothing of who was erased."""
    warehouse = school_without
    before = warehouse.rows("SELECT count(*) FROM landing.statement")
    letters = warehouse.rows("SELECT dead_letter_id, raw FROM landing.dead_letter ORDER BY ALL")
    again = [*zoes_class(), line(answer(100, ZOE, "other words"))]
    land(warehouse, tmp_path / "again.jsonl", again)
    assert warehouse.rows("SELECT count(*) FROM landing.statement") == before
    assert warehouse.rows("SELECT dead_letter_id, raw FROM landing.dead_letter ORDER BY ALL") == letters
    assert failed_checks(warehouse) == []
    land(warehouse, tmp_path / "new.jsonl", [line(answer(300, ZOE))])
    (count,) = warehouse.one("SELECT count(*) FROM landing.statement")
    assert count == before[0][0] + 1


def test_a_receipt_can_be_checked(tmp_path: Path) -> None:
    """It holds as it is, and not where it was changed, nor where the student has come back."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land_zoes_class(warehouse, tmp_path)
        _erase_unrefreshed(warehouse, "zz-901")
        (written,) = read_receipts(warehouse.folder)
        text = written.path.read_text()
        assert not any(token in text for token in TOKENS)
        found = verify(warehouse, written.path, ["Zoë Ångström", "someone"])
        assert (found.holds, found.strange, found.hits and found.hits.total) == (True, ["someone"], 0)
        changed = tmp_path / "changed.json"
        changed.write_text(json.dumps({**json.loads(text), "statements": 1}))
        assert "it was changed" in verify(warehouse, changed, []).faults[0]
        _erase_unrefreshed(warehouse, "u-101")
        first, second = (each.content for each in read_receipts(warehouse.folder))
        assert second["previous_sha256"] == first["sha256"]
        land(warehouse, tmp_path / "new.jsonl", [line(answer(300, ZOE))])
        assert not verify(warehouse, written.path, ["Zoë Ångström"]).holds
        written.path.unlink()
        last = read_receipts(warehouse.folder)[-1].path
        assert "chain" in verify(warehouse, last, []).faults[0]


@pytest.mark.long
def test_several_are_erased_as_one_by_one(
    school: Warehouse, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Asked for at once, Zoë by two of her identifiers, they are hidden as one by one, and both are gone."""
    names = ["zz-901", "u-101", "mailto:zoe@school.example"]
    at_once = request_erasures(school, settings_of(school), names, reason="asked", clock=lambda: NOW)
    (tmp_path / "apart").mkdir()
    with copied(tmp_path_factory, "school", tmp_path / "apart", fill_zoes_class) as other:
        apart = [asked(other, name) for name in names[:2]]
        # What one of them has said of the other goes as a statement, and need not be written without.
        apart[0] = apart[0]._replace(n_mentions=1)
        for one, each in zip(at_once, apart, strict=True):
            assert one[6:] == each[6:], "statements, mentions, refused records, events"
        kept = "SELECT count(*), count(DISTINCT content_hash) FROM landing.statement"
        assert school.one(kept) == other.one(kept)
        staged = "SELECT statement_id, student_key, response FROM staging.stg_statement ORDER BY ALL"
        assert school.rows(staged) == other.rows(staged)
        assert _others(school) == _others(other)
    assert [each.waits_for for each in run(school)] == [None, None]
    assert failed_checks(school) == []
    assert left_of(tmp_path / "warehouse", [*TOKENS, "u-101", "Student Number1"]) == set()
    first, second = (each.content for each in read_receipts(school.folder))
    assert second["previous_sha256"] == first["sha256"]
    assert {each["sha256"] for each in first["files_written_anew"]} == {
        each["sha256"] for each in second["files_written_anew"]
    }


def test_what_the_search_finds_is_hidden_by_the_next_run(tmp_path: Path) -> None:
    """Where an old statement of somebody else names the student still, no receipt is written before it does no more."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        named = answer(2, OTHERS[0], "Thanks to zz-901.")
        land(warehouse, tmp_path / "first.jsonl", [line(answer(1, ZOE)), line(answer(2, OTHERS[0]))])
        asked(warehouse, f"{HOME} zz-901")
        # As if it had been left out, such as by a request for two that was killed between them.
        warehouse.run("UPDATE landing.statement SET raw = ?", [json.dumps(named)])
        (first,) = run(warehouse)
        assert first.waits_for is not None
        assert "places" in first.waits_for
        assert read_receipts(warehouse.folder) == []
        (second,) = run(warehouse)
        assert second.waits_for is None
        assert warehouse.one("SELECT count(*) FROM landing.statement WHERE contains(raw, 'erased-')") == (1,)
    assert left_of(tmp_path / "warehouse", TOKENS) == set()


@pytest.mark.long
def test_without_haste_snapshots_are_waited_for(school: Warehouse) -> None:
    """An erasure that is not `--now` keeps old snapshots until its day, and ends then."""
    warehouse = school
    asked(warehouse, "zz-901")
    settings = settings_of(warehouse)
    (early,) = Erasing(warehouse, settings, clock=lambda: NOW, at_once=False).run()
    assert early.waits_for is not None
    assert "2026-12-16" in early.waits_for
    late = NOW + dt.timedelta(days=21)
    (outcome,) = Erasing(warehouse, settings, clock=lambda: late, at_once=False).run()
    assert outcome.waits_for is None


def test_a_reason_may_not_name_the_student(tmp_path: Path) -> None:
    """The reason stays for good: one that names the student is refused, and nobody is hidden."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "class.jsonl", zoes_class())
        with pytest.raises(ErasureError, match="names the student"):
            request_erasures(
                warehouse,
                settings_of(warehouse),
                ["mailto:zoe@school.example"],
                reason="zoe@school.example has asked",
                clock=lambda: NOW,
            )
        assert "zoe@" in str(warehouse.rows("SELECT raw FROM landing.statement"))


def test_until_it_is_gone_what_comes_is_erased_too(tmp_path: Path) -> None:
    """A statement that lands while the erasure is under way is hidden by the next run, before any refresh was."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "first.jsonl", [line(answer(1, ZOE)), line(answer(2, OTHERS[0]))])
        assert asked(warehouse, f"{HOME} zz-901").n_statements == 1
        land(warehouse, tmp_path / "later.jsonl", [line(answer(3, ZOE)), line(answer(4, OTHERS[0]))], at=NOW)
        half = warehouse.folder / "data" / "landing" / "statement" / "half.parquet"
        half.write_bytes(b"PAR1 and no end")
        settings = settings_of(warehouse, flows=Schedules(erasure_days=0))
        (outcome,) = Erasing(warehouse, settings, clock=lambda: NOW, at_once=False).run()
        assert outcome.waits_for is not None
        assert "half.parquet" in outcome.waits_for
        (outcome,) = run(warehouse)
        assert outcome.waits_for is None
        assert read_receipts(warehouse.folder)[0].content["searched"]["half_written"] == [
            "data/landing/statement/half.parquet"
        ]
        half.unlink()
        assert warehouse.one("SELECT n_statements FROM landing.erasure") == (2,)
        assert warehouse.one("SELECT count(*) FROM landing.statement") == (2,)
        assert failed_checks(warehouse) == []
    assert left_of(tmp_path / "warehouse", TOKENS) == set()
