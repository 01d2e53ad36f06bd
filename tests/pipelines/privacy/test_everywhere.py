"""A student who stands in every room, by all of their identifiers, is in no byte of any after an erasure."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from learnloom.pipelines.backup.everything import back_up_everything
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.ingest.land.student_keys import take_secret
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import catalog_of
from learnloom.pipelines.lake.student_secret import read_secret
from learnloom.pipelines.login.forget import opened_logins
from learnloom.pipelines.login.sessions import Identity, Sessions
from learnloom.pipelines.login.store import Visitor, open_login_store
from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.documents import SEPARATOR
from learnloom.pipelines.lrs.stores import open_store
from learnloom.pipelines.pages.log import Answer, AnswerLog
from learnloom.pipelines.pages.model import folder_of, write_model
from learnloom.pipelines.people.events import Teller
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.privacy.erase_request import request_erasures
from learnloom.pipelines.privacy.erase_run import Erasing
from learnloom.pipelines.privacy.kept import FILES
from learnloom.pipelines.privacy.receipt import read_receipts
from learnloom.pipelines.roster.match import Match, tell_matches
from learnloom.pipelines.roster.member import Member, import_members
from learnloom.pipelines.roster.reader import Reader, Role
from learnloom.pipelines.vault.opening import open_vault
from learnloom.pipelines.vault.vault import Alias
from learnloom.schemas.xapi.identity import person_key
from tests.pipelines.privacy.making import HOME, NOW, account, answer, left_of, line
from tests.pipelines.refresh.school import land, refreshed

pytestmark = pytest.mark.slow

_ZOE = f"{HOME} zz-901"
_BO = f"{HOME} u-100"
_ADDRESS = "mailto:zoe.angstrom@school.example"
_LOGIN = "https://idp.school.example#sub-77-zoe"
_COURSE = f"{HOME}/course/1"
_NAMES = ("Zoe Angstrom", "Zoe A. of the vault", "Zoe who came")


_TELLER = Teller(NOW, "head", None, "roster")


def _settings(folder: Path, catalog: str | None) -> Settings:
    vault = VaultBounds(file=folder / "apart" / "vault.sqlite")
    return Settings(warehouse=folder / "warehouse", catalog=catalog, lock_wait_seconds=20, vault=vault)


def _fill(warehouse: Warehouse, settings: Settings, folder: Path) -> str:
    """Let Zoe and Bo stand everywhere; gives Zoe's key."""
    take_secret(warehouse, renew=False, now=NOW, wait_seconds=20)
    said = [line(answer(number, account("zz-901", _NAMES[0]))) for number in range(8)]
    land(
        warehouse,
        folder / "class.jsonl",
        [*said, *(line(answer(n, account("u-100", "Bo"))) for n in range(8, 16))],
    )
    _import_roster(warehouse)
    tell_matches(warehouse, [Match(_LOGIN, _ZOE)], _TELLER, wait_seconds=20)
    refreshed(warehouse)
    secret = read_secret(warehouse.place.secret_file)
    assert secret is not None
    key = person_key(key_of(_ZOE), secret.value)
    _log_in(settings, key)
    log = AnswerLog(folder_of(settings))
    for number, student in enumerate((key, person_key(key_of(_BO), secret.value))):
        log.add(
            [Answer(f"id-{number}", student, "set_goal", _COURSE, NOW, b'{"actor":"%s"}' % student.encode())]
        )
    write_model(warehouse, settings)
    with open_store(settings, now=lambda: NOW) as store:
        store.write(lambda connection, _: _keep_documents(connection))
    with open_vault(settings, creates=True) as vault, vault.writing():
        vault.keep([Alias(_ZOE, False), Alias(_ADDRESS, False)], _NAMES[1], 2011, NOW)
        vault.keep([Alias(_BO, False)], "Bo", 2011, NOW)
    return key


def _keep_documents(connection: Connection) -> None:
    for identifier in (_ZOE, _BO):
        place = SEPARATOR.join((_COURSE, key_of(identifier)))
        content = orjson.dumps({"said": f"{identifier} was here"})
        connection.execute(
            "INSERT INTO document VALUES ('/activities/state', ?, 's', ?, 'application/json', 'tag', 0)",
            (place, content),
        )


