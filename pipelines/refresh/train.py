"""Fitting a new model version beside the one in use, and using it only where it is not worse."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import OvertakenError
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.relation import Relation, existing_tables, inputs, load_relations
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.learner.history import History
from learnloom.pipelines.learner.logistic import log_losses, mean_and_error
from learnloom.pipelines.refresh.estimate import FittedVersion, fit_version, version_rows
from learnloom.pipelines.refresh.fit import students_to_fit
from learnloom.pipelines.refresh.holdout import are_enough, holdout_predictions, is_after
from learnloom.pipelines.refresh.state import STATE, make_defined_tables
from learnloom.pipelines.refresh.versions import check_versions, promote, version_in_use
from learnloom.pipelines.refresh.workspace import Workspace
from learnloom.pipelines.vault.names import barred


@dataclass(frozen=True)
class TrainingVerdict:
    """How a new version does beside the one in use, on the same answers of students whom the new one has not seen."""

    against: int
    """The version in use."""
    n_answers: int
    are_new: bool
    """Whether they came after the version in use was fitted; else it has an advantage, for it has seen them."""
    log_loss: float | None
    """Of the new version; None without any answer."""
    log_loss_in_use: float | None
    difference: float | None
    """Log-loss of the new version minus that of the version in use: below 0, the new one is better."""
    standard_error: float | None
    """Of the difference, over students."""

    @property
    def is_worse(self) -> bool:
        """Whether the new version is worse by more than chance, or nothing speaks for it."""
        if self.difference is None or self.standard_error is None:
            return True
        return self.difference > self.standard_error


@dataclass(frozen=True)
class TrainSummary:
    """What training did."""

    model_version: int
    model_kind: str
    n_students: int
    n_answers: int
    log_loss_by_kind: dict[str, float]
    verdict: TrainingVerdict
    is_promoted: bool
    seconds: float


def train_version(
    warehouse: Warehouse,
    settings: Settings,
    *,
    clock: Callable[[], dt.datetime],
    force: bool = False,
    on_progress: Callable[[str], None] = lambda _: None,
) -> TrainSummary:
    """Fit a model version on the answers of the last refresh, keep it, and put it to use where it is not worse.

    Args:
        warehouse: the warehouse, open for writing.
        settings: a school's choices.
        clock: gives the present moment.
        force: put it to use even where it is worse.
        on_progress: is told what is being computed.

    Raises:
        UnreadableVersionsError: the warehouse was never refreshed, or last by an earlier learnloom.
        WarehouseBusyError: another process kept writing to the same tables.
    """
    check_versions(warehouse)
    relations = load_relations()
    wait_seconds = settings.lock_wait_seconds
    warehouse.retrying(lambda: make_defined_tables(warehouse, relations), wait_seconds=wait_seconds)
    work = _Training(warehouse, settings, relations, clock, force, on_progress)
    return warehouse.retrying(work.run, wait_seconds=wait_seconds)


@dataclass(frozen=True)
class _Training:
    """One training: what `train_version` was asked for."""

    warehouse: Warehouse
    settings: Settings
    relations: list[Relation]
    clock: Callable[[], dt.datetime]
    force: bool
    on_progress: Callable[[str], None]

    def run(self) -> TrainSummary:
        """Fit, judge and keep."""
        started = self.clock()
        newest = self._newest()
        used = version_in_use(self.warehouse) or newest
        with Workspace(self.warehouse, "training") as work:
            self._show(work, newest + 1)
            fitted = self._fit(work, newest + 1)
            verdict = self._judge(work, fitted, used)
            is_promoted = self.force or not verdict.is_worse
            with self.warehouse.transaction():
                if self._newest() != newest:
                    raise OvertakenError("another process has kept a new model version meanwhile")
                self._keep(work)
                if is_promoted:
                    promote(self.warehouse, newest + 1, _reason(verdict), at=self.clock())
        return TrainSummary(
            model_version=newest + 1,
            model_kind=fitted.trained.model.calibrator.kind.value,
            n_students=len(fitted.answers.students),
            n_answers=len(fitted.answers.history),
            log_loss_by_kind={kind.value: loss for kind, loss in fitted.trained.log_loss.items()},
            verdict=verdict,
            is_promoted=is_promoted,
            seconds=(self.clock() - started).total_seconds(),
        )

    def _newest(self) -> int:
        return int(self.warehouse.one(f"SELECT max(model_version) FROM {LAKE}.estimates.model_version")[0])

    def _versioned(self) -> list[Relation]:
        return [relation for relation in self.relations if relation.scope == "version"]

    def _show(self, work: Workspace, model_version: int) -> None:
        """Show what the version's relations read of the students it is fitted on; the state with the number to come."""
        staged, usage = f"{LAKE}.staging.stg_statement", f"{LAKE}.dimensional.dim_usage"
        without = barred(self.settings, self.warehouse, "training")
        n_answers = self.settings.refresh.fit_answers
        work.keep_keys("student", students_to_fit(staged, usage, n_answers=n_answers, without=without))
        for relation in inputs(self.relations, self._versioned(), existing_tables(self.warehouse)):
            if relation.scope not in ("version", "state"):
                work.show(relation, only="student" if relation.scope == "student" else None)
        state = next(relation for relation in self.relations if relation.full_name == STATE)
        row = self.warehouse.arrow(
            f"SELECT * REPLACE ({model_version} AS model_version, $now::TIMESTAMPTZ AS refreshed_at) "
            f"FROM {LAKE}.{STATE}",
            {"now": self.clock()},
        )
        work.fill(state, row)

    def _fit(self, work: Workspace, model_version: int) -> FittedVersion:
        """Compute the class's norms, and fit the models."""
        versioned = {relation.full_name: relation for relation in self._versioned()}
        for relation in versioned.values():
            if relation.is_select:
                self.on_progress(relation.full_name)
                work.compute(relation)
        self.on_progress("estimates.model_version")
        fitted = fit_version(work, self.settings.thresholds, self.on_progress)
        for name, rows in version_rows(work, model_version, fitted):
            work.fill(versioned[name], rows)
        return fitted

    def _judge(self, work: Workspace, fitted: FittedVersion, used: int) -> TrainingVerdict:
        """Hold the new version against the one in use."""
        self.on_progress("comparing with the version in use")
        rows, p = fitted.trained.rows, fitted.trained.p
        self.warehouse.use(LAKE)
        part, before = holdout_predictions(used, kept=self.warehouse.arrow, answers=work.read, rows=rows)
        fitted_as_of = self.warehouse.one(
            f"SELECT fitted_as_of FROM {LAKE}.estimates.model_version WHERE model_version = {used}"
        )[0]
        return _verdict(part, p, before, used, is_after(part, fitted_as_of))

    def _keep(self, work: Workspace) -> None:
        for relation in self._versioned():
            self.warehouse.run(f"INSERT INTO {LAKE}.{relation.full_name} BY NAME FROM {work.place(relation)}")


