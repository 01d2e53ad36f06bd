"""What a student takes away is all that is kept of them."""

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.pages.student import kept
from learnloom.pipelines.roster.reader import Role
from tests.pipelines.pages.conftest import Pages


@pytest.mark.slow
@pytest.mark.parametrize("at_once", [100, 100_000])
def test_a_download_has_every_statement_once(
    pages: Pages, settings: Settings, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """However many are read together, in the order in which they happened."""
    monkeypatch.setattr(kept, "_AT_ONCE", at_once)
    student = pages.readers[Role.STUDENT]
    with open_to_read(settings) as warehouse:
        rows = warehouse.rows(
            "SELECT statement_id::VARCHAR FROM staging.stg_statement WHERE student_key = ? "
            "ORDER BY occurred_at, statement_id",
            [student.student_key],
        )
    answer = pages.as_reader(student).get("/kept/export")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len(rows) > 50
    assert [one["id"] for one in answer.json()["statements"]] == [statement_id for (statement_id,) in rows]
