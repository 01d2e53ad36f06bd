"""Following a school's rules of retention: what is old is hidden in batches, and goes from files as in an erasure."""

import datetime as dt
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from learnloom.pipelines.config.retention import RetentionRule
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land import landing_schema
from learnloom.pipelines.ingest.land.dead_letters import FORGOTTEN, drop_content
from learnloom.pipelines.ingest.land.erased import pseudonym_of
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.lake.relation import filled_tables
from learnloom.pipelines.privacy.erase_hide import overtake
from learnloom.pipelines.privacy.erase_run import erase_waiting
from learnloom.pipelines.privacy.erase_state import (
    STEPS,
    Erasure,
    Secret,
    add_erasures,
    alone,
    drop_erasures,
    write_secret,
)
from learnloom.pipelines.privacy.retention_carry import what_is_known, write_known
from learnloom.pipelines.privacy.retention_events import OUTBOX, drop_events, going_events
from learnloom.pipelines.privacy.retention_find import (
    STAGED,
    STATEMENT,
    drop_carried,
    going_attachments,
    going_carried,
    going_files,
    going_letters,
    rules_of,
    telling_texts,
)
from learnloom.pipelines.privacy.retention_plan import Going, going_now, plan, state_of
from learnloom.pipelines.privacy.tokens import Token
from learnloom.pipelines.refresh.refresh import refresh_in_turn
from learnloom.pipelines.refresh.request import RefreshRequest
from learnloom.pipelines.refresh.stage import STAGED_ANEW
from learnloom.pipelines.refresh.state import STATE, read_state

_AT_ONCE: Final = 20_000
"""Statements of a transaction, as far as whole students allow: for so long landing waits."""
_VERSION: Final = "landing.statement_version"


def follow(
    warehouse: Warehouse,
    settings: Settings,
    *,
    clock: Callable[[], dt.datetime],
    on_progress: Callable[[str], None] = lambda _: None,
) -> list[Going]:
    """Hide what rules let go, and remove files; `Erasing` takes what is hidden out of files, as of students.

    Others may read, land and refresh meanwhile. Ended anywhere, it is gone on with by the next one.

    Args:
        warehouse: open for writing.
        settings: a school's choices.
        clock: gives the present moment.
        on_progress: is told what is being done.

    Raises:
        ErasureError: another process erases.
        WarehouseBusyError: other processes kept writing; what was done until then stays.
    """
    rules, now, wait = settings.retention.rules, clock(), settings.lock_wait_seconds
    if not rules:
        return []
    landing_schema.prepare(warehouse, wait_seconds=wait)
    state = read_state(warehouse) if STATE in filled_tables(warehouse) else None
    if rules_of(rules, "statements") and state is not None:
        on_progress("taking in what has landed")
        refresh_in_turn(warehouse, settings, RefreshRequest(state.as_of), clock=clock)
    with alone(warehouse.folder):
        is_refreshed = state is not None
        asked = rules if is_refreshed else [rule for rule in rules if rule.what != "statements"]
        found = plan(warehouse, settings.model_copy(update={"retention": _only(settings, asked)}), now=now)
        run = _Run(warehouse, settings, now, asked)
        for rule in asked:
            on_progress(f"rule {rule.name}")
            run.letters(rule)
            run.carried(rule)
            run.events(rule)
            for path in going_files(rule, now):
                _remove(path)
        if is_refreshed and rules_of(asked, "statements"):
            on_progress("statements")
            run.statements()
    return found


