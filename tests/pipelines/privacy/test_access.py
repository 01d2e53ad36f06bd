"""A student gets everything that is kept of them."""

import json
from pathlib import Path

import pytest

from learnloom.pipelines.audit.noting import note_look
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.privacy.access import give_access
from learnloom.pipelines.privacy.errors import ErasureError
from learnloom.pipelines.vault.opening import open_vault
from learnloom.pipelines.vault.vault import Alias
from tests.conftest import SmallClass
from tests.pipelines.privacy.making import NOW

pytestmark = pytest.mark.slow


def test_a_student_gets_what_is_kept(small_class: SmallClass, tmp_path: Path) -> None:
    """Statements as they came, profile, estimates with reasons, signals, consent, who looked; nobody else's."""
    vault = VaultBounds(file=tmp_path / "vault.sqlite", audit_file=tmp_path / "looks.sqlite")
    settings = Settings(warehouse=small_class.folder, vault=vault)
    with Warehouse(small_class.folder, read_only=True) as warehouse, warehouse.transaction():
        key, name, count = warehouse.one(
            "SELECT student_key, student_name, n_statements FROM dimensional.dim_student "
            "ORDER BY n_statements DESC LIMIT 1"
        )
        (identifier,) = warehouse.one(
            "SELECT identifier FROM staging.stg_identifier WHERE student_key = ? LIMIT 1", [key]
        )
        with open_vault(settings, creates=True) as names:
            with names.writing():
                names.keep([Alias(identifier, is_pseudonym=False)], "Ann of the vault", None, NOW)
            names.tell_consent([identifier], "training", is_given=False, told_by="head", now=NOW)
        note_look(settings, NOW, who="Mr Hill", through="page", what="student", students=[key])
        others = {
            row[0]
            for row in warehouse.rows(
                "SELECT identifier FROM dimensional.dim_student WHERE student_key <> ?", [key]
            )
        }
        given = give_access(warehouse, settings, key, tmp_path / "answer", who="ada", now=NOW)
        (n_signals,) = warehouse.one("SELECT count(*) FROM feedback.outbox WHERE student_key = ?", [key])
        with pytest.raises(ErasureError, match="not empty"):
            give_access(warehouse, settings, key, tmp_path / "answer", who="ada", now=NOW)
    content = json.loads((tmp_path / "answer" / "access.json").read_text())
    said = (tmp_path / "answer" / "statements.jsonl").read_text().splitlines()
    assert len(said) == given.statements >= count
    assert (len(content["signals"]), given.signals) == (n_signals, n_signals)
    assert len(content["estimates"]) == given.estimates > 0
    assert content["profile"]["student_key"] == key
    page = (tmp_path / "answer" / "access.html").read_text()
    assert name in page
    assert "Ann of the vault" in page
    assert "Mr Hill, page student" in page
    assert [each["who"] for each in content["looks"]] == ["ada", "Mr Hill"]
    assert content["consent"]["training"] == {"may_be_used": False, "was_told": True}
    assert content["consent"]["support"] == {"may_be_used": True, "was_told": False}
    assert not any(other in page + json.dumps(content) for other in others)


def test_a_use_that_is_refused_is_never_said_to_be_allowed(small_class: SmallClass, tmp_path: Path) -> None:
    """A refusal under an identifier of whom the vault knows no person holds; without the vault nothing is known."""
    settings = Settings(warehouse=small_class.folder, vault=VaultBounds(file=tmp_path / "vault.sqlite"))
    with Warehouse(small_class.folder, read_only=True) as warehouse, warehouse.transaction():
        identifier, key = warehouse.one(
            "SELECT identifier, student_key FROM staging.stg_identifier ORDER BY ALL LIMIT 1"
        )
        with open_vault(settings, creates=True) as names:
            names.tell_consent([identifier], "research", is_given=False, told_by="head", now=NOW)
        give_access(warehouse, settings, key, tmp_path / "told", who="ada", now=NOW)
        (tmp_path / "vault.sqlite").unlink()
        give_access(warehouse, settings, key, tmp_path / "closed", who="ada", now=NOW)
    consent = json.loads((tmp_path / "told" / "access.json").read_text())["consent"]
    assert consent["research"] == {"may_be_used": False, "was_told": True}
    assert "research: no<" in (tmp_path / "told" / "access.html").read_text()
    consent = json.loads((tmp_path / "closed" / "access.json").read_text())["consent"]
    assert consent["research"] == {"may_be_used": None, "was_told": None}
    assert "research: not known" in (tmp_path / "closed" / "access.html").read_text()
