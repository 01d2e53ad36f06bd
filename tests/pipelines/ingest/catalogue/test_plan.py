"""A course plan is read whole or not at all, and what is wrong is named by line and column."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from learnloom.pipelines.ingest.catalogue.plan import PlanCounts, import_plan, read_plan
from learnloom.pipelines.ingest.sources.errors import PlanFileError
from learnloom.pipelines.lake.connection import Warehouse

_COURSE = "https://s.example/c"
_HEAD = "course,activity,due,weight,begins,ends\n"
_RUN = f"{_COURSE},,,,2026-09-01,2026-12-18\n"
GOOD = (
    f"{_HEAD}{_COURSE},https://s.example/a,2026-09-20,20,,\n{_COURSE},https://s.example/b,2026-10-04T18:00,,,\n{_RUN}"
    f"{_COURSE},,,,2027-02-01,2027-06-30\n"
)


def _write(folder: Path, text: str) -> Path:
    path = folder / "plan.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_plan_is_stored_in_place_of_the_earlier_one(warehouse: Warehouse) -> None:
    """A day is due at its end, weight is 1 by default, and what is no longer in the plan is gone."""
    folder = warehouse.folder.parent
    assert import_plan(warehouse, _write(folder, GOOD), wait_seconds=30) == PlanCounts(1, 2, 2)
    assert warehouse.rows(
        "SELECT * REPLACE (due_local::VARCHAR AS due_local) FROM landing.course_work ORDER BY ALL"
    ) == [
        (_COURSE, "https://s.example/a", "2026-09-20 23:59:59", Decimal(20)),
        (_COURSE, "https://s.example/b", "2026-10-04 18:00:00", Decimal(1)),
    ]
    import_plan(warehouse, _write(folder, _HEAD + _RUN), wait_seconds=30)
    assert warehouse.rows("SELECT * FROM landing.course_work") == []
    assert warehouse.rows("SELECT * FROM landing.course_run") == [
        (_COURSE, dt.date(2026, 9, 1), dt.date(2026, 12, 18))
    ]


def test_a_wrong_plan_changes_nothing(warehouse: Warehouse) -> None:
    """What stands stays where the new file is wrong."""
    folder = warehouse.folder.parent
    import_plan(warehouse, _write(folder, GOOD), wait_seconds=30)
    with pytest.raises(PlanFileError):
        import_plan(warehouse, _write(folder, f"{GOOD}x"), wait_seconds=30)
    assert warehouse.one("SELECT count(*) FROM landing.course_run") == (2,)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("course,when\n", "line 1: the columns are course, when; they must be course and may be activity"),
        (f"{_HEAD},,,,2026-09-01,2026-12-18", "line 2, column course: it is empty"),
        (f"{_HEAD}maths,,,,2026-09-01,2026-12-18", "line 2, column course: 'maths' is no IRI"),
        (
            f"{_HEAD}{_COURSE},,,,1.9.2026,2026-12-18",
            "line 2, column begins: '1.9.2026' is no day; write it like",
        ),
        (
            f"{_HEAD}{_COURSE},,,,2026-12-18,2026-09-01",
            "line 2, column ends: 2026-09-01 is before 2026-12-18",
        ),
        (
            f"{_HEAD}{_COURSE},,2026-09-20,,2026-09-01,2026-12-18",
            "line 2, column due: '2026-09-20' cannot stand",
        ),
        (
            f"{_HEAD}{_RUN}{_COURSE},,,,2026-12-18,2027-02-01",
            "line 3, column begins: 2026-12-18 lies in the run",
        ),
        (f"{_HEAD}{_RUN}{_COURSE},a b,2026-09-20,,,", "line 3, column activity: 'a b' is no IRI"),
        (f"{_HEAD}{_RUN}{_COURSE},https://s.example/a,,,,", "line 3, column due: '' is no day or time"),
        (
            f"{_HEAD}{_RUN}{_COURSE},https://s.example/a,2026-09-20T10:00Z,,,",
            "line 3, column due.* has a time zone",
        ),
        (
            f"{_HEAD}{_RUN}{_COURSE},https://s.example/a,2026-09-20,-1,,",
            "line 3, column weight: '-1' is no number",
        ),
        (
            f"{_HEAD}{_RUN}{_COURSE},https://s.example/a,2027-01-20,,,",
            "line 3, column due: 2027-01-20 lies in no run",
        ),
        (f"{_HEAD}https://s.example/d,https://s.example/a,2026-09-20,,,", "there are: none"),
        (
            f"{_HEAD}{_RUN}" + f"{_COURSE},https://s.example/a,2026-09-20,,,\n" * 2,
            r"line 4: https://s.example/a is due then in .* line 3 already: remove one",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    """Line, column, value, and what to do."""
    with pytest.raises(PlanFileError, match=says):
        read_plan(_write(tmp_path, text))