def _only(settings: Settings, rules: Sequence[RetentionRule]) -> Any:
    return settings.retention.model_copy(update={"rules": tuple(rules)})


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class _Run:
    """One following of the rules; what it hides is one erasure."""

    def __init__(
        self, warehouse: Warehouse, settings: Settings, now: dt.datetime, rules: Sequence[RetentionRule]
    ) -> None:
        self._warehouse, self._settings, self._now, self._rules = warehouse, settings, now, rules
        self._wait = settings.lock_wait_seconds
        names = ", ".join(rule.name for rule in rules)
        number = secrets.token_hex(16)
        self._erasure = Erasure(number, now, f"retention: {names}", pseudonym_of(number), STEPS[0], now)
        self._rows: dict[str, list[int]] = {}
        self._tokens: list[Token] = []
        self._attachments: list[str] = []

    def letters(self, rule: RetentionRule) -> None:
        """Drop the content of refused records that a rule lets go."""
        if rule.what != "dead_letters":
            return

        def drop() -> int:
            ids = going_letters(self._warehouse, rule, self._now)
            if ids:
                with self._warehouse.transaction(LANDING):
                    drop_content(self._warehouse, ids, FORGOTTEN)
                    self._note(n_dead_letters=len(ids))
            return len(ids)

        count = self._warehouse.retrying(drop, wait_seconds=self._wait)
        self._done({"landing.dead_letter": count}, n_dead_letters=count)

    def carried(self, rule: RetentionRule) -> None:
        """Drop what was carried and a rule lets go; the next refresh computes everybody."""
        if rule.what != "carried":
            return

        def drop() -> dict[str, int]:
            rows = going_carried(self._warehouse, rule, self._now)
            if any(rows.values()):
                with self._warehouse.transaction(LANDING):
                    drop_carried(self._warehouse, rule, self._now)
                    _ask_for_all(self._warehouse)
                    self._note()
            return rows

        self._done(self._warehouse.retrying(drop, wait_seconds=self._wait))

    def events(self, rule: RetentionRule) -> None:
        """Drop the events of signals that ended so long ago that a rule lets them go."""
        if rule.what != "events":
            return

        def drop() -> int:
            if not going_events(self._warehouse, rule, self._now):
                return 0
            with self._warehouse.transaction(LANDING):
                deleted = drop_events(self._warehouse, rule, self._now)
                overtake(self._warehouse)
                self._note(n_events=deleted)
            return deleted

        count = self._warehouse.retrying(drop, wait_seconds=self._wait)
        self._done({OUTBOX: count}, n_events=count)

    def statements(self) -> None:
        """Hide the statements that rules let go, some students at a time."""
        going = going_now(self._warehouse, self._rules, self._now)
        version = state_of(self._warehouse).model_version
        if going.num_rows:
            self._tokens = telling_texts(self._warehouse, going)
            self._attachments = going_attachments(self._warehouse, going)
            if self._rows:
                self._keep()  # the erasure stands already, and what is hidden next is told by these
        for batch in _batches(going):
            rows = self._warehouse.retrying(partial(self._hide, batch, version), wait_seconds=self._wait)
            self._done(rows, n_statements=batch.num_rows)

    def _hide(self, batch: pa.Table, model_version: int) -> dict[str, int]:
        warehouse = self._warehouse
        rows: dict[str, int] = {}
        with warehouse.holding(going=batch):
            warehouse.use(LAKE)
            warehouse.define_macros()
            known = (
                what_is_known(warehouse, self._settings.thresholds, model_version, self._now)
                if self._settings.retention.carry
                else None
            )
            with warehouse.transaction(LANDING):
                landing_schema.advance_fence(warehouse)
                _remember(warehouse)
                filled = filled_tables(warehouse)
                for name in (STATEMENT, STAGED, _VERSION):
                    if name in filled:
                        (count,) = warehouse.one(
                            f"DELETE FROM {LAKE}.{name} WHERE statement_id IN (SELECT statement_id::UUID FROM going)"
                        )
                        rows[name] = int(count)
                if known is not None:
                    write_known(warehouse, *known)
                overtake(warehouse)
                _ask_for_all(warehouse)
                self._note(n_statements=batch.num_rows)
        return rows

    def _note(self, **more: int) -> None:
        """Write the row of the erasure, with what comes to it, in the transaction that hides."""
        if not self._rows:
            self._keep()  # before anything is hidden
        drop_erasures(self._warehouse, [self._erasure.erasure_id])
        add_erasures(self._warehouse, [self._more(**more)])

    def _more(self, **more: int) -> Erasure:
        return self._erasure._replace(**{name: getattr(self._erasure, name) + n for name, n in more.items()})

    def _done(self, rows: dict[str, int], **counted: int) -> None:
        """Take note of what a transaction has done, now that it stands."""
        if any(rows.values()):
            self._erasure = self._more(**counted)
            for name, n in rows.items():
                self._rows[name] = [self._rows.get(name, [0, 0])[0] + n, 0]
            self._keep()

    def _keep(self) -> None:
        """Keep what the receipt will say; it names nobody."""
        secret = Secret(
            "", (), (), tuple(self._tokens), (), self._rows, {}, attachments=tuple(self._attachments)
        )
        write_secret(self._warehouse.folder, self._erasure.erasure_id, secret)


def _remember(warehouse: Warehouse) -> None:
    """Keep hashes of what goes: whatever brings it again, it does not land."""
    replayed = f"SELECT replayed_as FROM {LAKE}.landing.dead_letter WHERE replayed_as IS NOT NULL"
    warehouse.run(
        f'INSERT INTO {LAKE}.landing.erased BY NAME SELECT DISTINCT id_hash, content_hash, topic, "partition", '
        f"statement_id NOT IN ({replayed}) AS is_gone FROM {LAKE}.{STATEMENT} "
        "WHERE statement_id IN (SELECT statement_id::UUID FROM going)"
    )


def _ask_for_all(warehouse: Warehouse) -> None:
    """Let the next refresh compute everybody, whoever runs it."""
    warehouse.run(f"UPDATE {LAKE}.{STATE} SET rules_digest = ?", [STAGED_ANEW])


def _batches(going: pa.Table) -> Iterator[pa.Table]:
    """Whole students, some statements at a time."""
    students = going.column("student_key").to_pylist()
    begin = 0
    for place in range(1, len(students) + 1):
        is_last = place == len(students)
        if is_last or (place - begin >= _AT_ONCE and students[place] != students[place - 1]):
            yield going.slice(begin, place - begin)
            begin = place


def retain_and_erase(
    warehouse: Warehouse, settings: Settings, *, clock: Callable[[], dt.datetime]
) -> list[str | None]:
    """Follow the rules, and take out of files what is hidden; gives what each erasure waits for, as `erase_waiting`."""
    follow(warehouse, settings, clock=clock)
    return erase_waiting(warehouse, settings, clock=clock)
