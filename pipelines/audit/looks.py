"""The audit: an SQLite file with a row for each look, of which each holds the hash of the one before.

Whoever changes a row, or takes one out of the middle, breaks the chain. Rows that are missing at its end are seen by
whoever has written down the last hash elsewhere.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import orjson

from learnloom.pipelines.vault.owned import open_owned
from learnloom.schemas.errors import LearnloomError

EVERYBODY: Final = "*"
"""Stands for all students where a look is not at some of them: a query, an export."""
_BEGIN: Final = "0" * 64
_MAX_CHARS: Final = 500
TABLES: Final = """
    CREATE TABLE IF NOT EXISTS anchor (seq INTEGER NOT NULL, hash TEXT NOT NULL);
    INSERT INTO anchor SELECT 0, '{begin}' WHERE NOT EXISTS (SELECT * FROM anchor);
    CREATE TABLE IF NOT EXISTS look (
        seq INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, through TEXT NOT NULL, what TEXT NOT NULL,
        students TEXT NOT NULL, hash TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS look_at ON look (at);
    CREATE TRIGGER IF NOT EXISTS look_stays BEFORE UPDATE ON look
    BEGIN SELECT RAISE(ABORT, 'looks are not changed'); END;
    CREATE TRIGGER IF NOT EXISTS look_goes BEFORE DELETE ON look WHEN OLD.seq > (SELECT seq FROM anchor)
    BEGIN SELECT RAISE(ABORT, 'looks go by age alone'); END;
"""


class AuditError(LearnloomError):
    """Looks cannot be kept or read: then nothing is shown either."""


class Look(NamedTuple):
    """Somebody was shown something of students."""

    seq: int
    at: str
    """ISO 8601, UTC."""
    who: str
    """The account, or the token."""
    through: str
    """command, api, export or page."""
    what: str
    students: str
    """Keys of students as a JSON array; EVERYBODY in it stands for all."""
    hash: str


class ChainCheck(NamedTuple):
    """What the chain is found to be."""

    n_looks: int
    last_seq: int
    last_hash: str
    """To be written down elsewhere: by it missing rows at the end are seen."""
    broken_at: int | None
    """The first row that does not follow from the one before; None: all do."""


class Audit:
    """An open audit; for one thread."""

    def __init__(self, file: Path, *, kept_days: int) -> None:
        """Open the file, making it for its owner alone where there is none; looks are kept for `kept_days`.

        Raises:
            AuditError: it cannot be opened.
        """
        self._file = file
        self._kept = timedelta(days=kept_days)
        try:
            self._connection = open_owned(
                file, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + TABLES.format(begin=_BEGIN)
            )
        except (sqlite3.Error, OSError) as error:
            raise AuditError(f"the audit {file} cannot be opened: {error}") from error

    def __enter__(self) -> Self:
        """Give the audit."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._connection.close()

    def note(self, at: datetime, who: str, through: str, what: str, students: Iterable[str]) -> None:
        """Add a look.

        Args:
            at: when, aware.
            who: the account or the token.
            through: command, api, export or page.
            what: which one; no names.
            students: keys of whom it shows anything; EVERYBODY: of all.

        Raises:
            AuditError: it cannot be kept.
        """
        keys = orjson.dumps(sorted(set(students))).decode()
        row = (at.isoformat(), who[:_MAX_CHARS], through, what[:_MAX_CHARS], keys)
        run = self._connection.execute
        try:
            run("BEGIN IMMEDIATE")
            try:
                self._drop_old(at)
                seq, last = self._last()
                run(
                    "INSERT INTO look VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (seq + 1, *row, _chained(last, seq + 1, row)),
                )
                run("COMMIT")
            except BaseException:
                run("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise AuditError(
                f"a look cannot be kept in {self._file}, so nothing is shown: {error}"
            ) from error

    def _drop_old(self, now: datetime) -> None:
        """Let looks go that are older than they are kept, as all before them are, and begin the chain behind them."""
        # Up to the first that is young enough: of a clock that is behind, the last ones may be old.
        old = self._connection.execute(
            "SELECT seq, hash FROM look WHERE seq < (SELECT min(seq) FROM look WHERE at >= ?) "
            "ORDER BY seq DESC LIMIT 1",
            ((now - self._kept).isoformat(),),
        ).fetchone()
        if old is not None:
            self._connection.execute("UPDATE anchor SET seq = ?, hash = ?", old)
            self._connection.execute("DELETE FROM look WHERE seq <= ?", (old[0],))

    def _last(self) -> tuple[int, str]:
        row = self._connection.execute("SELECT seq, hash FROM look ORDER BY seq DESC LIMIT 1").fetchone()
        found = row or self._connection.execute("SELECT seq, hash FROM anchor").fetchone()
        return int(found[0]), str(found[1])

    def looks(self, student_keys: Iterable[str] | None, *, limit: int | None = None) -> list[Look]:
        """List looks, latest first: at whoever has or had one of the keys, or at everybody; None: at anybody."""
        keys = None if student_keys is None else orjson.dumps([*student_keys, EVERYBODY]).decode()
        rows = self._connection.execute(
            "SELECT * FROM look WHERE :keys IS NULL OR EXISTS (SELECT * FROM json_each(students) AS student "
            "WHERE student.value IN (SELECT value FROM json_each(:keys))) ORDER BY seq DESC LIMIT :limit",
            {"keys": keys, "limit": -1 if limit is None else limit},
        )
        return [Look._make(row) for row in rows.fetchall()]

    def verify(self) -> ChainCheck:
        """Reckon the chain again, as it stands at one moment."""
        self._connection.execute("BEGIN")
        try:
            return self._reckoned()
        finally:
            self._connection.execute("ROLLBACK")

    def _reckoned(self) -> ChainCheck:
        seq, last = self._connection.execute("SELECT seq, hash FROM anchor").fetchone()
        n_looks, broken_at = 0, None
        for row in self._connection.execute("SELECT * FROM look ORDER BY seq"):
            look = Look._make(row)
            n_looks += 1
            if broken_at is None and (
                look.seq != seq + 1 or look.hash != _chained(last, look.seq, look[1:6])
            ):
                broken_at = look.seq
            seq, last = look.seq, look.hash
        return ChainCheck(n_looks, seq, last, broken_at)


def _chained(last: str, seq: int, row: tuple[str, ...]) -> str:
    return hashlib.sha256(orjson.dumps([last, seq, *row])).hexdigest()
