"""A warehouse of an earlier learnloom, which kept state and norms among the estimates, goes on without a loss."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import Relation, existing_tables, load_relations
from learnloom.pipelines.operate.summary import read_status
from learnloom.pipelines.operate.watched import drift
from learnloom.pipelines.refresh.errors import UnreadableVersionsError
from learnloom.pipelines.refresh.state import make_defined_tables, read_state
from learnloom.pipelines.refresh.train import train_version
from learnloom.pipelines.refresh.versions import check_versions
from learnloom.pipelines.serve.students import read_signals
from tests.forked import Forked
from tests.pipelines.refresh.conftest import made_class
from tests.pipelines.refresh.refresher import refreshing
from tests.pipelines.refresh.school import LAST_DAY, NOW, SETTINGS, differences, refreshed, tables

pytestmark = pytest.mark.slow

_MOVED = {f"estimates.{each.name}": each for each in load_relations() if each.layer in ("run", "norms")}
_GONE = {"staging.stg_statement_in_context", "staging.stg_vocabulary"}
_CHANGED = "rules, settings or what the school has told have changed"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    """A class as an earlier learnloom left it, version 1 in use though 2 is newer; and its tables as they are now."""
    folder = tmp_path_factory.mktemp("made")
    shutil.copytree(made_class(tmp_path_factory, students=3), folder, dirs_exist_ok=True)
    with Warehouse(folder / "warehouse") as warehouse:
        assert not train_version(warehouse, SETTINGS, clock=lambda: NOW + dt.timedelta(minutes=1)).is_promoted
        refreshed(warehouse)
        present = tables(warehouse)
        _put_back(warehouse)
    return folder / "warehouse", present


@pytest.fixture
def earlier(made: tuple[Path, dict[str, list[str]]], tmp_path: Path) -> Iterator[Warehouse]:
    """A copy of it to be changed."""
    shutil.copytree(made[0], tmp_path / "warehouse")
    with Warehouse(tmp_path / "warehouse") as warehouse:
        yield warehouse


def _put_back(warehouse: Warehouse) -> None:
    """Let everything stand where an earlier learnloom had it, views of it included."""
    relations = load_relations()
    for name, relation in _MOVED.items():
        warehouse.run(f"CREATE TABLE {LAKE}.{name} AS FROM {LAKE}.{relation.full_name}")
    for view in relations:
        if view.stored == "view":
            warehouse.run(f"CREATE OR REPLACE VIEW {LAKE}.{view.full_name} AS {_as_before(view)}")
    for relation in _MOVED.values():
        warehouse.run(f"DROP TABLE {LAKE}.{relation.full_name}")
    warehouse.run(f"CREATE TABLE {LAKE}.staging.stg_vocabulary AS SELECT 'hint' AS vocabulary_name")
    warehouse.run(f"CREATE VIEW {LAKE}.staging.stg_statement_in_context AS FROM {LAKE}.staging.stg_statement")
    for layer in ("run", "norms"):
        warehouse.run(f"DROP SCHEMA {LAKE}.{layer}")
    warehouse.run(f"UPDATE {LAKE}.estimates.refresh_state SET rules_digest = 'of an earlier learnloom'")


def _as_before(view: Relation) -> str:
    sql = view.sql
    for name, relation in _MOVED.items():
        sql = sql.replace(relation.full_name, name)
    return sql


def _views_work(warehouse: Warehouse) -> bool:
    return all(
        warehouse.one(f"SELECT count(*) >= 0 FROM {view.full_name}")[0]
        for view in load_relations()
        if view.stored == "view"
    )


def test_the_next_refresh_takes_everything_over(
    earlier: Warehouse, made: tuple[Path, dict[str, list[str]]]
) -> None:
    """It builds everything and says why, by the version that was in use and its norms; nothing told is another."""
    summary = refreshed(earlier)
    assert (summary.full_because, summary.model_version, summary.is_fitted) == (_CHANGED, 1, False)
    assert differences(made[1], tables(earlier)) == {}
    assert not existing_tables(earlier) & (_MOVED.keys() | _GONE)
    assert _views_work(earlier)
    assert refreshed(earlier).full_because is None


def test_until_then_it_is_read_as_it_was(earlier: Warehouse, made: tuple[Path, dict[str, list[str]]]) -> None:
    """Signals are given out; what hangs on the tables' new places is unknown or says what to do."""
    n_signals = len(made[1]["feedback.signal"])
    assert 0 < len(read_signals(earlier, limit=1_000)) <= n_signals
    status = read_status(earlier)
    assert (status.signals, status.refreshed_at, status.model_version) == (n_signals, None, None)
    assert drift(earlier) is None
    with pytest.raises(UnreadableVersionsError, match="of an earlier learnloom: run learnloom refresh first"):
        check_versions(earlier)


@pytest.mark.long
def test_killed_in_between_both_can_be_read(
    earlier: Warehouse, made: tuple[Path, dict[str, list[str]]]
) -> None:
    """Killed as it writes, the first refresh leaves the earlier tables and views as they were; the next one does it."""
    before = earlier.rows("FROM estimates.refresh_state")
    process = Forked(refreshing, earlier.folder)
    assert process.hear("writing")
    process.kill()
    with Warehouse(earlier.folder, read_only=True) as warehouse:
        assert warehouse.rows("FROM estimates.refresh_state") == before
        assert existing_tables(warehouse) >= _MOVED.keys()
        assert _views_work(warehouse)
    with Warehouse(earlier.folder) as warehouse:
        assert refreshed(warehouse).full_because == _CHANGED
        assert differences(made[1], tables(warehouse)) == {}


def test_the_later_state_counts(earlier: Warehouse) -> None:
    """Where an earlier learnloom has refreshed after a later one, its state is taken over again."""
    relations = load_relations()
    make_defined_tables(earlier, relations)
    first = read_state(earlier)
    earlier.run(f"UPDATE {LAKE}.estimates.refresh_state SET refreshed_at = refreshed_at + INTERVAL 1 DAY")
    make_defined_tables(earlier, relations)
    second = read_state(earlier)
    assert first is not None
    assert second == first._replace(refreshed_at=first.refreshed_at + dt.timedelta(days=1))
    norms = earlier.one("SELECT count(*), count(DISTINCT (model_version, activity_id)) FROM norms.item_norm")
    assert norms[0] == norms[1] > 0


@pytest.mark.long
def test_a_version_from_before_a_norm_was_kept_has_none(earlier: Warehouse) -> None:
    """Where a norm was not thought of yet when the version in use was fitted, a refresh does without its rows."""
    earlier.run(f"DROP TABLE {LAKE}.estimates.choice_norm")
    summary = refreshed(earlier, day=LAST_DAY)
    assert (summary.model_version, summary.is_fitted) == (1, False)
    assert earlier.one("SELECT count(*), count(class_share) FROM marts.mart_student_interest")[1] == 0
