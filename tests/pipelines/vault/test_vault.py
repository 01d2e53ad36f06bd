"""The vault: whose a pseudonym is, until somebody is forgotten."""

import re
import sqlite3
import stat
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.lrs.conninfo import parameters
from learnloom.pipelines.lrs.postgres_connection import PostgresConnection
from learnloom.pipelines.people.errors import PeopleFileError
from learnloom.pipelines.people.import_names import aliases_of, import_names
from learnloom.pipelines.people.oneroster import MatchBy
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.pipelines.vault import owned
from learnloom.pipelines.vault.errors import VaultError
from learnloom.pipelines.vault.opening import open_vault
from learnloom.pipelines.vault.postgres import PostgresVault
from learnloom.pipelines.vault.sqlite import SqliteVault
from learnloom.pipelines.vault.vault import Alias, Vault

_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_PSEUDONYMS = Pseudonyms(b"k" * 32, home_page="https://school.example/pseudonyms", key_id="1")
_ANN = "mailto:ann.quill@school.example"


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.slow)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Vault]:
    """Opens a vault, in a file or in PostgreSQL; makes it where there is none."""
    if request.param == "file":
        return lambda: Vault(SqliteVault(tmp_path / "vault.sqlite", creates=True))
    address = request.getfixturevalue("database")
    return lambda: Vault(PostgresVault(address, creates=True))


