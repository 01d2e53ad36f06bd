"""The key of a student is one and the same in a message, in Python and in the warehouse's SQL."""

import hashlib
import json
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnloom.pipelines.lake.macros import define_macros
from learnloom.schemas.xapi.identity import person_key, student_key
from learnloom.schemas.xapi.statement import find_breaches
from tests.schemas.xapi.samples import MINIMAL, Json
from tests.sql.harness import Row, harness

_ADDRESS = "mailto:ada@school.example"
_PAGES = ["https://lms.school.example", "https://lms.school.example/", "https://schule.example/ä"]

_IDENTIFIERS: st.SearchStrategy[Json] = st.one_of(
    st.fixed_dictionaries(
        {"account": st.fixed_dictionaries({"homePage": st.sampled_from(_PAGES), "name": st.text()})}
    ),
    st.builds(
        lambda name: {"mbox": f"mailto:{name}@school.example"},
        st.from_regex(r"[a-zA-Z.+]{1,8}", fullmatch=True),
    ),
    st.builds(lambda digest: {"mbox_sha1sum": digest}, st.from_regex(r"[0-9a-fA-F]{40}", fullmatch=True)),
    st.builds(
        lambda name: {"openid": f"https://{name}.openid.example/"},
        st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    ),
)
_ACTORS = st.one_of(
    st.builds(
        lambda identifier, more: {**more, **identifier},
        _IDENTIFIERS,
        st.sampled_from(
            [{}, {"objectType": "Agent", "name": "Ada"}, {"objectType": "Group", "name": "Team"}]
        ),
    ),
    st.builds(
        lambda members: {"objectType": "Group", "member": members},
        st.lists(_IDENTIFIERS, min_size=1, max_size=2),
    ),
)


def _keys_in_sql(actors: list[Json]) -> list[Any]:
    """The keys that staging gives to landed statements of these actors."""
    staging = harness().relations["stg_statement"]
    landed: list[Row] = [
        {"statement_id": number, "raw": json.dumps({**MINIMAL, "actor": actor}, ensure_ascii=False)}
        for number, actor in enumerate(actors)
    ]
    rows = harness().run(staging, {"landing.statement": landed}, {})
    keys = {int(row["statement_id"]): row["student_key"] for row in rows}
    return [keys[number] for number in range(len(actors))]


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(_ACTORS, min_size=4, max_size=8))
def test_key_is_the_warehouse_s_own(actors: list[Json]) -> None:
    """Every valid actor has the key that staging.stg_statement computes, and none where that has none."""
    assert [find_breaches({**MINIMAL, "actor": actor}) for actor in actors] == [[]] * len(actors)
    assert [student_key(actor) for actor in actors] == _keys_in_sql(actors)


@given(_IDENTIFIERS, _IDENTIFIERS)
def test_whoever_differs_has_another_key(one: Json, other: Json) -> None:
    """Two identifiers have one key only if they are equal, apart from the case of a digest."""
    assert (student_key(one) == student_key(other)) == (_told(one) == _told(other))


def _told(identifier: Json) -> Json:
    return {kind: value.lower() if kind == "mbox_sha1sum" else value for kind, value in identifier.items()}


def test_address_and_its_digest_are_one_student() -> None:
    """An address, its SHA-1 sum and the same in capitals are one identifier (xAPI-Data 2.4.2.3)."""
    digest = hashlib.sha1(_ADDRESS.encode(), usedforsecurity=False).hexdigest()
    actors = [{"mbox": _ADDRESS}, {"mbox_sha1sum": digest}, {"mbox_sha1sum": digest.upper(), "name": "Ada"}]
    assert len({student_key(actor) for actor in actors}) == 1


def test_account_is_home_page_and_name() -> None:
    """The same name on two systems is two students, and what is joined cannot be cut elsewhere."""
    accounts = [("https://a.example", "7"), ("https://b.example", "7"), ("https://a.example", "8")]
    keys = {student_key({"account": {"homePage": page, "name": name}}) for page, name in accounts}
    assert len(keys) == 3


@pytest.mark.parametrize(
    "actor",
    [
        None,
        "ada",
        7,
        [],
        {},
        {"name": "Ada"},
        {"account": "7"},
        {"account": {"homePage": "https://a.example"}},
        {"mbox": 7},
    ],
    ids=repr,
)
def test_no_identifier_no_key(actor: Any) -> None:
    """What cannot be read as an identifier has no key, and raises nothing."""
    assert student_key(actor) is None


@settings(max_examples=50)
@given(
    st.lists(st.from_regex(r"[0-9a-f]{16}", fullmatch=True), min_size=1, max_size=5),
    st.binary(min_size=1, max_size=64),
)
@pytest.mark.slow
def test_a_keyed_key_is_the_warehouse_s_own(keys: list[str], secret: bytes) -> None:
    """With a secret, Python and the SQL of staging give one key, and without one that of the identifier."""
    with duckdb.connect() as connection:
        for one in (None, secret):
            define_macros(connection, one)
            rows = connection.execute("SELECT person_key(unnest(?))", [keys]).fetchall()
            assert [row[0] for row in rows] == [person_key(key, one) for key in keys]
        assert connection.execute("SELECT person_key(NULL)").fetchall() == [(None,)]
