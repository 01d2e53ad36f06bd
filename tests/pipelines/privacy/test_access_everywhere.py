"""Whatever is kept of a student, wherever it stands, is in what they get; and nothing of anybody else."""

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.audit.noting import note_look
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.open import catalog_of
from learnloom.pipelines.lake.relation import columns_in, filled_tables
from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.stores import open_store
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.privacy.access import give_access
from learnloom.pipelines.privacy.given import SAID_ELSEWHERE
from tests.pipelines.privacy.everywhere import ADDRESS, NAMES, ZOE, fill, settings_in
from tests.pipelines.privacy.making import NOW, account, answer, line
from tests.pipelines.refresh.school import land

pytestmark = pytest.mark.slow

_ODD = "first line\u2028second line\x85third"
_HELD = b"what Zoe has drawn"
_SHA2 = hashlib.sha256(_HELD).hexdigest()
_BESIDE = {
    *(
        "lrs.document",
        "lrs.learner",
        "login.came",
        "login.session",
        "pages.answer",
        "vault.person",
        "vault.alias",
    ),
    *("landing.login_match", "landing.roster_member", "landing.listed_key", "feedback.holdout_draw"),
}


def _land_more(warehouse: Warehouse, folder: Path) -> list[dict[str, Any]]:
    """What no refresh has taken in: Zoe's, refused ones of hers and of another; gives those of Zoe that are valid."""
    named = {"usageType": "https://school.example/drawing", "display": {"en": "A drawing"}}
    drawing = {**named, "contentType": "text/plain", "length": len(_HELD), "sha2": _SHA2}
    late = answer(20, account("zz-901", NAMES[0]), _ODD, attachments=[drawing])
    refused = [
        answer(90, account("zz-901"), "Zoe was refused"),
        answer(91, account("u-100"), f"refused, as {NAMES[0]} has told me"),
    ]
    lines = [line(each | {"verb": {"id": "nonsense"}}) for each in refused]
    others = line(answer(92, account("u-100"), f"as {NAMES[0]} has told me"))
    land(warehouse, folder / "late.jsonl", [line(late), *lines, others])
    place = warehouse.folder / "lrs" / "attachments" / _SHA2[:2]
    place.mkdir(parents=True)
    (place / _SHA2).write_bytes(_HELD)
    return [*(answer(number, account("zz-901", NAMES[0])) for number in range(8)), late]


def _wait_in_store(settings: Settings) -> dict[str, Any]:
    """What has not landed: a statement of Zoe's, which is given back, a refused one, a short key."""
    waiting = answer(30, account("zz-901", NAMES[0]))
    refused = line(answer(93, account("zz-901"), "Zoe was refused at the door") | {"verb": {}})
    entry = "INSERT INTO entry (seq, id, stored, key_id, version, raw) VALUES (?, ?, 0, 'k', '1.0.3', ?)"

    def keep(connection: Connection) -> None:
        connection.execute(entry, (1, waiting["id"], line(waiting)))
        connection.execute(entry, (2, None, refused))
        connection.execute("INSERT INTO entry_agent VALUES (?, 1, TRUE)", (key_of(ZOE),))
        connection.execute("INSERT INTO learner VALUES ('short', 'k', ?, NULL)", (key_of(ZOE),))

    with open_store(settings, now=lambda: NOW) as store:
        store.write(lambda connection, _: keep(connection))
    return waiting


def _tell(warehouse: Warehouse, key: str) -> None:
    """A draw, and a signal of which a rule has let the content go."""
    warehouse.run(
        f"INSERT INTO {LAKE}.feedback.holdout_draw VALUES ('{key}', 'review_due', NULL, DATE '2026-11-20', .5, true)"
    )
    warehouse.run(
        f"INSERT INTO {LAKE}.feedback.outbox BY NAME SELECT 900 AS sequence, 'e900' AS event_id, 1 AS occurrence, "
        f"'{key}' AS student_key, 's' AS signal_id, 'strength' AS signal_kind, 'student' AS audience, "
        "'forgotten' AS change, now() AS created_at, now() AS expires_at, '{}'::JSON AS event"
    )


def _given(settings: Settings, warehouse: Warehouse, folder: Path) -> dict[str, Any]:
    with warehouse.transaction():
        give_access(warehouse, settings, ZOE, folder, who="ada", now=NOW)
    content: dict[str, Any] = json.loads((folder / "access.json").read_text())
    return content


def _lines_of(path: Path) -> list[Any]:
    return [json.loads(each) for each in path.read_text(encoding="utf-8").split("\n") if each]


@pytest.mark.parametrize("where", ["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def test_who_stands_everywhere_gets_all_of_it(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Statements, refused records, rows, documents, attachments, logins, the vault and looks, to its owner alone."""
    settings = settings_in(tmp_path, None if where == "sqlite" else request.getfixturevalue("database"))
    vault = VaultBounds(file=settings.vault.file, audit_file=tmp_path / "looks" / "looks.sqlite")
    settings = settings.model_copy(update={"vault": vault})
    with Warehouse(settings.warehouse, postgres=catalog_of(settings)) as warehouse:
        key = fill(warehouse, settings, tmp_path)
        said = [*_land_more(warehouse, tmp_path), _wait_in_store(settings)]
        _tell(warehouse, key)
        note_look(settings, NOW, who="Mr Hill", through="page", what="student", students=[key_of(ZOE)])
        folder = tmp_path / "answer"
        content = _given(settings, warehouse, folder)
        keys = f"('{key}', '{key_of(ZOE)}', '{key_of(ADDRESS)}')"
        kept = {
            name: warehouse.one(f"SELECT count(*) FROM {LAKE}.{name} WHERE {column} IN {keys}")[0]
            for name, columns in columns_in(warehouse, LAKE).items()
            for column, _ in columns
            if column in ("student_key", "identifier_key") and name in filled_tables(warehouse)
        }
    assert _lines_of(folder / "statements.jsonl") == said
    refused = [
        json.loads(each["record"])["result"]["response"] for each in _lines_of(folder / "refused.jsonl")
    ]
    assert refused == ["Zoe was refused", "Zoe was refused at the door"]
    assert content["statements_of_others_that_name_you"] == 1
    assert content["rows"].keys() >= {name for name, count in kept.items() if count} - SAID_ELSEWHERE.keys()
    assert content["rows"].keys() >= _BESIDE
    for place, count in content["rows"].items():
        rows = _lines_of(folder / "rows" / f"{place}.jsonl")
        assert (len(rows), count >= kept.get(place, 0)) == (count, True), place
    assert (folder / "attachments" / _SHA2).read_bytes() == _HELD
    assert [each["who"] for each in content["looks"]] == ["ada", "Mr Hill"]
    assert "forgotten" not in {each["change"] for each in content["signals"]}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"u-100" in path.read_bytes()] == []


def test_nothing_need_be_refreshed_to_get_what_has_landed(tmp_path: Path) -> None:
    """Before the first refresh, whoever gives their identifier gets the statements that have come."""
    settings = Settings(warehouse=tmp_path / "warehouse")
    with Warehouse(settings.warehouse) as warehouse:
        land(warehouse, tmp_path / "class.jsonl", [line(answer(n, account("zz-901"))) for n in range(3)])
        content = _given(settings, warehouse, tmp_path / "answer")
    assert (content["statements"]["count"], content["profile"]) == (3, None)
    assert len(_lines_of(tmp_path / "answer" / "statements.jsonl")) == 3
