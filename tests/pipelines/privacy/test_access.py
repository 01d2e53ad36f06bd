"""A student gets everything that is kept of them."""

import json
from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.privacy.access import give_access
from learnloom.pipelines.privacy.errors import ErasureError
from tests.conftest import SmallClass
from tests.pipelines.privacy.making import NOW

pytestmark = pytest.mark.slow


def test_a_student_gets_what_is_kept(small_class: SmallClass, tmp_path: Path) -> None:
    """Statements as they came, profile, estimates with reasons, signals: for machines and on a page; nobody else's."""
    with Warehouse(small_class.folder, read_only=True) as warehouse, warehouse.transaction():
        key, name, count = warehouse.one(
            "SELECT student_key, student_name, n_statements FROM dimensional.dim_student "
            "ORDER BY n_statements DESC LIMIT 1"
        )
        others = {
            row[0]
            for row in warehouse.rows(
                "SELECT identifier FROM dimensional.dim_student WHERE student_key <> ?", [key]
            )
        }
        given = give_access(warehouse, Settings(), key, tmp_path / "answer", now=NOW)
        (n_signals,) = warehouse.one("SELECT count(*) FROM feedback.outbox WHERE student_key = ?", [key])
        with pytest.raises(ErasureError, match="not empty"):
            give_access(warehouse, Settings(), key, tmp_path / "answer", now=NOW)
    content = json.loads((tmp_path / "answer" / "access.json").read_text())
    said = (tmp_path / "answer" / "statements.jsonl").read_text().splitlines()
    assert len(said) == given.statements >= count
    assert (len(content["signals"]), given.signals) == (n_signals, n_signals)
    assert len(content["estimates"]) == given.estimates > 0
    assert content["profile"]["student_key"] == key
    page = (tmp_path / "answer" / "access.html").read_text()
    assert name in page
    assert not any(other in page + json.dumps(content) for other in others)
