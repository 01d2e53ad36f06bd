"""The vault: whose a pseudonym is, until somebody is forgotten."""

import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.people.errors import PeopleFileError
from learnloom.pipelines.people.import_names import aliases_of, import_names
from learnloom.pipelines.people.oneroster import MatchBy
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.pipelines.vault.errors import VaultError
from learnloom.pipelines.vault.opening import open_vault
from learnloom.pipelines.vault.vault import Alias, Vault

_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_PSEUDONYMS = Pseudonyms(b"k" * 32, home_page="https://school.example/pseudonyms", key_id="1")
_ANN = "mailto:ann.quill@school.example"


def _names(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "names.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_pseudonym_has_the_name_of_whose_it_is(tmp_path: Path) -> None:
    """A list keeps names, identifiers and pseudonyms; rows of one person are one; only the owner may read the file."""
    file = _names(
        tmp_path,
        f"identifier,name,person,birth_year\n{_ANN},Ann Quill,7,2011\nhttps://lms.example a1,,7,\n"
        "mailto:bob@school.example,Bob,,\n",
    )
    with Vault(tmp_path / "vault.sqlite", creates=True) as vault:
        assert import_names(vault, file, _PSEUDONYMS, _NOW) == (3, 2)
        pseudonyms = [
            alias.text for alias in aliases_of("https://lms.example a1", _PSEUDONYMS) if alias.is_pseudonym
        ]
        assert vault.names([*pseudonyms, "mailto:nobody@school.example"]) == {pseudonyms[0]: "Ann Quill"}
        (ann,) = vault.named("ann quill")
        assert (ann.birth_year, len(ann.aliases)) == (2011, 4)
        assert vault.named("a1") == [ann]
        assert import_names(vault, file, _PSEUDONYMS, _NOW).new_people == 0
    assert stat.S_IMODE((tmp_path / "vault.sqlite").stat().st_mode) == 0o600


def test_a_wrong_list_changes_nothing(tmp_path: Path) -> None:
    """An error names the place, and nothing of the file is kept."""
    file = _names(tmp_path, f"identifier,name\n{_ANN},Ann\nnobody,Bob\n")
    with Vault(tmp_path / "vault.sqlite", creates=True) as vault:
        with pytest.raises(PeopleFileError, match="no identifier"):
            import_names(vault, file, None, _NOW)
        assert vault.people(limit=10) == []


def test_names_of_a_roster_are_read_for_the_vault(tmp_path: Path) -> None:
    """Given and family name of users.csv, by the column by which statements name people."""
    users = tmp_path / "users.csv"
    users.write_text(
        "sourcedId,email,givenName,familyName\nu1,ann.quill@school.example,Ann,Quill\nu2,,Bob,\n"
    )
    with Vault(tmp_path / "vault.sqlite", creates=True) as vault:
        import_names(vault, users, None, _NOW, match=MatchBy.EMAIL)
        assert vault.names([_ANN]) == {_ANN: "Ann Quill"}
        with pytest.raises(PeopleFileError, match="home-page"):
            import_names(vault, users, None, _NOW)


def test_who_is_forgotten_leaves_no_byte(tmp_path: Path) -> None:
    """Name and identifiers stand in no file of the vault; that the pseudonym may not be used stays."""
    place = tmp_path / "vault.sqlite"
    with Vault(place, creates=True) as vault:
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
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"ann.quill" not in held
    assert b"Ann Quill" not in held


def test_two_who_are_one_become_one(tmp_path: Path) -> None:
    """An alias of each of two people makes them one, with the name that was told last."""
    with Vault(tmp_path / "vault.sqlite", creates=True) as vault, vault.writing():
        for alias, name in (("mailto:a@s.example", "Ann"), ("mailto:b@s.example", "Anna")):
            vault.keep([Alias(alias, False)], name, None, _NOW)
        vault.keep(
            [Alias("mailto:a@s.example", False), Alias("mailto:b@s.example", False)], "Ann B.", None, _NOW
        )
        assert [(one.name, len(one.aliases)) for one in vault.people(limit=9)] == [("Ann B.", 2)]


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
        Vault(tmp_path / "v.sqlite")


def test_what_is_broken_off_is_undone(tmp_path: Path) -> None:
    """After an error in the midst of a list the vault is as before."""
    with Vault(tmp_path / "vault.sqlite", creates=True) as vault:

        def broken_off() -> None:
            with vault.writing():
                vault.keep([Alias(_ANN, False)], "Ann", None, _NOW)
                raise sqlite3.OperationalError("full")

        with pytest.raises(sqlite3.Error):
            broken_off()
        assert vault.people(limit=9) == []
