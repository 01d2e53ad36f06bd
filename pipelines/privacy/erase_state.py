"""How far each erasure has come: a row of landing.erasure, which names nobody, and until its end a file, which does.

The file lies in `erasure/` in the warehouse's folder, for its owner alone, and goes away when the receipt is written.
"""

import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.fence import try_lock
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.privacy.errors import ErasureError
from learnloom.pipelines.privacy.tokens import Token

FOLDER: Final = "erasure"
STEPS: Final = ("hidden", "door", "refreshed", "told", "rewritten", "expired", "backups", "gone")
"""In their order; each can be done again."""
_TABLE: Final = "landing.erasure"


class Erasure(NamedTuple):
    """A row of landing.erasure."""

    erasure_id: str
    requested_at: dt.datetime
    reason: str
    pseudonym: str
    step: str
    stepped_at: dt.datetime
    n_statements: int = 0
    n_mentions: int = 0
    n_dead_letters: int = 0
    n_events: int = 0
    sequence: int | None = None

    @property
    def is_gone(self) -> bool:
        """Whether its receipt stands."""
        return self.step == STEPS[-1]


class Secret(NamedTuple):
    """What has to be known of a student until all of it is gone."""

    student_key: str
    keys: tuple[str, ...]
    identifiers: tuple[str, ...]
    tokens: tuple[Token, ...]
    shared: tuple[Token, ...]
    rows: dict[str, list[int]]
    """Rows of each relation before, and after."""
    done: dict[str, Any]
    """What steps have to say in the receipt."""
    logins: tuple[str, ...] = ()
    """Subjects of the student's logins."""
    attachments: tuple[str, ...] = ()
    """Hashes of the attachments of what is erased."""
    emptied: tuple[str, ...] = ()
    """Hashes of the attachments of others that are emptied."""

    @property
    def is_of_student(self) -> bool:
        """Whether it is about a student; else it is about what is old, whoever said it."""
        return bool(self.keys)


def add_erasures(warehouse: Warehouse, erasures: Sequence[Erasure]) -> None:
    """Write their rows, in the transaction that hides the students."""
    row = f"({', '.join('?' for _ in Erasure._fields)})"
    warehouse.run(
        f"INSERT INTO {LAKE}.{_TABLE} ({', '.join(Erasure._fields)}) VALUES {', '.join(row for _ in erasures)}",
        [value for each in erasures for value in each],
    )


def drop_erasures(warehouse: Warehouse, erasure_ids: Sequence[str]) -> None:
    """Take their rows out, for others to be written in the same transaction."""
    warehouse.run(
        f"DELETE FROM {LAKE}.{_TABLE} WHERE list_contains(?::VARCHAR[], erasure_id)", [list(erasure_ids)]
    )


def read_erasures(warehouse: Warehouse) -> list[Erasure]:
    """All erasures in the order in which they were asked for; none where the table does not stand yet."""
    if _TABLE not in existing_tables(warehouse):
        return []
    names = ", ".join(Erasure._fields)
    rows = warehouse.rows(f"SELECT {names} FROM {LAKE}.{_TABLE} ORDER BY requested_at, erasure_id")
    return [Erasure._make(row) for row in rows]


def set_step(
    warehouse: Warehouse, erasure_ids: Sequence[str], step: str, now: dt.datetime, *, wait: float
) -> None:
    """Note that a step is done of some erasures."""

    def note() -> None:
        with warehouse.transaction():
            warehouse.run(
                f"UPDATE {LAKE}.{_TABLE} SET step = ?, stepped_at = ? WHERE list_contains(?::VARCHAR[], erasure_id)",
                [step, now, list(erasure_ids)],
            )

    if not erasure_ids:
        return
    warehouse.retrying(note, wait_seconds=wait)


def write_secret(folder: Path, erasure_id: str, secret: Secret) -> None:
    """Keep what has to be known until the end; whole, or not at all."""
    path = _secret_path(folder, erasure_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = _part(path)
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(secret._asdict(), file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def has_secret(folder: Path, erasure_id: str) -> bool:
    """Whether an erasure was asked for on this machine."""
    return _secret_path(folder, erasure_id).exists()


def read_secret(folder: Path, erasure_id: str) -> Secret:
    """What is known of a student until the end.

    Raises:
        ErasureError: it is not here: the erasure was asked for on another machine.
    """
    path = _secret_path(folder, erasure_id)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ErasureError(
            f"{path} is not there: go on with erasure {erasure_id} on the machine on which it was asked for"
        ) from error
    tokens, shared = (tuple(Token(*each) for each in kept[name]) for name in ("tokens", "shared"))
    keys, identifiers = tuple(kept["keys"]), tuple(kept["identifiers"])
    since = (tuple(kept.get(name, ())) for name in ("logins", "attachments", "emptied"))
    rows, done = kept["rows"], kept["done"]
    return Secret(kept["student_key"], keys, identifiers, tokens, shared, rows, done, *since)


def forget_secret(folder: Path, erasure_id: str) -> None:
    """Take away what names the student: its bytes are written over first, for what a disk gives back."""
    path = _secret_path(folder, erasure_id)
    for each in (path, _part(path)):
        if each.exists():
            _wipe(each)


def _wipe(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(b"\0" * size)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def forget_unasked(folder: Path, known: set[str]) -> None:
    """Take away the files of requests that never came to hide anybody; to be called while `alone`."""
    for path in (folder / FOLDER).glob("*.secret*"):
        if path.name.partition(".")[0] not in known:
            _wipe(path)
    for path in (folder / FOLDER).glob("*.part"):
        if ".secret" not in path.name:  # half of one, of a version before
            _wipe(path)


def _part(path: Path) -> Path:
    """What is half written: by its name, too, it is seen that it belongs to the file."""
    return path.with_name(f"{path.name}.part")


def _secret_path(folder: Path, erasure_id: str) -> Path:
    return folder / FOLDER / f"{erasure_id}.secret"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one process at a time erase.

    Raises:
        ErasureError: another one does.
    """
    (folder / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    unlock = try_lock(folder / FOLDER / "lock")
    if unlock is None:
        raise ErasureError(f"another process is erasing in {folder}: try again when it has ended")
    try:
        yield
    finally:
        unlock()
