"""Consent: of whom data may be used for what."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.deliver.queue import SubscriptionFilter
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.events import Teller, tell
from learnloom.pipelines.people.look_up import merging
from learnloom.pipelines.refresh.train import train_version
from learnloom.pipelines.serve.export import export
from learnloom.pipelines.vault.names import barred, except_for, too_young
from learnloom.pipelines.vault.opening import open_vault
from learnloom.pipelines.vault.vault import Alias
from tests.conftest import SmallClass
from tests.pipelines.refresh.school import refreshed

_NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _settings(folder: Path, **bounds: object) -> Settings:
    vault = VaultBounds.model_validate({"file": folder / "vault.sqlite", **bounds})
    return Settings(warehouse=folder / "warehouse", vault=vault, lock_wait_seconds=20.0)


@pytest.mark.slow
def test_a_version_is_fitted_without_who_refused(small_class: SmallClass, tmp_path: Path) -> None:
    """Training counts one student less, and is about everybody else."""
    settings = _settings(tmp_path)
    with Warehouse(small_class.copy_to(tmp_path / "warehouse")) as warehouse:
        identifier, key = warehouse.one(
            "SELECT identifier, student_key FROM staging.stg_identifier "
            "SEMI JOIN dimensional.fact_attempt USING (student_key) ORDER BY ALL LIMIT 1"
        )
        (n_students,) = warehouse.one("SELECT count(DISTINCT student_key) FROM dimensional.fact_attempt")
        with open_vault(settings, creates=True) as vault:
            vault.tell_consent([identifier], "training", is_given=False, told_by="t", now=_NOW)
        assert barred(settings, warehouse, "training") == {key}
        assert barred(settings, warehouse, "evaluation") == frozenset()
        done = train_version(warehouse, settings, clock=lambda: _NOW)
        assert done.n_students == n_students - 1


def test_where_everybody_is_asked_first_only_who_agreed_is_taken(
    small_class: SmallClass, tmp_path: Path
) -> None:
    """With no purposes by default, all but who said yes are left out; without a vault, all are."""
    settings = _settings(tmp_path, purposes=())
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        rows = warehouse.rows("SELECT identifier, student_key FROM staging.stg_identifier ORDER BY ALL")
        everybody = {key for _, key in rows}
        with open_vault(settings, creates=True) as vault:
            vault.tell_consent([rows[0][0]], "research", is_given=True, told_by="t", now=_NOW)
        assert barred(settings, warehouse, "research") == everybody - {rows[0][1]}
        alone = Settings(warehouse=tmp_path / "warehouse", vault=VaultBounds(purposes=()))
        assert barred(alone, warehouse, "research") == everybody
        assert barred(Settings(warehouse=tmp_path / "warehouse"), warehouse, "research") == frozenset()


def test_to_who_is_too_young_nothing_is_said_themselves(small_class: SmallClass, tmp_path: Path) -> None:
    """Of whom the year of birth is known and late, only what is for teachers goes out."""
    settings = _settings(tmp_path, student_signals_from_age=16)
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        rows = warehouse.rows(
            "SELECT identifier, student_key FROM staging.stg_identifier SEMI JOIN feedback.outbox USING (student_key) "
            "ORDER BY student_key, identifier"
        )
        young, old = rows[0], next(row for row in rows if row[1] != rows[0][1])
        with open_vault(settings, creates=True) as vault, vault.writing():
            vault.keep([Alias(young[0], False)], None, 2010, _NOW)
            vault.keep([Alias(old[0], False)], None, 2009, _NOW)
        assert too_young(settings, warehouse, 2026) == {young[1]}
        assert too_young(_settings(tmp_path), warehouse, 2026) == frozenset()
        condition, values = SubscriptionFilter("tutor", withheld=[young[1]]).condition()
        told = warehouse.rows(
            f"SELECT DISTINCT audience, student_key FROM feedback.outbox WHERE {condition}", values
        )
        assert ("student", young[1]) not in told
        assert {("teacher", young[1]), ("student", old[1])} <= set(told)


def test_a_condition_leaves_out_keys_and_nothing_else() -> None:
    """It is SQL of keys alone: whatever is no key goes into no statement."""
    assert except_for([]) == "true"
    assert except_for(["b1", "a2", "x'; DROP"], "t.student_key") == "t.student_key NOT IN ('a2', 'b1')"


@pytest.mark.slow
def test_who_is_left_out_is_left_out_under_every_key(small_class: SmallClass, tmp_path: Path) -> None:
    """After a merge rows under the former key are theirs, too: of what is exported, and of what is told to a child."""
    settings = _settings(tmp_path, student_signals_from_age=16)
    with Warehouse(small_class.copy_to(tmp_path / "warehouse")) as warehouse:
        rows = warehouse.rows(
            "SELECT min(identifier), student_key FROM staging.stg_identifier SEMI JOIN feedback.outbox "
            "USING (student_key) GROUP BY student_key ORDER BY student_key LIMIT 2"
        )
        (_, stays), (identifier, joins) = rows
        with open_vault(settings, creates=True) as vault:
            with vault.writing():
                vault.keep([Alias(identifier, False)], None, 2015, _NOW)
            vault.tell_consent([identifier], "research", is_given=False, told_by="t", now=_NOW)
        change = Teller(_NOW, "t", None, "merge")
        tell(warehouse, lambda who: [merging(warehouse, who, stays, joins)], change, wait_seconds=20)
        refreshed(warehouse, day=small_class.day)
        told = "SELECT count(*) FROM feedback.outbox WHERE student_key = ?"
        assert warehouse.one(told, [joins])[0] > 0
        left_out = barred(settings, warehouse, "research")
        assert {stays, joins} <= left_out
        assert {stays, joins} <= too_young(settings, warehouse, 2026)
        export(warehouse, tmp_path / "tables", everything=False, without=left_out)
        events = f"FROM '{tmp_path}/tables/feedback/outbox.parquet' WHERE student_key IN (?, ?)"
        assert warehouse.rows(events, [stays, joins]) == []
        answers = (
            f"SELECT coalesce(min(n_students), 5) FROM '{tmp_path}/tables/marts/mart_item_answer.parquet'"
        )
        assert warehouse.one(answers)[0] >= 5
