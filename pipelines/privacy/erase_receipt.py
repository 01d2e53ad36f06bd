"""What the receipts of erasures say."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.extensions import quoted
from learnloom.pipelines.lake.object_store import SCHEME
from learnloom.pipelines.lake.relation import columns_in, filled_tables
from learnloom.pipelines.lrs.attachments import FOLDER as ATTACHMENTS
from learnloom.pipelines.lrs.store import FOLDER as STORE
from learnloom.pipelines.privacy.erase_state import Erasure, Secret
from learnloom.pipelines.privacy.erase_topics import Topics
from learnloom.pipelines.privacy.hits import Hits
from learnloom.pipelines.privacy.receipt import keyed_counts, token_key
from learnloom.pipelines.vault.opening import has_vault, may_read_names

_MODEL: Final = "estimates.model_version"


class Receipts:
    """Writes what the receipts of some erasures say; what they have in common is looked up once."""

    def __init__(self, warehouse: Warehouse, settings: Settings, secrets: Sequence[Secret]) -> None:
        """Look up nothing yet.

        Args:
            warehouse: what is erased is out of it.
            settings: a school's choices.
            secrets: what is known of all of them.
        """
        self._warehouse = warehouse
        self._settings = settings
        self._secrets = secrets
        self._files: dict[str, list[dict[str, Any]]] = {}

    def of(self, erasure: Erasure, secret: Secret, hits: Hits, *, now: dt.datetime) -> dict[str, Any]:
        """Everything that was done, what was searched for, and what lies out of reach."""
        warehouse = self._warehouse
        key = token_key(warehouse.folder)
        return {
            "erasure_id": erasure.erasure_id,
            "reason": erasure.reason,
            "requested_at": _text(erasure.requested_at),
            "hidden_at": _text(erasure.requested_at),
            "gone_at": _text(now),
            "statements": erasure.n_statements,
            "statements_of_others_changed": erasure.n_mentions,
            "dead_letters_emptied": erasure.n_dead_letters,
            "events_removed": erasure.n_events,
            "relations": self._relations(secret),
            "files_written_anew": [
                file
                for name in secret.done.get("rewritten", {}).get("tables", [])
                for file in self._files_of(name)
            ],
            "snapshots": secret.done.get("expired", {}),
            "front_door": secret.done.get("front_door", {}),
            "beside_the_warehouse": secret.done.get("beside", {}),
            "backups": secret.done.get("backups", []),
            "receivers": secret.done.get("receivers", []),
            "models": self._models_of(erasure),
            "searched": {
                "at": _text(now),
                "files": hits.files,
                "bytes": hits.bytes,
                "tokens": keyed_counts(key, hits.counts),
                "half_written": [each.removeprefix(f"{warehouse.folder}/") for each in hits.halves],
                "not_searched_because_others_have_them_too": len(secret.shared),
            },
            "out_of_reach": _out_of_reach(warehouse, self._settings, self._topics, erasure),
        }

    def _relations(self, secret: Secret) -> dict[str, dict[str, int]]:
        """Rows of the student before and after, by relation."""
        return {
            name: {
                "before": before,
                "after": sum(self._counts.get(name, {}).get(key, 0) for key in secret.keys),
            }
            for name, (before, _) in sorted(secret.rows.items())
        }

    @cached_property
    def _counts(self) -> dict[str, dict[str, int]]:
        """Rows of all students that are erased, by relation and key."""
        columns, filled = columns_in(self._warehouse, LAKE), filled_tables(self._warehouse)
        keys = ", ".join(quoted(key) for secret in self._secrets for key in secret.keys)
        names = {name for secret in self._secrets for name in secret.rows}
        return {
            name: dict(
                self._warehouse.rows(
                    f"SELECT student_key, count(*) FROM {LAKE}.{name} WHERE student_key IN ({keys}) GROUP BY ALL"
                )
            )
            for name in sorted(names & filled)
            if keys and any(column == "student_key" for column, _ in columns.get(name, []))
        }

    def _files_of(self, name: str) -> list[dict[str, Any]]:
        """The files of a table, as they are now."""
        if name not in self._files:
            self._files[name] = _files(self._warehouse, name)
        return self._files[name]

    def _models_of(self, erasure: Erasure) -> dict[str, Any]:
        """Which versions of the model were fitted with the student's answers."""
        if not self._models:
            return {"fitted_with": [], "first_fitted_without": None}
        asked_at = erasure.requested_at
        without = [version for version, fitted_at in self._models if fitted_at > asked_at]
        return {
            "fitted_with": [version for version, fitted_at in self._models if fitted_at <= asked_at],
            "first_fitted_without": without[0] if without else None,
            "next_fit": "learnloom train, or the flow `train`, fits the next version without the student",
        }

    @cached_property
    def _models(self) -> list[Any]:
        if _MODEL not in filled_tables(self._warehouse):
            return []
        return self._warehouse.rows(
            f"SELECT model_version, fitted_at FROM {LAKE}.{_MODEL} ORDER BY model_version"
        )

    @cached_property
    def _topics(self) -> Topics:
        return Topics(self._warehouse, self._settings)


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat()


