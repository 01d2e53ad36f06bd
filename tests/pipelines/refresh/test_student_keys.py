"""Keys of students with a secret: other keys for everybody, told to receivers, and never two kinds in one warehouse."""

import datetime as dt
import json
import stat
from pathlib import Path

import orjson
import pytest

from learnloom.pipelines.ingest.land.student_keys import checked_secret, take_secret
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.student_secret import FILE, StudentSecretError, make_secret, read_secret
from learnloom.pipelines.serve.students import find_student, key_now
from learnloom.schemas.xapi.identity import person_key, student_key
from tests.conftest import land, refresh_to

_NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
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
    secret = read_secret(folder)
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
        make_secret(folder)
    with Warehouse(folder) as warehouse, pytest.raises(StudentSecretError, match="another secret"):
        refresh_to(warehouse, dt.date(2026, 9, 21))


def test_a_secret_that_is_missing_wrong_or_not_taken_stops_a_refresh(tmp_path: Path) -> None:
    """Each is an error that says what to do, and rekeying goes on where it was broken off."""
    with Warehouse(tmp_path) as warehouse:
        assert checked_secret(warehouse) == ""
        made = make_secret(tmp_path)
        with pytest.raises(StudentSecretError, match="take it by"):
            checked_secret(warehouse)
        assert _taken(warehouse) == 1
        assert checked_secret(warehouse) == made.check
        (tmp_path / FILE).unlink()
        with pytest.raises(StudentSecretError, match="is missing"):
            checked_secret(warehouse)
        (tmp_path / FILE).write_text("no secret")
        with pytest.raises(StudentSecretError, match="64 hexadecimal digits"):
            checked_secret(warehouse)
        assert _taken(warehouse, renew=True) == 2
        assert checked_secret(warehouse) not in ("", made.check)
        held = json.dumps(warehouse.rows("SELECT key_check FROM landing.student_key_version"))
        assert made.value.hex() not in held
