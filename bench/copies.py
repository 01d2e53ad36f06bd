"""Classes that do what a landed class does, under other names: a warehouse of any size in little time.

    python bench/copies.py FOLDER COUNT

FOLDER/learnloom-warehouse holds a simulated class. In each copy every identifier of a student and every UUID differs;
questions and courses are the same. For measurements of what comes after landing: positions are not those of the copies.
"""

import sys
from pathlib import Path

from learnloom.pipelines.lake.connection import LAKE, Warehouse

_UUID = "([0-9a-f]{8})(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_COPY = f"""
    INSERT INTO {LAKE}.landing.statement BY NAME
    WITH copied AS (
        SELECT
            regexp_replace(statement_id::VARCHAR, '^[0-9a-f]{{8}}', $prefix)::UUID AS statement_id,
            regexp_replace(
                replace(
                    replace(raw, '"homePage":"https://', '"homePage":"https://' || $prefix || '.'),
                    '"mailto:', '"mailto:' || $prefix || '.'
                ),
                '"{_UUID}"', '"' || $prefix || '\\2"', 'g'
            ) AS raw,
            topic || '#' || $prefix AS topic,
            "partition",
            "offset",
            element,
            landed_at,
            source
        FROM {LAKE}.landing.statement
        WHERE topic NOT LIKE '%#________'
    )

    SELECT *, hash(statement_id::VARCHAR) AS id_hash, hash(raw) AS content_hash
    FROM copied
"""


def main() -> None:
    """Add the copies, one transaction each."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    with Warehouse(folder / "learnloom-warehouse") as warehouse:
        for number in range(1, count + 1):
            with warehouse.transaction():
                warehouse.run(_COPY, {"prefix": f"{number:08x}"})


if __name__ == "__main__":
    main()
