"""Evidence is read by the names of columns, so that a mart may give them in any order."""

import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import load_relations
from learnloom.pipelines.refresh.evidence import MANY, ONE, EvidenceSource, read_evidence
from learnloom.pipelines.refresh.workspace import Workspace
from tests.conftest import SmallClass

_RELATIONS = {relation.full_name: relation for relation in load_relations()}
_SOURCES = {**MANY, **ONE}


@pytest.mark.parametrize("source", _SOURCES.values(), ids=_SOURCES)
def test_every_field_is_a_documented_column(source: EvidenceSource) -> None:
    """Evidence takes over every column of its relation but the student and people's words, and no other."""
    columns = _RELATIONS[source.relation].columns.keys() - {"student_key", "reason", "responded_by"}
    assert columns == set(source.evidence._fields)


def test_the_order_of_columns_does_not_matter(small_class: SmallClass) -> None:
    """Where every relation gives its columns in the opposite order, the evidence of all students is the same."""
    found = []
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        for turned in (False, True):
            with Workspace(warehouse) as work:
                for name in ("dimensional.dim_student", "dimensional.dim_vocabulary"):
                    work.show(_RELATIONS[name])
                for source in _SOURCES.values():
                    _show(work, source.relation, turned=turned)
                found.append(list(read_evidence(work)))
    assert len(found[0]) > 10
    assert all(
        any(getattr(one, field) for one in found[0]) for field in ("skills", "mastery", "goals", "days")
    )
    assert found[0] == found[1]


def _show(work: Workspace, name: str, *, turned: bool) -> None:
    """Show a relation of the lake, its columns as they are or the other way round."""
    columns = [column for column, _ in work.described(f"FROM {LAKE}.{name}")]
    listed = ", ".join(reversed(columns) if turned else columns)
    work.show(_RELATIONS[name], source=f"(SELECT {listed} FROM {LAKE}.{name})")
