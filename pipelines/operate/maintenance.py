"""Maintenance of the warehouse: merge small files, drop old snapshots, keep the lineage, erase, make a backup."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.dead_letters import forget, rewrite
from learnloom.pipelines.lake.backup import BackedUp
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.lineage import keep_lineage
from learnloom.pipelines.lake.maintain import Tidied, remove_orphans, tidy
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.run import Run


@dataclass(frozen=True)
class MaintenanceSummary:
    """What maintenance did."""

    runs_kept: int
    """Transactions of which the run is remembered from now on."""
    letters_forgotten: int
    """Dead letters whose content was dropped."""
    tidied: Tidied
    orphans_removed: int
    """Files of transactions that never ended."""
    erasures: Sequence[str | None]
    """Of each erasure that was not at its end, what it waits for; None: it is at its end now."""
    backed_up: BackedUp | None
    """None: no backup is asked for."""


def maintain(
    settings: Settings,
    *,
    clock: Callable[[], dt.datetime],
    erase: Callable[[Warehouse], Sequence[str | None]] | None = None,
    back_up: Callable[[Warehouse, str, S3 | None], BackedUp] | None = None,
    run: Run | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> MaintenanceSummary:
    """Maintain the warehouse; others may read and write meanwhile.

    Args:
        settings: a school's choices.
        clock: gives the present moment.
        erase: takes students out of files who are to be erased, and gives what each waits for; None: nobody is.
        back_up: makes a backup, at the place and by the access of the settings; None: none is made.
        run: who does it.
        on_progress: is told what is being done.

    Raises:
        WarehouseMissingError: nothing has landed yet.
        WarehouseBusyError: other processes kept writing; what was done until then stays.
        BackupError: no backup can be made of this warehouse.
    """
    wait_seconds = settings.lock_wait_seconds
    with open_to_write(settings, must_exist=True, run=run) as warehouse:
        on_progress("keeping the lineage of writes")
        # Before their snapshots are dropped.
        runs_kept = keep_lineage(warehouse, wait_seconds=wait_seconds)
        letters_forgotten = 0
        if settings.flows.dead_letter_retention_days is not None:
            on_progress("dropping the content of old dead letters")
            before = clock() - dt.timedelta(days=settings.flows.dead_letter_retention_days)
            letters_forgotten = warehouse.retrying(
                lambda: _forget_letters(warehouse, before), wait_seconds=wait_seconds
            )
            if letters_forgotten:
                warehouse.retrying(lambda: rewrite(warehouse), wait_seconds=wait_seconds)
        on_progress("merging files and dropping old snapshots")
        tidied = tidy(
            warehouse,
            now=clock(),
            wait_seconds=wait_seconds,
            kept_days=settings.flows.snapshot_retention_days,
        )
        orphans_removed = remove_orphans(warehouse, now=clock(), wait_seconds=wait_seconds)
        if erase is not None:
            on_progress("erasing students")
        erasures = [] if erase is None else erase(warehouse)
        backed_up = None
        if back_up is not None and settings.flows.backup is not None:
            on_progress("copying to the backup")
            backed_up = back_up(warehouse, settings.flows.backup, settings.s3)
    return MaintenanceSummary(runs_kept, letters_forgotten, tidied, orphans_removed, erasures, backed_up)


def _forget_letters(warehouse: Warehouse, before: dt.datetime) -> int:
    with warehouse.transaction():
        return forget(warehouse, before)
