"""The list of what is kept where knows every table and file."""

import re
from pathlib import Path

import pytest

from learnloom.pipelines.audit.looks import TABLES as LOOK_TABLES
from learnloom.pipelines.lake.relation import Relation, load_relations
from learnloom.pipelines.login.tables import TABLES as LOGIN_TABLES
from learnloom.pipelines.lrs.tables import TABLES
from learnloom.pipelines.pages.log import TABLE as ANSWER_TABLE
from learnloom.pipelines.privacy.given import where_given
from learnloom.pipelines.privacy.kept import FILES, beside_kept, everything_kept, kept_of, store_kept
from learnloom.pipelines.reference.kept import kept_reference
from learnloom.pipelines.vault.database import TABLES as VAULT_TABLES
from tests.conftest import SmallClass

_PAGE = Path(__file__).parents[3] / "docs/reference/kept.md"
_PERSONAL = {"student_key", "identifier_key", "identifier", "raw", "actor_name"}


def test_the_page_is_up_to_date() -> None:
    """docs/reference/kept.md is what `make docs` would write now."""
    assert _PAGE.read_text(encoding="utf-8") == kept_reference(), "run `make docs`"


@pytest.mark.parametrize("relation", load_relations(), ids=lambda relation: relation.full_name)
def test_a_table_about_students_is_listed_so(relation: Relation) -> None:
    """Every relation has an entry, and one with a student's key, identifier or words is personal."""
    assert kept_of(relation).is_personal or not _PERSONAL & set(relation.columns)


def test_whatever_is_kept_of_a_student_is_given_or_said_why_not() -> None:
    """`learnloom access` has each relation, table and file about students, or says why it is not there once more."""
    relations = {each.full_name: each for each in load_relations()}
    for kept in everything_kept(relations.values()):
        if kept.is_personal:
            assert where_given(kept, relations)


def test_every_table_of_the_store_is_listed() -> None:
    """The tables that `learnloom lrs` makes are those of the list."""
    made = set(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", TABLES))
    assert {each.place.removeprefix("lrs.") for each in store_kept()} == made


@pytest.mark.parametrize(
    ("room", "tables"),
    [("login", LOGIN_TABLES), ("pages", ANSWER_TABLE), ("vault", VAULT_TABLES), ("audit", LOOK_TABLES)],
)
def test_every_table_beside_is_listed(room: str, tables: str) -> None:
    """The tables of logins, pages, vault and audit are those of the list."""
    made = {f"{room}.{name}" for name in re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", tables)}
    assert {each.place for each in beside_kept() if each.place.startswith(f"{room}.")} == made


def test_every_file_is_listed(small_class: SmallClass) -> None:
    """What lies in the folder of a warehouse is in the list."""
    known = {each.place for each in FILES}
    found = {path.name.removesuffix("-wal").removesuffix("-shm") for path in small_class.folder.iterdir()}
    assert found <= known