def _verdict(
    history: History,
    p: NDArray[np.float64],
    p_in_use: NDArray[np.float64],
    used: int,
    is_new: NDArray[np.bool_],
) -> TrainingVerdict:
    are_new = are_enough(history.student[is_new])
    counted = is_new if are_new else np.ones(len(p), dtype=bool)
    if not counted.any():
        return TrainingVerdict(
            used, 0, are_new=False, log_loss=None, log_loss_in_use=None, difference=None, standard_error=None
        )
    scores = history.score[counted]
    losses, losses_in_use = log_losses(p[counted], scores), log_losses(p_in_use[counted], scores)
    difference, error = mean_and_error(losses - losses_in_use, history.student[counted])
    return TrainingVerdict(
        against=used,
        n_answers=int(counted.sum()),
        are_new=are_new,
        log_loss=float(losses.mean()),
        log_loss_in_use=float(losses_in_use.mean()),
        difference=difference,
        standard_error=error,
    )


def _reason(verdict: TrainingVerdict) -> str:
    if verdict.is_worse:
        return f"asked for, though not shown to be as good as version {verdict.against}"
    return (
        f"log-loss {verdict.log_loss:.4f} against {verdict.log_loss_in_use:.4f} of version {verdict.against} "
        f"on {verdict.n_answers} answers"
    )


def train(
    settings: Settings,
    *,
    clock: Callable[[], dt.datetime],
    force: bool = False,
    run: Run | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> TrainSummary:
    """Open the warehouse that the settings name and fit a new model version; see `train_version`."""
    with open_to_write(settings, must_exist=True, run=run) as warehouse:
        return train_version(warehouse, settings, clock=clock, force=force, on_progress=on_progress)
