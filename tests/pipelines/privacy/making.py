"""A handful of students to erase one of, and an eye of its own for what is left of them in files."""

import datetime as dt
import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.events import MERGE, PersonChange, Teller, tell
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.privacy.erase_request import request_erasures
from learnloom.pipelines.privacy.erase_run import Erasing, ErasureProgress
from learnloom.pipelines.privacy.erase_state import Erasure
from learnloom.pipelines.refresh.checks import run_checks
from tests.once import made_once
from tests.pipelines.refresh.school import land, refreshed

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
HOME = "https://lms.school.example"
WAIT_SECONDS = 120
"""PostgreSQL keeps deleted rows as long as any transaction of its server is open, those of other tests, too."""
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def account(name: str, full_name: str | None = None) -> dict[str, Any]:
    """An actor with an account."""
    named = {} if full_name is None else {"name": full_name}
    return {**named, "account": {"homePage": HOME, "name": name}}


def answer(number: int, actor: dict[str, Any], text: str = "", **more: Any) -> dict[str, Any]:
    """A valid answer to one of three questions of a course; the same number, the same statement."""
    question = number % 3
    return {
        "id": f"00000000-0000-4000-8000-{number:012x}",
        "actor": actor,
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
        "object": {
            "id": f"https://school.example/q/{question}",
            "definition": {
                "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
                "name": {"en": f"Question {question}"},
            },
        },
        "result": {"success": number % 2 == 0, "response": text or f"answer number {number}"},
        "timestamp": f"2026-09-{1 + number % 14:02d}T10:{number % 60:02d}:00Z",
        **more,
    }


def line(statement: dict[str, Any], *, ascii_only: bool = False) -> bytes:
    """A line of a file."""
    return json.dumps(statement, ensure_ascii=ascii_only).encode() + b"\n"


def settings_of(warehouse: Warehouse, **more: Any) -> Settings:
    """The settings of a warehouse."""
    place = warehouse.place
    return Settings(warehouse=place.folder, catalog=place.postgres, lock_wait_seconds=WAIT_SECONDS, **more)


def asked(warehouse: Warehouse, student: str, **more: Any) -> Erasure:
    """Hide a student."""
    (erasure,) = request_erasures(
        warehouse, settings_of(warehouse, **more), [student], reason="asked", clock=lambda: NOW
    )
    return erasure


def run(warehouse: Warehouse, *, backups: Sequence[str] = (), **more: Any) -> list[ErasureProgress]:
    """Take out of files whoever is hidden, at once."""
    return Erasing(
        warehouse, settings_of(warehouse, **more), clock=lambda: NOW, at_once=True, backups=backups
    ).run()


def failed_checks(warehouse: Warehouse) -> list[Any]:
    """Checks of the warehouse that do not hold, each with a sample."""
    return [(each.name, each.sample) for each in run_checks(warehouse) if each.is_passed is False]


@contextmanager
def copied(
    factory: pytest.TempPathFactory, name: str, folder: Path, make: Callable[[Warehouse, Path], None]
) -> Iterator[Warehouse]:
    """Give a copy of a warehouse that the first test which asks for it has made.

    Args:
        factory: pytest's own.
        name: the same for what is the same.
        folder: the copy will be `warehouse` in it.
        make: fills an empty warehouse; the folder is for what is imported.
    """

    def first(place: Path) -> None:
        with Warehouse(place / "warehouse") as warehouse:
            make(warehouse, place)

    shutil.copytree(made_once(factory, f"privacy-{name}", first) / "warehouse", folder / "warehouse")
    with Warehouse(folder / "warehouse") as warehouse:
        yield warehouse


def left_of(folder: Path, tokens: Sequence[str]) -> set[tuple[str, str]]:
    """Tokens that files below a folder hold, each with the file's name: raw, and decoded. Without any code of ours."""
    found = set()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        raw = path.read_bytes()
        texts = [raw.decode("utf-8", "replace"), *_decoded(path)]
        found |= {(token, path.name) for token in tokens for text in texts if token in text}
    return found


def _decoded(path: Path) -> Iterator[str]:
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            rows = connection.execute("SELECT t::VARCHAR FROM read_parquet(?) AS t", [str(path)]).fetchall()
        yield from (row[0] for row in rows)
        yield from (_unescaped(row[0]) for row in rows)
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            names = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
            for schema, name in names:
                rows = connection.execute(f'SELECT t::VARCHAR FROM "{schema}"."{name}" AS t').fetchall()
                yield "\n".join(row[0] for row in rows)
    elif path.suffix == ".sqlite":
        with tempfile.TemporaryDirectory() as name:
            for each in path.parent.glob(f"{path.name}*"):
                shutil.copyfile(each, Path(name) / each.name)
            with closing(sqlite3.connect(Path(name) / path.name)) as connection:
                yield "\n".join(connection.iterdump())


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text.replace("\\/", "/"))


ZOE = account("zz-901", "Zoë Ångström")
MAIL = {"name": "Zoë Ångström", "mbox": "mailto:zoe@school.example"}
OTHERS = [account(f"u-10{number}", f"Student Number{number}") for number in range(3)]
SAID = "the mitochondrion is a power house, says Z"
TOKENS = ("zz-901", "Zoë Ångström", "zoe@school.example", SAID)


def zoes_class() -> list[bytes]:
    """Everybody's answers, two of others that mention Zoë, and two refused records of hers."""
    said = [line(answer(number, OTHERS[number % 3])) for number in range(30)]
    said += [line(answer(number, ZOE, SAID), ascii_only=number % 2 == 0) for number in range(100, 112)]
    said += [line(answer(number, MAIL)) for number in range(112, 116)]
    team = {"objectType": "Group", "member": [ZOE, OTHERS[2]]}
    said.append(line(answer(200, OTHERS[0], context={"instructor": MAIL, "team": team})))
    said.append(line(answer(201, OTHERS[1], "Thanks to zz-901.")))
    refused = answer(202, ZOE)
    del refused["verb"]
    return [*said, line(refused), b"zz-901 is no JSON\n"]


def land_zoes_class(warehouse: Warehouse, folder: Path) -> None:
    """Everything is landed, and Zoë's two identifiers are told to be one person's."""
    land(warehouse, folder / "class.jsonl", zoes_class())
    merge = PersonChange(MERGE, key_of(MAIL["mbox"]), MAIL["mbox"], key_of(f"{HOME} zz-901"))
    tell(warehouse, lambda _: [merge], Teller(NOW, "head", "Zoë Ångström has two", "merge"), wait_seconds=20)


def fill_zoes_class(warehouse: Warehouse, folder: Path) -> None:
    """The same, and all is refreshed."""
    land_zoes_class(warehouse, folder)
    refreshed(warehouse)
