"""Model versions: kept beside each other, put to use where they are not worse, and taken back without a trace."""

import datetime as dt
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import filled_tables, load_relations
from learnloom.pipelines.refresh import fit
from learnloom.pipelines.refresh.errors import NoSuchVersionError, UnreadableVersionsError
from learnloom.pipelines.refresh.refresh import refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.refresh.train import TrainSummary, train_version
from learnloom.pipelines.refresh.versions import list_versions, use_version, version_in_use
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import LAST_DAY, NOW, SETTINGS, differences, planned, refreshed, tables

pytestmark = pytest.mark.slow

_LATER = NOW + dt.timedelta(minutes=1)
_KEPT = {relation.full_name for relation in load_relations() if relation.scope in ("version", "")}
"""What is kept of versions that are not in use, too."""


@pytest.fixture
def warehouse(refreshed_class: RefreshedClass) -> Warehouse:
    """A warehouse of a class, refreshed."""
    return Warehouse(refreshed_class(students=12).folder)


def _train(warehouse: Warehouse, *, force: bool = False) -> TrainSummary:
    return train_version(warehouse, SETTINGS, clock=lambda: _LATER, force=force)


def _told(warehouse: Warehouse) -> dict[str, list[str]]:
    """Everything told of students and classes."""
    return {name: rows for name, rows in tables(warehouse).items() if name not in _KEPT}


def test_a_version_that_is_worse_is_kept_and_not_used(warehouse: Warehouse) -> None:
    """Trained on what the version in use has seen, the new one is kept, and nothing told changes."""
    with warehouse:
        before = _told(warehouse)
        summary = _train(warehouse)
        assert (summary.model_version, summary.is_promoted, summary.verdict.are_new) == (2, False, False)
        assert summary.verdict.difference is not None
        assert summary.verdict.difference > 0.0
        assert [version.model_version for version in list_versions(warehouse)] == [1, 2]
        assert version_in_use(warehouse) == 1
        assert refreshed(warehouse).full_because is None
        assert differences(before, _told(warehouse)) == {}


def test_a_version_that_is_better_is_used_from_the_next_refresh_on(warehouse: Warehouse) -> None:
    """Beside a version that says the contrary of what comes, the new one is put to use, and tells everything."""
    with warehouse:
        warehouse.run(
            f"""UPDATE {LAKE}.estimates.model_version SET head = '{{"intercept": -1.0, "slope": -0.5}}'"""
        )
        summary = _train(warehouse)
        assert summary.is_promoted
        assert summary.verdict.difference is not None
        assert summary.verdict.difference < 0.0
        _, then = planned(warehouse)
        assert (then.state.model_version, then.fits) == (2, False)
        assert then.full_because == "model version 2 is in use now, not 1"
        assert version_in_use(warehouse) == 2


@pytest.mark.long
def test_going_back_tells_what_was_told_before(warehouse: Warehouse) -> None:
    """Forced to a new version and back again, everything told is as it was."""
    with warehouse:
        before = _told(warehouse)
        assert _train(warehouse, force=True).is_promoted
        assert refreshed(warehouse).model_version == 2
        assert differences(before, _told(warehouse)) != {}
        use_version(warehouse, 1, at=_LATER + dt.timedelta(minutes=1), wait_seconds=20)
        assert [version.is_in_use for version in list_versions(warehouse)] == [True, False]
        assert refreshed(warehouse).model_version == 1
        assert differences(before, _told(warehouse)) == {}
        assert refreshed(warehouse).full_because is None


def test_a_version_put_to_use_during_a_refresh_is_used(warehouse: Warehouse) -> None:
    """Also where it was stamped before the refresh began: what the refresh did not see, it does not bury."""
    with warehouse:
        _train(warehouse)
        waiting = [1]

        def put_to_use(stage: str) -> None:
            if stage == "writing" and waiting:
                use_version(warehouse, waiting.pop() + 1, at=_LATER, wait_seconds=20)

        refresh(
            warehouse,
            SETTINGS,
            RefreshRequest(end_of_day(LAST_DAY, "UTC"), full=True),
            clock=lambda: _LATER + dt.timedelta(minutes=1),
            on_progress=put_to_use,
        )
        assert version_in_use(warehouse) == 2


@pytest.mark.long
def test_a_version_put_to_use_before_a_refresh_and_stored_after_it_is_used(warehouse: Warehouse) -> None:
    """Whenever it is stored, such as while a refresh commits that began meanwhile: the next refresh takes it."""
    with warehouse:
        _train(warehouse)
        then = _LATER + dt.timedelta(minutes=1)
        refresh(
            warehouse, SETTINGS, RefreshRequest(end_of_day(LAST_DAY, "UTC"), full=True), clock=lambda: then
        )
        use_version(warehouse, 2, at=_LATER, wait_seconds=20)
        assert planned(warehouse)[1].state.model_version == 2
        refresh(
            warehouse, SETTINGS, RefreshRequest(end_of_day(LAST_DAY, "UTC"), refit=True), clock=lambda: then
        )
        assert version_in_use(warehouse) == 3, "what a refresh has fitted since is later"


def test_a_version_is_trained_on_a_sample_where_students_are_many(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Training takes as many answers to each item as the setting says, and those of the first students besides."""
    monkeypatch.setattr(fit, "_STUDENTS", 4)
    bounds = SETTINGS.refresh.model_copy(update={"fit_answers": 1})
    settings = SETTINGS.model_copy(update={"refresh": bounds})
    with warehouse:
        summary = train_version(warehouse, settings, clock=lambda: _LATER)
    assert 4 <= summary.n_students < 12


def test_an_unknown_version_is_refused(warehouse: Warehouse) -> None:
    """Going to a version that does not exist changes nothing, and those that exist are named."""
    with warehouse:
        with pytest.raises(NoSuchVersionError, match="choose one of 1"):
            use_version(warehouse, 9, at=_LATER, wait_seconds=20)
        assert version_in_use(warehouse) == 1


def test_before_the_first_refresh_there_is_nothing_to_train_on(tmp_path: Path) -> None:
    """A warehouse that was never refreshed says what to do first."""
    with (
        Warehouse(tmp_path / "warehouse") as empty,
        pytest.raises(UnreadableVersionsError, match="learnloom refresh"),
    ):
        train_version(empty, SETTINGS, clock=lambda: NOW)


def test_without_what_models_are_fitted_on_training_says_to_refresh(warehouse: Warehouse) -> None:
    """As where tables of an earlier learnloom stand still."""
    with warehouse:
        warehouse.run(f"DROP TABLE {LAKE}.dimensional.fact_course_progress")
        with pytest.raises(UnreadableVersionsError, match="run learnloom refresh first"):
            _train(warehouse)


@pytest.mark.long
def test_tables_of_an_earlier_learnloom_are_built_anew_first(warehouse: Warehouse) -> None:
    """A refresh makes what training has asked for."""
    with warehouse:
        warehouse.run(f"DROP TABLE {LAKE}.dimensional.fact_course_progress")
        refreshed(warehouse, full=True)
        assert _train(warehouse).model_version == 2


def test_versions_of_an_earlier_form_are_fitted_anew(warehouse: Warehouse) -> None:
    """Where versions stand without what this learnloom reads, a refresh fits one instead of failing."""
    with warehouse:
        before = filled_tables(warehouse)
        warehouse.run(f"ALTER TABLE {LAKE}.estimates.model_version DROP COLUMN head")
        summary = refreshed(warehouse)
        assert summary.is_fitted
        assert summary.full_because == "the model version in use is of an earlier learnloom"
        assert filled_tables(warehouse) == before
