"""Pages show the names of the vault, keep who looked, and tell nothing to who is too young."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from learnloom.pipelines.audit.looks import AuditError
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.reading_copy import ReadingCopy
from learnloom.pipelines.pages.apart import lay_over
from learnloom.pipelines.pages.app import make_pages
from learnloom.pipelines.pages.guard import SignedForms
from learnloom.pipelines.pages.log import Waiting
from learnloom.pipelines.pages.place import PagesContext
from learnloom.pipelines.roster.reader import Reader, Role
from learnloom.pipelines.vault.opening import open_vault
from learnloom.pipelines.vault.vault import Alias
from tests.pipelines.pages.conftest import Browser

pytestmark = pytest.mark.slow

_NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
_COURSE = "https://school.example/course"
_STUDENTS = {
    "a" * 16: ("mailto:a@school.example", "Ann", 2015),
    "b" * 16: ("mailto:b@school.example", "Bo", 2001),
}


def _settings(tmp_path: Path) -> Settings:
    return Settings(
        warehouse=tmp_path / "warehouse",
        vault=VaultBounds(file=tmp_path / "vault.sqlite", student_signals_from_age=13),
    )


def _school(tmp_path: Path) -> ReadingCopy:
    """Two students of a course under keys, one of them a child, and a third whom the vault does not know."""
    settings, folder = _settings(tmp_path), tmp_path / "pages"
    with Warehouse(settings.warehouse) as warehouse:
        warehouse.run("CREATE SCHEMA IF NOT EXISTS staging")
        warehouse.run(
            "CREATE TABLE staging.stg_identifier (student_key VARCHAR, identifier VARCHAR, identifier_key VARCHAR, "
            "own_key VARCHAR, former_keys VARCHAR[])"
        )
        for key, (identifier, _, _) in _STUDENTS.items():
            warehouse.run(
                "INSERT INTO staging.stg_identifier VALUES ($key, $identifier, $key, $key, [])",
                {"key": key, "identifier": identifier},
            )
    with open_vault(settings, creates=True) as vault, vault.writing():
        for identifier, name, year in _STUDENTS.values():
            vault.keep([Alias(identifier, is_pseudonym=False)], name, year, _NOW)
    folder.mkdir()
    with duckdb.connect(str(folder / "1.duckdb")) as model:
        model.execute("CREATE TABLE student (student_key VARCHAR, student_name VARCHAR)")
        model.execute("CREATE TABLE course (course_id VARCHAR, course_key VARCHAR, course_name VARCHAR)")
        model.execute("CREATE TABLE course_member (course_id VARCHAR, section VARCHAR, student_key VARCHAR)")
        for key in (*_STUDENTS, "c" * 16):
            model.execute("INSERT INTO student VALUES (?, NULL)", [key])
            model.execute("INSERT INTO course_member VALUES (?, NULL, ?)", [_COURSE, key])
    return ReadingCopy(folder, lambda model: lay_over(settings, model, lambda: _NOW))


def test_names_are_of_the_vault_and_in_memory_alone(tmp_path: Path) -> None:
    """Whom the vault knows has a name, the child is told nothing, and the file of the read model has neither."""
    copy = _school(tmp_path)
    model = copy.cursor()
    assert model.pairs("SELECT student_key[1], student_name FROM student ORDER BY ALL") == [
        ("a", "Ann"),
        ("b", "Bo"),
        ("c", None),
    ]
    assert model.rows("FROM untold") == [{"student_key": "a" * 16}]
    copy.close()
    with duckdb.connect(str(tmp_path / "pages" / "1.duckdb"), read_only=True) as file:
        assert file.execute("SELECT count(student_name) FROM student").fetchall() == [(0,)]


def test_where_the_vault_is_not_there_nothing_is_shown(tmp_path: Path) -> None:
    """With a rule of age and a vault that cannot be read nobody could tell who is a child: pages say so alone."""
    copy, settings = _school(tmp_path), _settings(tmp_path)
    copy.close()
    vault = settings.vault
    assert vault.file is not None
    vault.file.rename(tmp_path / "elsewhere.sqlite")
    copy = ReadingCopy(tmp_path / "pages", lambda model: lay_over(settings, model, lambda: _NOW))
    answer = _browser(copy, lambda *_: None).get(f"/s/{'b' * 16}")
    assert answer.status_code == 503
    without = settings.model_copy(
        update={"vault": vault.model_copy(update={"student_signals_from_age": None})}
    )
    copy = ReadingCopy(tmp_path / "pages", lambda model: lay_over(without, model, lambda: _NOW))
    assert copy.cursor().pairs("SELECT count(*), count(student_name) FROM student") == [(3, 0)]
    copy.close()


def _browser(copy: ReadingCopy, note: Any) -> Browser:
    nothing: Any = None  # no page gets so far
    place = PagesContext(copy.cursor, Waiting, nothing, nothing, nothing, nothing, note=note)
    reader = Reader("https://idp.example#hill", "Mr Hill", Role.TEACHER, None, frozenset({_COURSE}), "en")
    return Browser(make_pages(place, lambda _: reader, forms=SignedForms(b"of this test")))


def test_a_look_is_kept_before_anything_is_shown(tmp_path: Path) -> None:
    """It says who, which page and whom; where it cannot be kept, nothing is shown."""
    copy, looks = _school(tmp_path), []

    def note(who: str, page: str, students: Iterable[str]) -> None:
        looks.append((who, page, list(students)))
        raise AuditError("a look cannot be kept")

    answer = _browser(copy, note).get(f"/s/{'a' * 16}")
    assert looks == [("https://idp.example#hill", "student", ["a" * 16])]
    assert answer.status_code == 503
    assert "Ann" not in answer.text