def _names(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "names.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_pseudonym_has_the_name_of_whose_it_is(tmp_path: Path, opened: Callable[[], Vault]) -> None:
    """A list keeps names, identifiers and pseudonyms; rows of one person are one."""
    file = _names(
        tmp_path,
        f"identifier,name,person,birth_year\n{_ANN},Ann Quill,7,2011\nhttps://lms.example a1,,7,\n"
        "mailto:bob@school.example,Bob,,\n",
    )
    with opened() as vault:
        assert import_names(vault, file, _PSEUDONYMS, _NOW) == (3, 2)
        pseudonyms = [
            alias.text for alias in aliases_of("https://lms.example a1", _PSEUDONYMS) if alias.is_pseudonym
        ]
        assert vault.names([*pseudonyms, "mailto:nobody@school.example"]) == {pseudonyms[0]: "Ann Quill"}
        (ann,) = vault.named("ann quill")
        assert (ann.birth_year, len(ann.aliases)) == (2011, 4)
        assert vault.named("a1") == [ann]
        assert import_names(vault, file, _PSEUDONYMS, _NOW).new_people == 0


def test_a_wrong_list_changes_nothing(tmp_path: Path, opened: Callable[[], Vault]) -> None:
    """An error names the place, and nothing of the file is kept."""
    file = _names(tmp_path, f"identifier,name\n{_ANN},Ann\nnobody,Bob\n")
    with opened() as vault:
        with pytest.raises(PeopleFileError, match="no identifier"):
            import_names(vault, file, None, _NOW)
        assert vault.people(limit=10) == []


def test_names_of_a_roster_are_read_for_the_vault(tmp_path: Path, opened: Callable[[], Vault]) -> None:
    """Given and family name of users.csv, by the column by which statements name people."""
    users = tmp_path / "users.csv"
    users.write_text(
        "sourcedId,email,givenName,familyName\nu1,ann.quill@school.example,Ann,Quill\nu2,,Bob,\n"
    )
    with opened() as vault:
        import_names(vault, users, None, _NOW, match=MatchBy.EMAIL)
        assert vault.names([_ANN]) == {_ANN: "Ann Quill"}
        with pytest.raises(PeopleFileError, match="home-page"):
            import_names(vault, users, None, _NOW)


def test_who_is_forgotten_leaves_no_byte(tmp_path: Path) -> None:
    """Name and identifiers stand in no file of the vault; that the pseudonym may not be used stays."""
    place = tmp_path / "vault.sqlite"
    with Vault(SqliteVault(place, creates=True)) as vault:
        with vault.writing():
            vault.keep(list(aliases_of(_ANN, _PSEUDONYMS)), "Ann Quill", None, _NOW)
            vault.keep([Alias("mailto:bob@school.example", False)], "Bob", None, _NOW)
        (ann,) = vault.named(_ANN)
        vault.tell_consent(
            [one.text for one in ann.aliases], "training", is_given=False, told_by="t", now=_NOW
        )
        assert vault.consents_of(ann) == {"training": False}
        vault.forget(ann)
        assert vault.named("Ann Quill") == []
        pseudonym = ann.aliases[-1].text
        assert vault.consents("training") == {pseudonym: False}
        assert [person.name for person in vault.people(limit=9)] == ["Bob"]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"ann.quill" not in held
    assert b"Ann Quill" not in held


def test_two_who_are_one_become_one(opened: Callable[[], Vault]) -> None:
    """An alias of each of two people makes them one, with the name that was told last."""
    with opened() as vault, vault.writing():
        for alias, name in (("mailto:a@s.example", "Ann"), ("mailto:b@s.example", "Anna")):
            vault.keep([Alias(alias, False)], name, None, _NOW)
        vault.keep(
            [Alias("mailto:a@s.example", False), Alias("mailto:b@s.example", False)], "Ann B.", None, _NOW
        )
        assert [(one.name, len(one.aliases)) for one in vault.people(limit=9)] == [("Ann B.", 2)]


def test_two_who_are_one_keep_what_is_known_of_either(opened: Callable[[], Vault]) -> None:
    """Where nothing new is told, name and year stay whoever of the two had them, and of two years the later."""
    with opened() as vault, vault.writing():
        for number in range(8):
            one, other = (Alias(f"mailto:{name}{number}@s.example", False) for name in "ab")
            vault.keep([one], None if number % 2 else "Ann", 2011, _NOW)
            vault.keep([other], "Ann" if number % 2 else None, 2013, _NOW)
            vault.keep([one, other], None, None, _NOW)
        found = {(person.name, person.birth_year, len(person.aliases)) for person in vault.people()}
        assert found == {("Ann", 2013, 2)}


def test_a_refusal_under_one_alias_is_that_of_the_person(opened: Callable[[], Vault]) -> None:
    """Of two who are one, the refusal of either holds for all aliases, whichever comes first."""
    refused, agreed, later = (f"mailto:{name}@s.example" for name in "cde")
    with opened() as vault:
        for alias, is_given in ((refused, False), (agreed, True)):
            with vault.writing():
                vault.keep([Alias(alias, False)], None, None, _NOW)
            vault.tell_consent([alias], "research", is_given=is_given, told_by="t", now=_NOW)
        with vault.writing():
            vault.keep([Alias(alias, False) for alias in (refused, agreed, later)], None, None, _NOW)
        (person,) = vault.people()
        assert vault.consents_of(person) == {"research": False}
        assert vault.consents("research") == dict.fromkeys((refused, agreed, later), False)


def test_a_refusal_holds_under_a_pseudonym_that_was_made_later(opened: Callable[[], Vault]) -> None:
    """Also once the person is forgotten, of whom statements go on under it."""
    plain, pseudonym = aliases_of(_ANN, _PSEUDONYMS)
    with opened() as vault:
        with vault.writing():
            vault.keep([plain], "Ann", None, _NOW)
        vault.tell_consent([plain.text], "training", is_given=False, told_by="t", now=_NOW)
        with vault.writing():
            vault.keep([plain, pseudonym], None, None, _NOW)
        vault.forget(vault.people()[0])
        assert vault.consents("training") == {pseudonym.text: False}


def test_names_are_found_in_whatever_case(opened: Callable[[], Vault]) -> None:
    """Also with letters that are not of English."""
    with opened() as vault, vault.writing():
        vault.keep([Alias(_ANN, False)], "Élodie Ångström", None, _NOW)
        vault.keep([Alias("mailto:b@s.example", False)], None, None, _NOW)
        assert [person.name for person in vault.named("élodie ångström")] == ["Élodie Ångström"]


def test_a_vault_that_another_writes_for_too_long_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads or writes meanwhile is told, and no traceback."""
    monkeypatch.setattr(owned, "_BUSY_SECONDS", 0.0)
    place = tmp_path / "vault.sqlite"
    with Vault(SqliteVault(place, creates=True)) as vault, closing(sqlite3.connect(place)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(VaultError, match="locked"):
            vault.named("Ann")
        with pytest.raises(VaultError, match="locked"):
            vault.tell_consent([_ANN], "research", is_given=False, told_by="t", now=_NOW)


def test_a_vault_is_never_in_the_warehouse_nor_made_by_a_look(tmp_path: Path) -> None:
    """Where it would be copied with the statements, or does not exist, the error says what to do."""
    inside = VaultBounds(file=tmp_path / "warehouse" / "vault.sqlite")
    with pytest.raises(VaultError, match="apart"):
        open_vault(Settings(warehouse=tmp_path / "warehouse", vault=inside), creates=True)
    with pytest.raises(VaultError, match="vault import"):
        open_vault(Settings(warehouse=tmp_path / "warehouse", vault=VaultBounds(file=tmp_path / "v.sqlite")))
    with pytest.raises(VaultError, match="LEARNLOOM_VAULT__FILE"):
        open_vault(Settings(warehouse=tmp_path / "warehouse"))
    (tmp_path / "v.sqlite").write_bytes(b"no database, but more than a few bytes of text " * 30)
    with pytest.raises(VaultError, match="cannot be opened"):
        SqliteVault(tmp_path / "v.sqlite")


def test_what_is_broken_off_is_undone(opened: Callable[[], Vault]) -> None:
    """After an error in the midst of a list the vault is as before."""
    with opened() as vault:

        def broken_off() -> None:
            with vault.writing():
                vault.keep([Alias(_ANN, False)], "Ann", None, _NOW)
                raise RuntimeError("full")

        with pytest.raises(RuntimeError):
            broken_off()
        assert vault.people(limit=9) == []


def _settings(folder: Path, address: str, catalog: str | None = None) -> Settings:
    return Settings(
        warehouse=folder / "warehouse",
        vault=VaultBounds(database=SecretStr(address)),
        catalog=None if catalog is None else SecretStr(catalog),
    )


@pytest.mark.slow
def test_a_vault_in_a_database_forgets_and_is_apart(tmp_path: Path, database: str) -> None:
    """A look makes none; what is forgotten stands in no file, whoever reads on; it is not the catalogue's database."""
    settings = _settings(tmp_path, database)
    with pytest.raises(VaultError, match="vault import"):
        open_vault(settings)
    with pytest.raises(VaultError, match="of its own"):
        open_vault(_settings(tmp_path, database, catalog=f"{database}?application_name=x"), creates=True)
    with open_vault(settings, creates=True) as vault:
        with vault.writing():
            # First, so that nothing moves to where Ann stood.
            vault.keep([Alias("mailto:bob@school.example", False)], "Bob", None, _NOW)
            vault.keep(list(aliases_of(_ANN, _PSEUDONYMS)), "Ann Quill", 2011, _NOW)
        (ann,) = vault.named("Ann Quill")
        plain, pseudonym = (one.text for one in ann.aliases)
        vault.tell_consent([plain, pseudonym], "training", is_given=False, told_by="t", now=_NOW)
    connection = PostgresConnection(parameters(database))
    assert b"ann.quill" in _held(connection)
    reader = PostgresConnection(parameters(database))
    reader.executescript("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
    with open_vault(settings) as vault:
        vault.forget(ann)
        assert [person.name for person in vault.people()] == ["Bob"]
        assert vault.consents("training") == {pseudonym: False}
    held = _held(connection)
    assert (b"bob@" in held, b"ann.quill" in held, b"Ann Quill" in held) == (True, False, False)
    reader.close()
    connection.close()


def _held(connection: PostgresConnection) -> bytes:
    """The files of the tables and indexes, as they are on the disk."""
    connection.execute("CHECKPOINT")
    rows = connection.execute(
        "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class "
        "WHERE relnamespace = 'vault'::regnamespace AND pg_relation_size(oid) > 0"
    )
    return b"".join(row[0] for row in rows.fetchall())


@pytest.mark.slow
def test_a_role_that_may_only_read_sees_names_and_forgets_nobody(tmp_path: Path, database: str) -> None:
    """With the right to read it finds names; what it may not is an error that says so, and nothing is half done."""
    with open_vault(_settings(tmp_path, database), creates=True) as vault, vault.writing():
        vault.keep([Alias(_ANN, False)], "Ann Quill", None, _NOW)
    owner = PostgresConnection(parameters(database))
    role = f"reader_{uuid.uuid4().hex}"
    owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'r'")
    reader = re.sub(r"//[^@]*@", f"//{role}:r@", database)
    try:
        with pytest.raises(VaultError, match="permission denied"):
            open_vault(_settings(tmp_path, reader))
        owner.execute(f"GRANT USAGE ON SCHEMA vault TO {role}")
        for right in ("SELECT", "DELETE, UPDATE, INSERT"):
            owner.execute(f"GRANT {right} ON ALL TABLES IN SCHEMA vault TO {role}")
            with open_vault(_settings(tmp_path, reader)) as vault:
                assert vault.names([_ANN]) == {_ANN: "Ann Quill"}
                (ann,) = vault.named("ann quill")
                with pytest.raises(VaultError, match="permission denied"):
                    vault.forget(ann)
                assert vault.named("ann quill") == [ann]
    finally:
        owner.execute(f"DROP OWNED BY {role}")
        owner.execute(f"DROP ROLE {role}")
        owner.close()


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    """The error names the vault, and no secret; and a vault is in one place."""
    with pytest.raises(VaultError, match="vault's database") as error:
        open_vault(_settings(tmp_path, "postgresql://me:hunter2@127.0.0.1:1/names"))
    assert "hunter2" not in str(error.value)
    with pytest.raises(VaultError, match="LEARNLOOM_VAULT__DATABASE names no user"):
        open_vault(_settings(tmp_path, "postgresql://127.0.0.1:1/names"))
    with pytest.raises(ValidationError, match="exclude each other"):
        VaultBounds(file=tmp_path / "v.sqlite", database=SecretStr("postgresql://me@db/names"))
