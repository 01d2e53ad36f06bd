"""Landing under pseudonyms: neither what lands nor what is refused names anybody."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from learnloom.pipelines.config.pseudonyms import PseudonymBounds
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.run import LandingJob, land_files
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.opening import file_source
from learnloom.pipelines.lake.open import open_to_read

_BOUNDS = PseudonymBounds.model_validate(
    {"enabled": True, "home_page": "https://school.example/pseudonyms", "key": "k" * 32}
)
_ADA = {"mbox": "mailto:ada.lovelace@school.example", "name": "Ada Lovelace"}


def _statement(number: int, **more: Any) -> bytes:
    told = {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "actor": _ADA,
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": "https://lms.school.example/page"},
        "timestamp": "2026-03-01T12:00:00Z",
        **more,
    }
    return orjson.dumps(told)


@pytest.mark.slow
def test_nothing_that_lands_names_anybody(tmp_path: Path) -> None:
    """Statements land under pseudonyms, twice is once, and what is refused says which rules it breaks and no name."""
    lines = [
        _statement(1),
        _statement(1),
        _statement(2, verb={"id": "Ada Lovelace"}),
        _statement(3, actor={"mbox": "ada.lovelace@school.example", "name": "Ada Lovelace"}),
        b'{"actor": {"name": "Ada Lovelace"',
        b'"Ada Lovelace"',
    ]
    (tmp_path / "given.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    settings = Settings(warehouse=tmp_path / "warehouse", pseudonyms=_BOUNDS)
    job = LandingJob(settings, lambda: datetime(2026, 3, 2, tzinfo=UTC), StopSignal())
    summary = land_files(job, file_source(settings, [tmp_path / "given.jsonl"]))
    assert (summary.accepted, summary.duplicates, summary.dead, summary.mended) == (1, 1, 4, 0)
    with open_to_read(settings) as warehouse:
        landed = warehouse.rows("SELECT raw FROM landing.statement")
        dead = warehouse.rows(
            "SELECT rule, value, message, faults::VARCHAR, raw FROM landing.dead_letter ORDER BY 1"
        )
    assert b"pseudonyms/1" in orjson.dumps(str(landed))
    assert "lovelace" not in str(landed + dead).lower()
    kept = {row[0]: row[4] is not None for row in dead}
    # The statement with a wrong verb is kept; of a wrong address there is no pseudonym, and the rest cannot be read.
    assert sum(kept.values()) <= 1
    assert not any(is_kept for rule, is_kept in kept.items() if rule.startswith("json"))
