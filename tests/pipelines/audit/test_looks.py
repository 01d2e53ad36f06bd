"""The audit: who looked at whom, in a chain that shows what was changed."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from learnloom.pipelines.audit.looks import EVERYBODY, Audit, AuditError
from learnloom.pipelines.audit.noting import note_look
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _filled(file: Path, n: int = 3) -> None:
    with Audit(file, kept_days=30) as audit:
        for number in range(n):
            audit.note(_NOW + timedelta(hours=number), "eve", "command", "profile", [f"key{number}"])


def test_a_student_is_told_who_looked(tmp_path: Path) -> None:
    """Looks at them under any of their keys, and at everybody, are listed, latest first; those at others are not."""
    file = tmp_path / "audit.sqlite"
    _filled(file)
    with Audit(file, kept_days=30) as audit:
        audit.note(_NOW + timedelta(hours=9), "api_token", "api", "events", ["key1", "key2"])
        audit.note(_NOW + timedelta(hours=10), "eve", "export", "export", [EVERYBODY])
        assert [(look.seq, look.through) for look in audit.looks(["key0", "key1"], limit=9)] == [
            (5, "export"),
            (4, "api"),
            (2, "command"),
            (1, "command"),
        ]
        assert len(audit.looks(None, limit=9)) == 5
        assert audit.verify()._replace(last_hash="") == (5, 5, "", None)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE look SET who = 'bob' WHERE seq = 2",
        "DELETE FROM look WHERE seq = 2",
        "UPDATE look SET students = '[]' WHERE seq = 3",
        "UPDATE anchor SET seq = 1; DELETE FROM look WHERE seq = 1",
    ],
)
def test_what_is_changed_is_refused_and_seen(tmp_path: Path, harm: str) -> None:
    """The file refuses changes; whoever gets round that breaks the chain."""
    file = tmp_path / "audit.sqlite"
    _filled(file)
    connection = sqlite3.connect(file, isolation_level=None)
    if "anchor" not in harm:
        with pytest.raises(sqlite3.IntegrityError, match="looks"):
            connection.executescript(harm)
    connection.executescript(f"DROP TRIGGER look_stays; DROP TRIGGER look_goes; {harm}")
    connection.close()
    with Audit(file, kept_days=30) as audit:
        assert audit.verify().broken_at is not None


def test_old_looks_go_and_the_chain_holds(tmp_path: Path) -> None:
    """What is older than looks are kept goes with the next look, and the rest follows from where the chain begins."""
    file = tmp_path / "audit.sqlite"
    _filled(file)
    with Audit(file, kept_days=1) as audit:
        audit.note(_NOW + timedelta(days=1, hours=1, minutes=30), "eve", "command", "profile", ["key9"])
        assert [look.seq for look in audit.looks(None, limit=9)] == [4, 3]
        assert audit.verify()._replace(last_hash="") == (2, 4, "", None)


@pytest.mark.parametrize("days_off", [-20_000, 1_200])
def test_a_look_by_a_wrong_clock_takes_no_other_with_it(tmp_path: Path, days_off: int) -> None:
    """Looks go when all up to them are older than kept: one of 1970, or of years ahead, lets no younger one go."""
    file = tmp_path / "audit.sqlite"
    _filled(file)
    with Audit(file, kept_days=30) as audit:
        audit.note(_NOW + timedelta(days=days_off), "mallory", "command", "profile", ["key1"])
        audit.note(_NOW + timedelta(hours=9), "eve", "command", "profile", ["key1"])
        assert [look.seq for look in audit.looks(None, limit=9)] == [5, 4, 3, 2, 1]
        assert audit.verify()._replace(last_hash="") == (5, 5, "", None)


def test_the_chain_holds_while_old_looks_go(tmp_path: Path) -> None:
    """Whoever reckons the chain sees one state of it, though the beginning goes meanwhile."""
    file = tmp_path / "audit.sqlite"
    _filled(file)

    def another(statement: str) -> None:
        if statement.startswith("SELECT * FROM look"):
            with Audit(file, kept_days=1) as other:
                other.note(_NOW + timedelta(days=1, hours=1, minutes=30), "eve", "command", "profile", [])

    with Audit(file, kept_days=1) as audit:
        audit._connection.set_trace_callback(another)  # noqa: SLF001
        assert audit.verify()._replace(last_hash="") == (3, 3, "", None)


def test_what_cannot_be_kept_is_not_shown(tmp_path: Path) -> None:
    """An audit that cannot be written is an error, before anything is shown; without a file nothing is kept."""
    note_look(
        Settings(warehouse=tmp_path), _NOW, who="eve", through="command", what="profile", students=["k"]
    )
    (tmp_path / "blocked").write_bytes(b"x")
    settings = Settings(
        warehouse=tmp_path / "warehouse", vault=VaultBounds(audit_file=tmp_path / "blocked" / "audit.sqlite")
    )
    with pytest.raises(AuditError, match="cannot be opened"):
        note_look(settings, _NOW, who="eve", through="command", what="profile", students=["k"])