def _import_roster(warehouse: Warehouse) -> None:
    members = [
        Member(_COURSE, "student", _ZOE, "a", _LOGIN),
        Member(_COURSE, "student", None, "a", _LOGIN),
        Member(_COURSE, "student", _BO),
    ]
    import_members(warehouse, "sis", members, _TELLER, left_out=0, wait_seconds=20)


def _log_in(settings: Settings, key: str) -> None:
    with open_login_store(settings, now=lambda: NOW) as store:
        for subject, name, identifier, own in (
            (_LOGIN, _NAMES[2], _ADDRESS, key),
            ("https://idp#bo", "Bo", _BO, "b"),
        ):
            store.note(Visitor(subject, name, identifier, "student", is_found=True))
            reader = Reader(subject, name, Role.STUDENT, own, frozenset(), "en")
            identity = Identity(subject, name, "student", identifier, (), "en")
            Sessions(store, settings.login).begin(identity, reader, is_framed=False)


def _logged_in(settings: Settings) -> Sequence[Any]:
    with opened_logins(settings, lambda: NOW) as database:
        assert database is not None
        with database.reading() as connection:
            return [
                row[0]
                for table in ("came", "session")
                for row in connection.execute(f"SELECT * FROM {table}").fetchall()
            ]


@pytest.mark.long
@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_who_stands_everywhere_is_nowhere(where: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Asked for by the name in the vault, with keyed keys: statements, rosters, logins, answers, read model, vault."""
    settings = _settings(tmp_path, None if where == "sqlite" else request.getfixturevalue("database"))
    with Warehouse(settings.warehouse, postgres=catalog_of(settings)) as warehouse:
        key = _fill(warehouse, settings, tmp_path)
        tokens = [key, key_of(_ZOE), key_of(_ADDRESS), "zz-901", "zoe.angstrom", _LOGIN, *_NAMES]
        before = {token for token, _ in left_of(tmp_path, tokens)}
        assert before >= {key, "zz-901", _NAMES[0], _NAMES[1]}
        back_up_everything(warehouse, tmp_path / "safe")
        held = {token for token, _ in left_of(tmp_path / "safe", tokens)}
        assert held >= {key, "zz-901", _LOGIN, _NAMES[0], _NAMES[2]}
        assert _NAMES[1] not in held
        (erasure,) = request_erasures(warehouse, settings, [_NAMES[1]], reason="asked", clock=lambda: NOW)
        assert erasure.n_statements == 8
        assert warehouse.rows("SELECT identifier FROM landing.roster_member") == [(_BO,)]
        # The school's list of the night, which knows nothing of it.
        _import_roster(warehouse)
        assert warehouse.one("SELECT count(*) FROM landing.roster_member") == (3,)
        assert not {
            place for token, place in left_of(folder_of(settings), tokens) if place.endswith(".duckdb")
        }
        late = NOW + dt.timedelta(days=1)
        (outcome,) = Erasing(
            warehouse, settings, clock=lambda: late, at_once=True, backups=[str(tmp_path / "safe")]
        ).run()
        assert outcome.waits_for is None
        (receipt,) = read_receipts(warehouse.folder)
        assert receipt.content["beside_the_warehouse"] == {
            "login.came": 1,
            "login.session": 1,
            "pages.answer": 1,
            "vault.person": 1,
        }
        assert receipt.content["relations"]["landing.roster_member"]["before"] == 2
        (tmp_path / "class.jsonl").unlink()
        assert left_of(tmp_path, tokens) == set()
        assert {
            path.name.removesuffix("-wal").removesuffix("-shm") for path in settings.warehouse.iterdir()
        } <= {each.place for each in FILES}
        assert warehouse.rows("SELECT identifier FROM landing.roster_member") == [(_BO,)]
        assert [each.student_key for each in AnswerLog(folder_of(settings)).waiting().all()] != [key]
        assert len(_logged_in(settings)) == 2
        with open_vault(settings) as vault:
            assert [person.name for person in vault.people(limit=5)] == ["Bo"]
