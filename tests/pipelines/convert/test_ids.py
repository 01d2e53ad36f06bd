"""Ids of converted statements are UUIDv5 of what names a record, and of nothing else."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.convert.format import Converted, Options
from learnloom.pipelines.convert.ids import StatementIds

_SOURCES = "https://learnloom.example/sources/"


@given(source=st.text(min_size=1), key=st.text(), names=st.lists(st.text(), min_size=1, max_size=3))
def test_an_id_is_that_of_python_s_own_uuid5(source: str, key: str, names: list[str]) -> None:
    """Whoever has the key can reckon the id with any library."""
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, _SOURCES + source)
    made = Converted([{}] * len(names), "kind", key, names=names)
    expected = [str(uuid.uuid5(namespace, f"{key}#{name}")) for name in names]
    assert StatementIds("csv", Options(source=source)).of(made) == expected


def test_statements_without_names_are_numbered() -> None:
    """A source without a name is told by its format and its home page."""
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, f"{_SOURCES}csv https://lms.school.example")
    found = StatementIds("csv", Options(home_page="https://lms.school.example")).of(
        Converted([{}, {}], "kind", "7")
    )
    assert found == [str(uuid.uuid5(namespace, "7#0")), str(uuid.uuid5(namespace, "7#1"))]
