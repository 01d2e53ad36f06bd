"""Keys of students with a secret: other keys for everybody, told to receivers, and never two kinds in one warehouse."""

import datetime as dt
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, Final

import orjson
import pytest
from pydantic import SecretStr

from learnloom.pipelines.config.pseudonyms import PseudonymBounds
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.student_keys import held_secret, take_first_secret, take_secret
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.student_secret import (
    FILE,
    StudentSecret,
    StudentSecretError,
    make_secret,
    read_secret,
)
from learnloom.pipelines.privacy.subject import find_subject
from learnloom.pipelines.refresh.refresh import key_first
from learnloom.pipelines.serve.students import find_student, key_now
from learnloom.schemas.xapi.identity import person_key, student_key
from tests.conftest import land, refresh_to

_NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
_SHARED: Final = SecretStr("postgresql://learnloom@127.0.0.1/learnloom")
_ADA, _BOB = ({"mbox": f"mailto:{name}@school.example"} for name in ("ada", "bob"))


def _taken(warehouse: Warehouse, *, renew: bool = False) -> int | None:
    return take_secret(warehouse, renew=renew, now=_NOW, wait_seconds=20.0)


def _keys(warehouse: Warehouse) -> set[str]:
    return {row[0] for row in warehouse.rows("SELECT student_key FROM dimensional.dim_student")}


@pytest.mark.slow
def test_every_student_gets_another_key_and_receivers_are_told(tmp_path: Path) -> None:
    """After rekeying, keys are those of the secret; signals have ended under the former keys, and those still find."""
    told = [
        {
            "actor": actor,
            "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
            "object": {"id": f"https://lms.school.example/q{number}"},
            "result": {"success": False},
            "timestamp": f"2026-09-0{1 + number}T10:0{number}:00Z",
        }
        for number in range(4)
        for actor in (_ADA, _BOB)
    ]
    (tmp_path / "given.jsonl").write_bytes(b"\n".join(map(orjson.dumps, told)) + b"\n")
    folder = tmp_path / "warehouse"
    with Warehouse(folder) as warehouse:
        land(warehouse, tmp_path / "given.jsonl")
        refresh_to(warehouse, dt.date(2026, 9, 20))
        former = {str(student_key(actor)) for actor in (_ADA, _BOB)}
        assert _keys(warehouse) == former
        raised = warehouse.rows("SELECT count(*) FROM feedback.outbox WHERE change = 'raised'")[0][0]
        assert raised > 0
        assert _taken(warehouse) == 1
        assert _taken(warehouse) is None
    secret = read_secret(folder / FILE)
    assert secret is not None
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    with Warehouse(folder) as warehouse:
        refresh_to(warehouse, dt.date(2026, 9, 20))
        present = {person_key(key, secret.value) for key in former}
        assert _keys(warehouse) == present
        ended = warehouse.rows("SELECT DISTINCT student_key FROM feedback.outbox WHERE change = 'ended'")
        assert {row[0] for row in ended} <= former
        assert len(ended) == len(former)
        assert key_now(warehouse, str(student_key(_ADA))) == person_key(str(student_key(_ADA)), secret.value)
        assert find_student(warehouse, "mailto:bob@school.example") in present
        said = warehouse.rows("SELECT DISTINCT student_key FROM feedback.signal_said")
        assert {row[0] for row in said} <= present
        make_secret(folder / FILE, renew=True)
    with Warehouse(folder) as warehouse, pytest.raises(StudentSecretError, match="another secret"):
        refresh_to(warehouse, dt.date(2026, 9, 21))


@pytest.mark.slow
def test_a_secret_that_is_missing_wrong_or_not_taken_stops_a_refresh(tmp_path: Path) -> None:
    """Each is an error that says what to do, and rekeying goes on where it was broken off."""
    with Warehouse(tmp_path) as warehouse:
        assert held_secret(warehouse) is None
        made = make_secret(tmp_path / FILE)
        assert make_secret(tmp_path / FILE) == made
        with pytest.raises(StudentSecretError, match="take it by"):
            held_secret(warehouse)
        assert _taken(warehouse) == 1
        assert held_secret(warehouse) == made
        (tmp_path / FILE).unlink()
        with pytest.raises(StudentSecretError, match="is missing"):
            held_secret(warehouse)
        (tmp_path / FILE).write_text("no secret")
        with pytest.raises(StudentSecretError, match="64 hexadecimal digits"):
            held_secret(warehouse)
        assert _taken(warehouse, renew=True) == 2
        assert held_secret(warehouse) not in (None, made)
        held = json.dumps(warehouse.rows("SELECT key_check FROM landing.student_key_version"))
        assert made.value.hex() not in held


