"""What a school's rules of retention would let go now: by rule and relation, nothing changed."""

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

import pyarrow as pa

from learnloom.pipelines.config.retention import RetentionRule
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import columns_in, filled_tables
from learnloom.pipelines.privacy.errors import ErasureError
from learnloom.pipelines.privacy.retention_events import OUTBOX, going_events
from learnloom.pipelines.privacy.retention_find import (
    going_carried,
    going_files,
    going_letters,
    going_statements,
    rules_of,
)
from learnloom.pipelines.refresh.state import STATE, RefreshState, read_state

_IDS: Final = ("statement_id", "attempt_id")
"""Columns by which rows are a statement's."""


class Going(NamedTuple):
    """What a rule lets go."""

    rule: str
    relation: str
    """Full name of a relation; `exports` and `backups` for what lies in the rule's folder."""
    n: int
    """Rows, or files and folders."""


def plan(warehouse: Warehouse, settings: Settings, *, now: dt.datetime) -> list[Going]:
    """Say what rules let go now, by rule and relation; nothing is changed.

    Raises:
        ErasureError: there is a rule of statements, and no refresh has taken any in.
    """
    rules, found = settings.retention.rules, []
    if rules_of(rules, "statements"):
        found += _counted(warehouse, going_now(warehouse, rules, now))
    for rule in rules:
        if rule.what == "dead_letters":
            found.append(Going(rule.name, "landing.dead_letter", len(going_letters(warehouse, rule, now))))
        elif rule.what == "carried":
            found += [Going(rule.name, name, n) for name, n in going_carried(warehouse, rule, now).items()]
        elif rule.what == "events":
            found.append(Going(rule.name, OUTBOX, going_events(warehouse, rule, now)))
        elif rule.what != "statements":
            found.append(Going(rule.name, rule.what, len(going_files(rule, now))))
    return found


def state_of(warehouse: Warehouse) -> RefreshState:
    """What the last refresh did.

    Raises:
        ErasureError: there was none.
    """
    state = read_state(warehouse) if STATE in filled_tables(warehouse) else None
    if state is None:
        raise ErasureError(
            "rules of retention go by what a refresh has taken in: run `learnloom refresh` first"
        )
    return state


def going_now(warehouse: Warehouse, rules: Sequence[RetentionRule], now: dt.datetime) -> pa.Table:
    """Give the statements that rules let go now, as `going_statements`."""
    state = state_of(warehouse)
    return going_statements(warehouse, rules, state.staged_snapshot, now)


def _counted(warehouse: Warehouse, going: pa.Table) -> list[Going]:
    """Rows that hang on statements that go, by rule and relation."""
    filled, found = filled_tables(warehouse), []
    with warehouse.holding(going=going):
        for name, columns in sorted(columns_in(warehouse, LAKE).items()):
            known = [column for column, _ in columns if column in _IDS]
            if name in filled and known:
                found += [
                    Going(rule, name, int(n))
                    for rule, n in warehouse.rows(
                        f"SELECT going.rule, count(*) FROM {LAKE}.{name} AS standing INNER JOIN going "
                        f"ON standing.{known[0]}::VARCHAR = going.statement_id GROUP BY going.rule ORDER BY going.rule"
                    )
                ]
    return sorted(found)
