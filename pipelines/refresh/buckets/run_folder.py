"""What a refresh in buckets keeps on disk until it has committed, so that one that was killed is gone on with.

A folder for each refresh under way, `refresh/NAME` in the warehouse's folder: `plan.json` says for what it was planned,
`bucket-N.json` which files bucket N has given. Rows stand elsewhere: those of buckets in the folders of their tables,
where a commit registers them.
"""

import datetime as dt
import json
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.student_keys import held_secret
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import try_lock
from learnloom.pipelines.lake.location import DATA_FOLDER
from learnloom.pipelines.lake.relation import CATALOGUE
from learnloom.pipelines.refresh.buckets.job import BucketRows, RowsFile
from learnloom.pipelines.refresh.feed import is_known_snapshot
from learnloom.pipelines.refresh.plan import Plan
from learnloom.pipelines.refresh.state import RefreshState

_FOLDER: Final = "refresh"
_PLAN: Final = "plan.json"
_SHARED: Final = "shared.json"
_LOCK: Final = "lock"
_FREE: Final = ("staged_snapshot", "refreshed_at", "n_students")
"""What may differ between a refresh and one that goes on with it: it takes over these."""


class RunFolder:
    """The folder of one refresh in buckets."""

    def __init__(self, path: Path, state: RefreshState, n_buckets: int, unlock: Callable[[], None]) -> None:
        """Take note of a folder that stands and is locked."""
        self.path = path
        self.state = state
        """What the refresh leaves, but for the number of students."""
        self.n_buckets = n_buckets
        self.unlock = unlock

    @property
    def name(self) -> str:
        """Its name, which no other refresh has."""
        return self.path.name

    def shared(self) -> dict[str, str] | None:
        """The files of what was computed for all buckets, by full name; None: not all of it is there."""
        found: dict[str, str] | None = _read(self.path / _SHARED)
        return found

    def keep_shared(self, files: dict[str, str]) -> None:
        """Keep the names of these files: all of them are whole."""
        _write(self.path / _SHARED, files)

    def done(self) -> dict[int, BucketRows]:
        """What buckets have given, by their numbers."""
        found = {}
        for path in self.path.glob("bucket-*.json"):
            kept = _read(path)
            if kept is not None:
                files = {name: RowsFile(*file) for name, file in kept["files"].items()}
                found[kept["number"]] = BucketRows(kept["number"], files)
        return found

    def keep(self, rows: BucketRows) -> None:
        """Keep what a bucket has given."""
        _write(self.path / f"bucket-{rows.number}.json", rows._asdict())

    def files(self) -> set[str]:
        """The paths of all files whose names are kept."""
        given = {file.path for rows in self.done().values() for file in rows.files.values()}
        return given | set((self.shared() or {}).values())


class RunFolders:
    """The folders of a warehouse, for one refresh; a context manager that takes the refresh's own away.

    It stays where the block raises: the next refresh may go on with it.
    """

    def __init__(self, warehouse: Warehouse, settings: Settings) -> None:
        """Take note of the warehouse, and of a school's choices."""
        self._warehouse = warehouse
        self._settings = settings
        self._path = warehouse.folder / _FOLDER
        self.own: RunFolder | None = None
        """The refresh's own, once it has one."""

    def __enter__(self) -> Self:
        """Give the folders."""
        return self

    def __exit__(self, error: object, *_: object) -> None:
        """Take the refresh's own away where it has come to its end."""
        if self.own is not None:
            if error is None:
                self._remove(self.own.path)
            self.own.unlock()

    def find_unfinished(self, plan: Plan) -> RunFolder | None:
        """Find what a refresh with the same request has left, to go on with it: all that it has written is there."""
        asked = _plain(self._request_of(plan))
        for path in sorted(self._path.glob("*")):
            kept = _read(path / _PLAN)
            if kept is None or any(kept.get(name) != value for name, value in asked.items()):
                continue
            moments = {
                name: dt.datetime.fromisoformat(kept["state"][name]) for name in ("as_of", "refreshed_at")
            }
            state = RefreshState(**{**kept["state"], **moments})
            if is_known_snapshot(self._warehouse, state.staged_snapshot) and (
                unlock := try_lock(path / _LOCK)
            ):
                found = RunFolder(path, state, kept["n_buckets"], unlock)
                if self._stand(found.files()):
                    self.own = found
                    return found
                unlock()
        return None

    def _stand(self, files: set[str]) -> bool:
        """Whether all of these files are there."""
        # By pattern, and by folder: an object store is not asked for a path that is no pattern.
        patterns = sorted({f"{path.rpartition('/')[0]}/*.parquet" for path in files})
        if not patterns:
            return True
        return files <= {path for (path,) in self._warehouse.rows("SELECT file FROM glob(?)", [patterns])}

    def _request_of(self, plan: Plan) -> dict[str, Any]:
        """By what a refresh is told from one that computes something else, or in other buckets."""
        before, secret = plan.before, held_secret(self._warehouse)
        return {
            "before": None if before is None else [before.refreshed_at.isoformat(), before.staged_snapshot],
            "asked": {name: value for name, value in plan.state._asdict().items() if name not in _FREE},
            "full": plan.is_full,
            "fits": plan.fits,
            "recounts": plan.recounts,
            "since": None if plan.request.since is None else plan.request.since.isoformat(),
            "key_check": None if secret is None else secret.check,
            "bucket_statements": self._settings.refresh.bucket_statements,
        }

    def make(self, plan: Plan, n_buckets: int) -> RunFolder:
        """Make the folder of a refresh, and take away those of refreshes that nothing goes on with any more."""
        self.clear()
        path = self._path / uuid.uuid4().hex[:12]
        path.mkdir(parents=True)
        unlock = try_lock(path / _LOCK) or _nothing
        _write(
            path / _PLAN, {**self._request_of(plan), "state": plan.state._asdict(), "n_buckets": n_buckets}
        )
        self.own = RunFolder(path, plan.state, n_buckets, unlock)
        return self.own

    def clear(self) -> None:
        """Take away the folders that no process has."""
        # One without a plan is being made: it is not locked yet.
        for plan in self._path.glob(f"*/{_PLAN}"):
            if unlock := try_lock(plan.with_name(_LOCK)):
                self._remove(plan.parent)
                unlock()

    def _remove(self, path: Path) -> None:
        """Take a folder away, and those of its files that do not count; what is not reached here are orphans."""
        catalogued = f"SELECT path FROM {CATALOGUE}.ducklake_data_file WHERE contains(path, ?)"
        registered = {Path(row[0]).name for row in self._warehouse.rows(catalogued, [path.name])}
        for file in (self._warehouse.folder / DATA_FOLDER).glob(f"*/*/{path.name}-*.parquet"):
            if file.name not in registered:
                file.unlink(missing_ok=True)
        shutil.rmtree(self._warehouse.folder / DATA_FOLDER / _FOLDER / path.name, ignore_errors=True)
        shutil.rmtree(path, ignore_errors=True)


def _nothing() -> None:
    """There is no lock to let go of."""


def _plain(value: Any) -> Any:
    """A value as it is read again."""
    return json.loads(json.dumps(value, default=_text))


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    raise TypeError(type(value))


def _write(path: Path, value: Any) -> None:
    """Write it whole, or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, default=_text), encoding="utf-8")
    part.replace(path)


def _read(path: Path) -> Any:
    """What a file says; None where it is absent or not whole."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
