"""Taking out of all files whom `erase request` has hidden: steps that can be done again, for all who wait at once."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.landing_schema import prepare
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.maintain import ORPHAN_AGE, remove_orphans
from learnloom.pipelines.lake.object_store import SCHEME
from learnloom.pipelines.lake.relation import filled_tables, read_relations
from learnloom.pipelines.lake.small import one_snapshot, one_thread
from learnloom.pipelines.privacy.erase_attached import erase_attached
from learnloom.pipelines.privacy.erase_backup import renew_backup
from learnloom.pipelines.privacy.erase_beside import erase_beside, renew_model
from learnloom.pipelines.privacy.erase_door import empty_store, erase_in_store, opened_store, tidy_store
from learnloom.pipelines.privacy.erase_files import empty_catalogue, expire, oldest_snapshot, write_anew
from learnloom.pipelines.privacy.erase_receipt import Receipts
from learnloom.pipelines.privacy.erase_request import LEFT_OVER, hide_what_came_since
from learnloom.pipelines.privacy.erase_state import (
    STEPS,
    Erasure,
    Secret,
    alone,
    forget_secret,
    forget_unasked,
    has_secret,
    read_erasures,
    read_secret,
    set_step,
    write_secret,
)
from learnloom.pipelines.privacy.erase_tell import all_are_told, forget_events, receivers
from learnloom.pipelines.privacy.hits import Hits
from learnloom.pipelines.privacy.receipt import issue
from learnloom.pipelines.privacy.search import Search
from learnloom.pipelines.refresh.buckets.run_folder import RunFolders
from learnloom.pipelines.refresh.refresh import refresh_in_turn
from learnloom.pipelines.refresh.request import RefreshRequest
from learnloom.pipelines.refresh.stage import stage
from learnloom.pipelines.refresh.state import STATE, read_state
from learnloom.pipelines.vault.opening import may_read_names

Clock = Callable[[], dt.datetime]
_STAGING: Final = "staging.staging_state"
_PATIENCE: Final = dt.timedelta(days=7)
"""For so long receivers are waited for that do not take the event."""


class ErasureProgress(NamedTuple):
    """How far an erasure has come."""

    erasure_id: str
    step: str
    waits_for: str | None
    """Why it is not at its end; None: it is."""
    receipt: Path | None = None


_Work = Callable[[Sequence[Erasure]], dict[str, str]]
"""Does a step of some erasures, and gives by id what those wait for of whom it cannot be done yet."""


class Erasing:
    """One run over all erasures that are not at their end."""

    def __init__(
        self,
        warehouse: Warehouse,
        settings: Settings,
        *,
        clock: Clock,
        at_once: bool,
        backups: Sequence[str] = (),
        on_progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Take note of what is to be done.

        Args:
            warehouse: open for writing.
            settings: a school's choices.
            clock: gives the present moment.
            at_once: drop old snapshots now, and wait for no receiver; else when the days of the settings are over.
            backups: folders and prefixes of backups besides that of the settings.
            on_progress: is told what is being done.
        """
        self.warehouse = warehouse
        self.settings = settings
        self.clock = clock
        self.at_once = at_once
        self.backups = [*filter(None, [settings.flows.backup]), *backups]
        self.begin = on_progress
        self._wait = settings.lock_wait_seconds
        self._issued: dict[str, Path] = {}

    def run(self) -> list[ErasureProgress]:
        """Do whatever can be done now, and say how far each erasure has come.

        Raises:
            ErasureError: another process erases.
            WarehouseBusyError: other processes were in the way for too long; the next run goes on.
        """
        prepare(self.warehouse, wait_seconds=self._wait)
        outcomes: dict[str, ErasureProgress] = {}
        with alone(self.warehouse.folder):
            forget_unasked(self.warehouse.folder, {each.erasure_id for each in read_erasures(self.warehouse)})
            for erasure in read_erasures(self.warehouse):
                if erasure.is_gone:
                    forget_secret(self.warehouse.folder, erasure.erasure_id)
            tidy_store(self.warehouse, self.settings, self.clock)
            here = [each for each in self._waiting() if has_secret(self.warehouse.folder, each.erasure_id)]
            for erasure in self._waiting():
                if erasure not in here:
                    told = "the machine on which it was asked for"
                    outcomes[erasure.erasure_id] = ErasureProgress(erasure.erasure_id, erasure.step, told)
            hide_what_came_since(self.warehouse, self.settings, here, now=self.clock())
            for step, work in self._steps():
                ready = [each for each in self._waiting() if each.step == _before(step)]
                ready = [each for each in ready if each.erasure_id not in outcomes]
                if ready:
                    self.begin(step)
                    self._do(step, work, ready, outcomes)
        return list(outcomes.values())

    def _waiting(self) -> list[Erasure]:
        return [each for each in read_erasures(self.warehouse) if not each.is_gone]

    def _steps(self) -> Iterator[tuple[str, _Work]]:
        yield "door", self._door
        yield "refreshed", self._refresh
        yield "told", self._tell
        yield "rewritten", self._rewrite
        yield "expired", self._expire
        yield "backups", self._renew_backups
        yield "gone", self._search

    def _do(
        self, step: str, work: _Work, ready: Sequence[Erasure], outcomes: dict[str, ErasureProgress]
    ) -> None:
        waiting = work(ready)
        for each in ready:
            if each.erasure_id in waiting:
                outcomes[each.erasure_id] = ErasureProgress(
                    each.erasure_id, each.step, waiting[each.erasure_id]
                )
        done = [each.erasure_id for each in ready if each.erasure_id not in waiting]
        set_step(self.warehouse, done, step, self.clock(), wait=self._wait)
        if step == STEPS[-1]:
            for erasure_id in done:
                forget_secret(self.warehouse.folder, erasure_id)
                outcomes[erasure_id] = ErasureProgress(erasure_id, step, None, self._issued[erasure_id])

    def _keep(self, erasure: Erasure, **said: Any) -> None:
        """Keep what a step has to say in the receipt."""
        secret = read_secret(self.warehouse.folder, erasure.erasure_id)
        write_secret(self.warehouse.folder, erasure.erasure_id, secret._replace(done={**secret.done, **said}))

    def _secret(self, erasure: Erasure) -> Secret:
        return read_secret(self.warehouse.folder, erasure.erasure_id)

    def _door(self, erasures: Sequence[Erasure]) -> dict[str, str]:
        """Take them out of the store of `learnloom lrs`, and of what else stands beside the warehouse."""
        with opened_store(self.settings, self.clock) as database:
            for each in erasures if database is not None else ():
                secret = self._secret(each)
                assert database is not None  # noqa: S101 - as above
                rows = erase_in_store(self.warehouse, self.settings, database, secret, each.pseudonym)
                self._keep(each, front_door={**secret.done.get("front_door", {}), **rows})
        erase_attached(self.warehouse, [each.erasure_id for each in erasures])
        for each in erasures:
            secret = self._secret(each)
            if not secret.is_of_student:
                continue
            rows = erase_beside(
                self.settings,
                self.clock,
                keys=secret.keys,
                identifiers=secret.identifiers,
                logins=secret.logins,
            )
            self._keep(each, beside={**secret.done.get("beside", {}), **rows})
        return {}

    def _refresh(self, erasures: Sequence[Erasure]) -> dict[str, str]:
        """Compute again what hung on them: what others are told of activities, courses and skills."""
        del erasures
        RunFolders(self.warehouse, self.settings).clear()
        state = read_state(self.warehouse) if STATE in filled_tables(self.warehouse) else None
        if state is not None:
            request = RefreshRequest(state.as_of, recounts=True)
            refresh_in_turn(self.warehouse, self.settings, request, clock=self.clock)
            renew_model(self.warehouse, self.settings)
        return {}

    def _tell(self, erasures: Sequence[Erasure]) -> dict[str, str]:
        """Wait until receivers have the event, and let it name nobody any more."""
        patience = dt.timedelta() if self.at_once else _PATIENCE
        told, waiting = [], {}
        with one_thread(self.warehouse), one_snapshot(self.warehouse):
            for each in erasures:
                if all_are_told(self.warehouse, each, now=self.clock(), patience=patience):
                    self._keep(each, receivers=receivers(self.warehouse, each))
                    told.append(each)
                else:
                    waiting[each.erasure_id] = "receivers that do not have its event yet (learnloom deliver)"
        forget_events(self.warehouse, told, wait_seconds=self._wait)
        return waiting

    def _rewrite(self, erasures: Sequence[Erasure]) -> dict[str, str]:
        """Write files anew without them."""
        written = write_anew(self.warehouse, wait_seconds=self._wait)
        for each in erasures:
            self._keep(each, rewritten=written._asdict())
        return {}

    def _expire(self, erasures: Sequence[Erasure]) -> dict[str, str]:
        """Drop the snapshots in which they stand, and what of them is in the catalogue."""
        first = max(self._secret(each).done["rewritten"]["snapshot"] for each in erasures)
        last_day = min(each.requested_at for each in erasures) + dt.timedelta(
            days=self.settings.flows.erasure_days
        )
        if not self.at_once and self.clock() < last_day and oldest_snapshot(self.warehouse) < first:
            told = f"the day on which old snapshots are dropped, {last_day:%Y-%m-%d} (--now)"
            return {each.erasure_id: told for each in erasures}
        done = expire(self.warehouse, self._first_kept(first), wait_seconds=self._wait)
        # What a transaction has left that began before they were hidden, and so has never ended.
        hidden = max(each.requested_at for each in erasures)
        orphans = remove_orphans(self.warehouse, now=hidden + ORPHAN_AGE, wait_seconds=self._wait)
        empty_catalogue(self.warehouse, wait_seconds=self._wait)
        with opened_store(self.settings, self.clock) as database:
            has_store = database is not None
        if has_store:
            empty_store(self.settings)
        for each in erasures:
            self._keep(each, expired={**done._asdict(), "orphans": orphans})
        return {}

    def _first_kept(self, first: int) -> int:
        """The first snapshot that stays: from there on, refreshes go on by what changes."""
        filled = filled_tables(self.warehouse)
        if _STAGING in filled:
            stage(self.warehouse, read_relations(), RefreshRequest(self.clock()), wait_seconds=self._wait)
        reached = [self.warehouse.snapshot()]
        for table, column in ((_STAGING, "landed_snapshot"), (STATE, "staged_snapshot")):
            if table in filled:
                reached += [
                    row[0]
                    for row in self.warehouse.rows(f"SELECT {column} FROM {LAKE}.{table}")
                    if row[0] >= first
                ]
        return int(min(reached))

    def _renew_backups(self, erasures: Sequence[Erasure]) -> dict[str, str]:
        vault = self.settings.vault.file if may_read_names(self.settings) else None
        told = [
            renew_backup(self.warehouse, target, self.settings.s3, vault=vault) for target in self.backups
        ]
        for each in erasures:
            self._keep(each, backups=told)
        return {}

    def _search(self, erasures: Sequence[Erasure]) -> dict[str, str]:
        """See that no file holds them, and write the receipt."""
        others = [Path(target) for target in self.backups if not target.startswith(SCHEME)]
        secrets = {each.erasure_id: self._secret(each) for each in erasures}
        tokens = dict.fromkeys(token for secret in secrets.values() for token in secret.tokens)
        hits = Search(self.warehouse, tokens).everything(others) if tokens else Hits()
        waiting, again, contents = {}, [], []
        with one_thread(self.warehouse), one_snapshot(self.warehouse):
            receipts = Receipts(self.warehouse, self.settings, list(secrets.values()))
            for each in erasures:
                secret = secrets[each.erasure_id]
                own = hits.of(secret.tokens)
                if own.total:
                    again.append(each.erasure_id)
                    self._keep(each, **{LEFT_OVER: True})
                    told = f"{own.total} places where something of the student stands still: "
                    waiting[each.erasure_id] = told + ", ".join(own.places[:5])
                elif own.halves and not self.at_once:
                    waiting[each.erasure_id] = (
                        f"what an ended process has left half written, until maintenance removes it: {own.halves[0]}"
                    )
                else:
                    contents.append(receipts.of(each, secret, own, now=self.clock()))
        for path, content in issue(self.warehouse.folder, contents):
            self._issued[content["erasure_id"]] = path
        # All steps are done again: perhaps a process has left something that was ended meanwhile.
        set_step(self.warehouse, again, STEPS[0], self.clock(), wait=self._wait)
        return waiting


def _before(step: str) -> str:
    return STEPS[STEPS.index(step) - 1]


def erase_waiting(warehouse: Warehouse, settings: Settings, *, clock: Clock) -> list[str | None]:
    """Do for all who are to be erased what can be done now; give what each waits for, None where it is at its end."""
    return [each.waits_for for each in Erasing(warehouse, settings, clock=clock, at_once=False).run()]
