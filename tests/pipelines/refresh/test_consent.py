"""A refresh that fits a model version: on nobody who refused that."""

from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.vault.opening import open_vault
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import NOW, land, refreshed

pytestmark = pytest.mark.slow


def _settings(folder: Path, **bounds: object) -> Settings:
    vault = VaultBounds.model_validate({"file": folder / "vault.sqlite", **bounds})
    return Settings(warehouse=folder / "warehouse", vault=vault, lock_wait_seconds=20.0)


def _fitted_on(warehouse: Warehouse) -> list[int]:
    rows = warehouse.rows("SELECT n_students FROM estimates.model_version ORDER BY model_version")
    return [row[0] for row in rows]


def _somebody(warehouse: Warehouse) -> str:
    (identifier,) = warehouse.one(
        "SELECT min(identifier) FROM staging.stg_identifier SEMI JOIN dimensional.fact_attempt USING (student_key)"
    )
    return str(identifier)


def _refuse(settings: Settings, identifier: str) -> None:
    with open_vault(settings, creates=True) as vault:
        vault.tell_consent([identifier], "training", is_given=False, told_by="t", now=NOW)


@pytest.mark.long
def test_a_refit_leaves_out_who_refused(refreshed_class: RefreshedClass, tmp_path: Path) -> None:
    """Whatever a refresh fits a version for, it is about one student less, and tells of everybody as before."""
    settings = _settings(tmp_path)
    with Warehouse(refreshed_class(students=3, faults=0.0).folder) as warehouse:
        identifier = _somebody(warehouse)
        (n_students,) = _fitted_on(warehouse)
        _refuse(settings, identifier)
        done = refreshed(warehouse, settings=settings, refit=True)
        assert (done.model_version, done.is_fitted, done.students) == (2, True, n_students)
        staff = settings.model_copy(update={"staff": ("mailto:nobody@school.example",)})
        assert refreshed(warehouse, settings=staff).is_fitted
        assert _fitted_on(warehouse) == [n_students, n_students - 1, n_students - 1]
        estimated = "SELECT count(DISTINCT student_key) FROM estimates.student_skill"
        assert warehouse.one(estimated) == (n_students,)


def test_the_first_version_leaves_out_who_refused(refreshed_class: RefreshedClass, tmp_path: Path) -> None:
    """Consent that was told before anything was refreshed holds for the first version, too."""
    made = refreshed_class(students=3, faults=0.0)
    with Warehouse(made.folder) as warehouse:
        (n_students,) = _fitted_on(warehouse)
        identifier = _somebody(warehouse)
    settings = _settings(tmp_path)
    _refuse(settings, identifier)
    with Warehouse(tmp_path / "first") as warehouse:
        land(warehouse, tmp_path / "again.jsonl", made.lines)
        refreshed(warehouse, settings=settings)
        assert _fitted_on(warehouse) == [n_students - 1]


@pytest.mark.long
def test_where_nobody_agreed_a_version_is_fitted_on_nobody(
    refreshed_class: RefreshedClass, tmp_path: Path
) -> None:
    """A school that asks first has signals before the first answer: by a version that knows no student."""
    with Warehouse(refreshed_class(students=3, faults=0.0).folder) as warehouse:
        settings = _settings(tmp_path, purposes=())
        with open_vault(settings, creates=True):
            pass
        refreshed(warehouse, settings=settings, refit=True)
        assert _fitted_on(warehouse)[1:] == [0]
