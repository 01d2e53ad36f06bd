"""What is computed of students is the same for whichever set of them it is computed at once."""

import datetime as dt
import itertools

import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import Relation, load_relations
from learnloom.pipelines.refresh.build import Students, Transform
from learnloom.pipelines.refresh.digests import DIGEST
from learnloom.pipelines.refresh.estimate import estimate
from learnloom.pipelines.refresh.feedback import feedback
from learnloom.pipelines.refresh.plan import make_plan
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.refresh.touched import EVERYBODY
from learnloom.pipelines.refresh.workspace import Workspace
from tests.conftest import SmallClass
from tests.pipelines.refresh.school import SETTINGS, comparable

_NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
_BOUNDS = ("", "5", "a", "g")
"""Keys are hexadecimal digits."""
_BUCKETS = [
    Students(f"{EVERYBODY.keys} AND student_key >= '{low}' AND student_key < '{high}'")
    for low, high in itertools.pairwise(_BOUNDS)
]


def _is_of_students(relation: Relation) -> bool:
    return relation.scope == "student" and relation.stored == "table" and relation.full_name != DIGEST


@pytest.mark.parametrize("buckets", [[EVERYBODY], _BUCKETS], ids=["everybody", "three buckets"])
def test_buckets_of_students_give_what_stands(small_class: SmallClass, buckets: list[Students]) -> None:
    """Computed bucket after bucket in one workspace, the rows of all students are those of the last refresh."""
    request = RefreshRequest(end_of_day(small_class.day, SETTINGS.time_zone), full=True)
    relations = load_relations()
    found: dict[str, list[str]] = {
        relation.full_name: [] for relation in relations if _is_of_students(relation)
    }
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        with Workspace(warehouse) as work:
            plan = make_plan(warehouse, SETTINGS, relations, request, now=_NOW)
            transform = Transform(work, relations, plan, lambda _: None)
            transform.build_reference()
            for bucket in buckets:
                assert transform.take(bucket) > 0
                transform.build("dimensional", "norms")
                transform.fill(estimate(transform, SETTINGS.thresholds))
                transform.build("marts")
                transform.fill(feedback(transform, SETTINGS.thresholds))
                for name in found:
                    found[name] += comparable(work.rows(f"FROM {name}"))
        stands = {name: comparable(warehouse.rows(f"FROM {LAKE}.{name}")) for name in found}
    assert sum(map(len, stands.values())) > 1_000
    assert {name: sorted(rows) for name, rows in found.items()} == stands
