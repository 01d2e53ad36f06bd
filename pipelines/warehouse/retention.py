"""Removing what is kept no longer than a school wants: dead letters, which hold what nobody could judge."""

from datetime import datetime
from typing import Final

from pipelines.warehouse import landing
from pipelines.warehouse.connection import LAKE, Warehouse
from pipelines.warehouse.turn import LANDING

_HELD: Final = ("dead_letter", "dead_letter_delivery")
_OLD: Final = "landing.dead_letter WHERE landed_at < $before"


def remove_dead_letters(warehouse: Warehouse, *, before: datetime, now: datetime, wait_seconds: float) -> int:
    """Remove the dead letters that landed before a moment, replayed or not; return how many.

    Statements that took the place of some stay. A record that is read again is refused again. The past shows what was
    removed until its snapshots expire; after that `tidy` takes the files.

    Raises:
        WarehouseBusyError: other processes kept writing for `wait_seconds`; nothing is removed.
    """
    landing.prepare(warehouse, wait_seconds=wait_seconds)
    removed = warehouse.retrying(lambda: _remove(warehouse, before, now), wait_seconds=wait_seconds)
    if removed:
        warehouse.retrying(lambda: _write_anew(warehouse), wait_seconds=wait_seconds)
    return removed


def _remove(warehouse: Warehouse, before: datetime, now: datetime) -> int:
    old = {"before": before}
    with warehouse.transaction(LANDING):
        n_old = int(warehouse.one(f"SELECT count(*) FROM {_OLD}", old)[0])
        if not n_old:
            return 0
        landing.take_turn(warehouse)
        warehouse.run(
            'INSERT INTO landing.dead_letter_removal SELECT letter.topic, letter."partition", $now, count(*), '
            f"count(statement.statement_id) FROM (FROM {_OLD}) AS letter "
            # As in the check positions_equal_rows: a replay may also have found that its statement had landed before.
            "LEFT JOIN landing.statement ON statement.statement_id = letter.replayed_as "
            'AND statement.topic = letter.topic AND statement."partition" = letter."partition" '
            'AND statement."offset" = letter."offset" AND statement.element = letter.element '
            'GROUP BY letter.topic, letter."partition"',
            {**old, "now": now},
        )
        warehouse.run(
            "DELETE FROM landing.dead_letter_delivery "
            f"WHERE dead_letter_id IN (SELECT dead_letter_id FROM {_OLD})",
            old,
        )
        warehouse.run(f"DELETE FROM {_OLD}", old)
    return n_old


def _write_anew(warehouse: Warehouse) -> None:
    """Write the files anew of which anything is deleted: else what was removed would stay in them, unseen."""
    for table in _HELD:
        warehouse.run(
            f"CALL ducklake_flush_inlined_data('{LAKE}', schema_name => 'landing', table_name => '{table}')"
        )
        warehouse.run(
            f"CALL ducklake_rewrite_data_files('{LAKE}', '{table}', schema => 'landing', delete_threshold => 0)"
        )