def _files(warehouse: Warehouse, name: str) -> list[dict[str, Any]]:
    layer, table = name.split(".")
    found = []
    for (path,) in warehouse.rows(
        f"SELECT data_file FROM ducklake_list_files('{LAKE}', '{table}', schema => '{layer}')"
    ):
        (content,) = warehouse.one("SELECT content FROM read_blob(?)", [path])
        digest = hashlib.sha256(content).hexdigest()  # DuckDB takes ten times as long for it
        shown = str(path).removeprefix(warehouse.place.data)
        found.append({"relation": name, "file": shown, "bytes": len(content), "sha256": digest})
    return found


def _out_of_reach(
    warehouse: Warehouse, settings: Settings, topics: Topics, erasure: Erasure
) -> list[dict[str, str]]:
    """What nothing here can delete, and who or what ends it."""
    day = f"{erasure.requested_at:%Y-%m-%d}"
    found = [
        (
            "files that were imported, and exports of `learnloom export` and `learnloom query`",
            "whoever made them deletes them",
        ),
        ("snapshots of the file system, and free blocks of the disk", "the machine's own rotation"),
    ]
    if any((warehouse.folder / STORE / ATTACHMENTS).glob("??/*")):
        unread = "attachments of others that are no text, such as pictures, PDF and what is compressed"
        found.append((unread, "whoever attached them, or may void their statements"))
    found += topics.out_of_reach(erasure.requested_at)
    by_receiver = "its receiver acts on the event student.erased"
    by_store = "xAPI cannot delete: the learning record store's own means"
    found += [
        (
            f"events that {each.name} ({each.to}) was sent until {day}",
            by_store if each.to == "lrs" else by_receiver,
        )
        for each in settings.subscriptions
        if each.to != "kafka"
    ]
    if settings.vault.audit_file is not None:
        kept = f"a look is kept for {settings.vault.audit_days} days; the chain would break without it"
        found.append((f"who looked at the student until {day}, by key, in the audit", kept))
    if settings.vault.database is not None:
        found.append(
            ("the write-ahead log of the vault's database, its archive and its backups", "their own rotation")
        )
    if has_vault(settings) and not may_read_names(settings):
        vault = "the student in the vault, which this account may not read"
        found.append((vault, "whoever may: learnloom vault forget"))
    if settings.catalog is not None:
        archives = "PostgreSQL's archive of its write-ahead log, its backups and dumps"
        found.append(
            (archives, "their own rotation: whoever makes dumps makes one anew, and deletes the older ones")
        )
    if (settings.data_path or "").startswith(SCHEME):
        found.append(("earlier versions of objects, where the bucket keeps them", "the bucket's own rules"))
    return [{"what": what, "until": until} for what, until in found]
