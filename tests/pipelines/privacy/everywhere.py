"""A student who stands in every room, by all of their identifiers, and another one."""

from pathlib import Path

import orjson

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.ingest.land.student_keys import take_secret
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.student_secret import read_secret
from learnloom.pipelines.login.sessions import Identity, Sessions
from learnloom.pipelines.login.store import Visitor, open_login_store
from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.documents import SEPARATOR
from learnloom.pipelines.lrs.stores import open_store
from learnloom.pipelines.pages.log import Answer, AnswerLog
from learnloom.pipelines.pages.model import folder_of, write_model
from learnloom.pipelines.people.events import Teller
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.roster.match import Match, tell_matches
from learnloom.pipelines.roster.member import Member, import_members
from learnloom.pipelines.roster.reader import Reader, Role
from learnloom.pipelines.vault.opening import open_vault
from learnloom.pipelines.vault.vault import Alias
from learnloom.schemas.xapi.identity import person_key
from tests.pipelines.privacy.making import HOME, NOW, WAIT_SECONDS, account, answer, line
from tests.pipelines.refresh.school import land, refreshed

ZOE = f"{HOME} zz-901"
BO = f"{HOME} u-100"
ADDRESS = "mailto:zoe.angstrom@school.example"
LOGIN = "https://idp.school.example#sub-77-zoe"
COURSE = f"{HOME}/course/1"
NAMES = ("Zoe Angstrom", "Zoe A. of the vault", "Zoe who came")


_TELLER = Teller(NOW, "head", None, "roster")


def settings_in(folder: Path, catalog: str | None) -> Settings:
    """A warehouse and a vault in a folder."""
    vault = VaultBounds(file=folder / "apart" / "vault.sqlite")
    return Settings(
        warehouse=folder / "warehouse", catalog=catalog, lock_wait_seconds=WAIT_SECONDS, vault=vault
    )


def fill(warehouse: Warehouse, settings: Settings, folder: Path) -> str:
    """Let Zoe and Bo stand everywhere; gives Zoe's key."""
    take_secret(warehouse, renew=False, now=NOW, wait_seconds=20)
    said = [line(answer(number, account("zz-901", NAMES[0]))) for number in range(8)]
    land(
        warehouse,
        folder / "class.jsonl",
        [*said, *(line(answer(n, account("u-100", "Bo"))) for n in range(8, 16))],
    )
    import_the_roster(warehouse)
    tell_matches(warehouse, [Match(LOGIN, ZOE)], _TELLER, wait_seconds=20)
    refreshed(warehouse)
    secret = read_secret(warehouse.place.secret_file)
    assert secret is not None
    key = person_key(key_of(ZOE), secret.value)
    _log_in(settings, key)
    log = AnswerLog(folder_of(settings))
    for number, student in enumerate((key, person_key(key_of(BO), secret.value))):
        log.add(
            [Answer(f"id-{number}", student, "set_goal", COURSE, NOW, b'{"actor":"%s"}' % student.encode())]
        )
    write_model(warehouse, settings)
    with open_store(settings, now=lambda: NOW) as store:
        store.write(lambda connection, _: _keep_documents(connection))
    with open_vault(settings, creates=True) as vault, vault.writing():
        vault.keep([Alias(ZOE, False), Alias(ADDRESS, False)], NAMES[1], 2011, NOW)
        vault.keep([Alias(BO, False)], "Bo", 2011, NOW)
    return key


def _keep_documents(connection: Connection) -> None:
    for identifier in (ZOE, BO):
        place = SEPARATOR.join((COURSE, key_of(identifier)))
        content = orjson.dumps({"said": f"{identifier} was here"})
        connection.execute(
            "INSERT INTO document VALUES ('/activities/state', ?, 's', ?, 'application/json', 'tag', 0)",
            (place, content),
        )


def import_the_roster(warehouse: Warehouse) -> None:
    """Import the roster, in which both are."""
    members = [
        Member(COURSE, "student", ZOE, "a", LOGIN),
        Member(COURSE, "student", None, "a", LOGIN),
        Member(COURSE, "student", BO),
    ]
    import_members(warehouse, "sis", members, _TELLER, left_out=0, wait_seconds=20)


def _log_in(settings: Settings, key: str) -> None:
    with open_login_store(settings, now=lambda: NOW) as store:
        for subject, name, identifier, own in (
            (LOGIN, NAMES[2], ADDRESS, key),
            ("https://idp#bo", "Bo", BO, "b"),
        ):
            store.note(Visitor(subject, name, identifier, "student", is_found=True))
            reader = Reader(subject, name, Role.STUDENT, own, frozenset(), "en")
            identity = Identity(subject, name, "student", identifier, (), "en")
            Sessions(store, settings.login).begin(identity, reader, is_framed=False)
