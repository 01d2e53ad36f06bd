"""Who stands in a roster is there for their teacher before the first statement."""

import datetime as dt

import orjson
import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.pages.keeper import Keeper
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.roster.member import Member, import_members
from learnloom.pipelines.roster.reader import Role
from tests.conftest import SmallClass
from tests.pipelines.pages.conftest import COURSE, pages_of
from tests.pipelines.people.make import TELLER

_NEW = "https://campus.example/2 never.seen"


@pytest.mark.slow
def test_a_student_without_a_statement_is_there(settings: Settings, small_class: SmallClass) -> None:
    """The week, the matrix, work and what cannot be seen name them; their page says so, and a contact can be noted."""
    noon = dt.datetime.combine(small_class.day, dt.time(12), dt.UTC)
    with open_to_write(settings) as warehouse:
        met = warehouse.rows(
            "SELECT identifier FROM dimensional.dim_student WHERE identifier_kind = 'account' ORDER BY 1 LIMIT 3"
        )
        roster = [Member(COURSE, "student", identifier) for identifier in (_NEW, *(row[0] for row in met))]
        import_members(warehouse, "roster", roster, TELLER, left_out=0, wait_seconds=20)
    keeper = Keeper(settings, clock=lambda: noon)
    keeper.look()
    pages = pages_of(settings, keeper, noon)
    reader, key = pages.as_reader(pages.readers[Role.TEACHER]), key_of(_NEW)
    row = keeper.model().one("SELECT course_key FROM course WHERE course_id = $course", {"course": COURSE})
    assert row is not None
    for page in ("week", "skills", "unseen"):
        answer = reader.get(f"/c/{row['course_key']}/{page}")
        assert (answer.status_code, key in answer.text, "never.seen" in answer.text) == (200, True, True)
    assert "has not been seen yet" in reader.get(f"/s/{key}").text
    token = reader.get(f"/s/{key}").text.partition('name="csrf" value="')[2].partition('"')[0]
    assert reader.post("/answers", {"csrf": token, "student": key, "act": "contacted"}).status_code == 303
    (kept,) = keeper.log.to_land()
    assert orjson.loads(kept.statement)["actor"]["account"]["name"] == "never.seen"
    keeper.close()