def _first(warehouse: Warehouse, **chosen: Any) -> StudentSecret | None:
    """The secret after what precedes a refresh."""
    file = chosen.get("student_key_file")
    settings = Settings(
        warehouse=warehouse.folder, pseudonyms=PseudonymBounds(**chosen), catalog=_SHARED if file else None
    )
    key_first(warehouse, settings, now=_NOW)
    return held_secret(warehouse)


@pytest.mark.slow
def test_a_new_warehouse_takes_a_secret_once_before_its_first_refresh(tmp_path: Path) -> None:
    """It is made for its owner alone where the settings say, is taken once, and stays."""
    file = tmp_path / "apart" / "student.key"
    file.parent.mkdir()
    with Warehouse(tmp_path / "school", secret=file) as warehouse:
        assert _first(warehouse, keyed_students=False) is None
        secret = _first(warehouse, student_key_file=file)
        assert secret is not None
        assert secret == read_secret(file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert _first(warehouse, student_key_file=file) == secret
        assert [path.name for path in file.parent.iterdir()] == [file.name]
        assert not (tmp_path / "school" / FILE).exists()
        assert warehouse.rows('SELECT "version" FROM landing.student_key_version') == [(1,)]
        with warehouse.another() as second:
            assert held_secret(second) == secret


@pytest.mark.parametrize("table", ["staging.stg_statement", "dimensional.dim_student", "feedback.outbox"])
def test_students_who_have_keys_keep_them(tmp_path: Path, table: str) -> None:
    """Where anything was computed without a secret, none is made: receivers hold the keys."""
    with Warehouse(tmp_path) as warehouse:
        warehouse.run(f"CREATE SCHEMA {table.partition('.')[0]}")
        warehouse.run(f"CREATE TABLE {table} AS SELECT 'ada' AS student_key")
        assert _first(warehouse) is None
    assert not (tmp_path / FILE).exists()


def test_machines_that_share_a_catalogue_make_none_that_may_not_last(tmp_path: Path) -> None:
    """With the catalogue in PostgreSQL a secret is made only where a setting says in which file."""
    with Warehouse(tmp_path) as warehouse:
        key_first(warehouse, Settings(warehouse=tmp_path, catalog=_SHARED), now=_NOW)
        assert held_secret(warehouse) is None


@pytest.mark.slow
def test_keys_of_a_former_secret_still_find_whose_they_are(tmp_path: Path) -> None:
    """Another secret leaves the keys that events hold: an erasure takes them along, and the interface finds by them."""
    ada = str(student_key(_ADA))
    with Warehouse(tmp_path) as warehouse:
        _taken(warehouse)
        secret = read_secret(tmp_path / FILE)
        assert secret is not None
        former = person_key(ada, secret.value)
        warehouse.run("CREATE SCHEMA staging")
        warehouse.run(
            "CREATE TABLE staging.stg_identifier AS SELECT $id AS identifier_key, $own AS own_key, "
            "['older'] AS former_keys, 'mbox' AS identifier_kind, $own AS student_key, "
            "'mailto:ada@school.example' AS identifier, NULL::VARCHAR AS actor_name, now() AS first_seen_at",
            {"id": ada, "own": former},
        )
        assert _taken(warehouse, renew=True) == 2
        assert _taken(warehouse, renew=True) == 3
        assert warehouse.rows("SELECT former_key, identifier_key FROM landing.former_key") == [(former, ada)]
        subject = find_subject(warehouse, Settings(warehouse=tmp_path), _ADA["mbox"], _NOW)
        assert {former, ada, subject.student_key} <= set(subject.keys)
        assert subject.student_key not in (former, ada)
        assert key_now(warehouse, "older") == former


@pytest.mark.slow
def test_of_two_who_come_first_one_makes_the_secret(tmp_path: Path) -> None:
    """Threads that begin at the same moment end with one secret, taken once, in the file."""
    with Warehouse(tmp_path) as one, ThreadPoolExecutor() as threads:
        others = [one.another() for _ in range(4)]
        together = Barrier(len(others))

        def take(warehouse: Warehouse) -> int | None:
            together.wait()
            with warehouse:
                return take_first_secret(warehouse, now=_NOW, wait_seconds=60)

        assert sorted(threads.map(take, others), key=str) == [1, None, None, None]
        secret = read_secret(tmp_path / FILE)
        assert secret is not None
        assert one.rows("SELECT key_check FROM landing.student_key_version") == [(secret.check,)]
