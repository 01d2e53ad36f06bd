"""A small book of grades that is landed again and again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from learnloom.pipelines.convert.converter import Converter
from learnloom.pipelines.convert.files import ConvertedFiles
from learnloom.pipelines.convert.format import Options
from learnloom.pipelines.ingest.land.loop import ImportSummary, LandingObserver
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.xapi.equality import is_same
from tests.pipelines.ingest.samples import bring_in

GRADES = Options(
    home_page="https://lms.school.example",
    table={
        "kind": "grades",
        "max_score": 10,
        "columns": {"student": "student", "item": "work", "score": "points"},
    },
)


def written(path: Path, grades: Mapping[tuple[str, str], object]) -> Path:
    """Write grades by student and work."""
    rows = [f"{student},{work},{points}" for (student, work), points in grades.items()]
    path.write_text("\n".join(["student,work,points", *rows]) + "\n", encoding="utf-8")
    return path


def source_of(*paths: Path, max_records: int = 10, options: Options = GRADES, **more: Any) -> ConvertedFiles:
    """The files as a source, with small batches."""
    return ConvertedFiles(
        Converter("csv", options), paths, max_records=max_records, max_bytes=1 << 20, **more
    )


def landed(
    warehouse: Warehouse,
    *paths: Path,
    max_records: int = 10,
    observer: LandingObserver | None = None,
    **more: Any,
) -> ImportSummary:
    """Convert and land."""
    return bring_in(
        warehouse,
        source=source_of(*paths, max_records=max_records, **more),
        max_records=max_records,
        judge=validate,
        is_same=is_same,
        observer=observer,
    )


def standing(warehouse: Warehouse) -> dict[tuple[str, str], float]:
    """Grades by student and work that are not voided; there is one of each."""
    rows = warehouse.rows(
        "SELECT raw ->> '$.actor.account.name', regexp_extract(raw ->> '$.object.id', '[^/]+$'), "
        "(raw ->> '$.result.score.raw')::DOUBLE FROM landing.statement "
        "WHERE raw ->> '$.verb.id' NOT LIKE '%voided' AND statement_id NOT IN "
        "(SELECT (raw ->> '$.object.id')::UUID FROM landing.statement WHERE raw ->> '$.verb.id' LIKE '%voided')"
    )
    assert len({row[:2] for row in rows}) == len(rows), rows
    return {(row[0], row[1]): row[2] for row in rows}


def counts(summary: ImportSummary) -> tuple[int, int, int, int]:
    """Landed, known already, replaced, refused."""
    return summary.accepted, summary.duplicates, summary.replaced, summary.dead
