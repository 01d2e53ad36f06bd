"""One process serves a store, and what cannot land waits within a bound."""

from pathlib import Path

import httpx
import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.fence import LANDING, FileWriteLock
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.lrs.opening import AlreadyServedError
from servers.waiting import wait_until
from tests.pipelines.lrs.serving import Client, new_key, serving, statement


def _has_landed(folder: Path) -> bool:
    try:
        with Warehouse(folder, read_only=True) as warehouse:
            is_laid_down = "landing.position" in existing_tables(warehouse)
            return is_laid_down and bool(warehouse.rows("SELECT 1 FROM landing.position WHERE topic = 'lrs'"))
    except WarehouseError:
        return False


@pytest.mark.slow
def test_a_store_is_served_once(tmp_path: Path) -> None:
    """A second process is told that there is one already, and the first goes on."""
    with serving(tmp_path) as address:
        with pytest.raises(AlreadyServedError, match="another learnloom lrs"), serving(tmp_path):
            pass
        assert httpx.get(f"{address}/about").status_code == 200


@pytest.mark.slow
def test_statements_are_taken_while_another_writes_to_the_warehouse_and_within_a_bound(
    tmp_path: Path,
) -> None:
    """While a refresh holds the warehouse, statements are answered and found; where too many wait, 503 says so."""
    with serving(tmp_path, max_waiting=3) as address:
        client = Client(address, new_key(tmp_path))
        client.post(statement("first"))
        wait_until(lambda: _has_landed(tmp_path), lambda: None)
        with FileWriteLock(tmp_path, 20).held(LANDING):
            ids = client.post(statement(), statement(), statement())
            answer = client("POST", "/statements", json=statement())
            assert set(ids) < set(client.found())
        assert answer.status_code == 503
        assert "LEARNLOOM_LRS__MAX_WAITING" in answer.json()["error"]
        assert answer.headers["retry-after"] == "60"
        wait_until(lambda: client("POST", "/statements", json=statement()).status_code == 200, lambda: None)
