"""A class under pseudonyms: what is computed of each student is what is computed of them by name."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from learnloom.pipelines.ingest.catalogue.skills import import_skills
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.schemas.signal_statement import actor_of
from tests.conftest import SmallClass, land, refresh_to

_PSEUDONYMS = Pseudonyms(b"k" * 32, home_page="https://school.example/pseudonyms", key_id="1")
_SKILLS = "SELECT * EXCLUDE (student_key), student_key FROM estimates.student_skill ORDER BY skill_id"
_SIGNALS = (
    "SELECT signal_kind, audience, urgency, expires_at, signal ->> 'subject' AS subject, student_key "
    "FROM feedback.signal ORDER BY ALL"
)


def _hidden(raw: bytes) -> bytes:
    """A line under a pseudonym; one that is no statement as it is: it is refused in both."""
    return orjson.dumps(_PSEUDONYMS.statement(orjson.loads(raw))) if validate(raw).is_valid else raw


def _identifiers(warehouse: Warehouse) -> dict[str, str]:
    """Key of the student by identifier."""
    return dict(warehouse.rows("SELECT identifier, student_key FROM staging.stg_identifier"))


def _told(warehouse: Warehouse, select: str, keys: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each student, by the key that `keys` gives them, numbers as far as they are meant."""
    told: dict[str, list[tuple[Any, ...]]] = {}
    for *values, key in warehouse.rows(select):
        row = tuple(round(value, 9) if isinstance(value, float) else value for value in values)
        told.setdefault(keys[key], []).append(row)
    return told


@pytest.mark.long
def test_estimates_and_signals_are_the_same(small_class: SmallClass, tmp_path: Path) -> None:
    """Of each student, skills and signals are the same with and without pseudonyms; no name is in the second."""
    lines = small_class.statements.read_bytes().splitlines()
    (tmp_path / "hidden.jsonl").write_bytes(b"\n".join(map(_hidden, lines)) + b"\n")
    with (
        Warehouse(small_class.folder, read_only=True) as plain,
        Warehouse(tmp_path / "warehouse") as hidden,
    ):
        land(hidden, tmp_path / "hidden.jsonl")
        import_skills(hidden, small_class.skill_map, wait_seconds=20.0)
        for day in (small_class.earlier_day, small_class.day):
            refresh_to(hidden, day)
        of_hidden = _identifiers(hidden)
        own = {key: key for key in of_hidden.values()}
        to_hidden: dict[str, str] = {}
        for identifier, key in _identifiers(plain).items():
            account = _PSEUDONYMS.agent(actor_of("account" if " " in identifier else "mbox", identifier))[
                "account"
            ]
            to_hidden[key] = of_hidden[f"{account['homePage']} {account['name']}"]
        assert set(to_hidden.values()) == set(own)
        for select in (_SKILLS, _SIGNALS):
            expected = _told(plain, select, to_hidden)
            assert expected
            assert _told(hidden, select, own) == expected
        assert hidden.rows("SELECT DISTINCT actor_name FROM staging.stg_identifier") == [(None,)]
