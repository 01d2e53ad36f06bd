"""What the receipt of an erasure says."""

import datetime as dt
from typing import Any, Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.object_store import SCHEME
from learnloom.pipelines.lake.relation import columns_in, filled_tables
from learnloom.pipelines.privacy.erase_state import Erasure, Secret
from learnloom.pipelines.privacy.erase_topics import topics_out_of_reach
from learnloom.pipelines.privacy.receipt import keyed_counts, token_key
from learnloom.pipelines.privacy.search import Hits
from learnloom.pipelines.vault.opening import has_vault, may_read_names

_CATALOGUE: Final = f"__ducklake_metadata_{LAKE}"
_MODEL: Final = "estimates.model_version"


def receipt_of(
    warehouse: Warehouse,
    settings: Settings,
    erasure: Erasure,
    secret: Secret,
    hits: Hits,
    *,
    now: dt.datetime,
) -> dict[str, Any]:
    """Everything that was done, what was searched for, and what lies out of reach."""
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
        "relations": _relations(warehouse, secret),
        "files_written_anew": _files(warehouse, secret.done.get("rewritten", {}).get("tables", [])),
        "snapshots": secret.done.get("expired", {}),
        "front_door": secret.done.get("front_door", {}),
        "beside_the_warehouse": secret.done.get("beside", {}),
        "backups": secret.done.get("backups", []),
        "receivers": secret.done.get("receivers", []),
        "models": _models(warehouse, erasure),
        "searched": {
            "at": _text(now),
            "files": hits.files,
            "bytes": hits.bytes,
            "tokens": keyed_counts(key, hits.counts),
            "half_written": [each.removeprefix(f"{warehouse.folder}/") for each in hits.halves],
            "not_searched_because_others_have_them_too": len(secret.shared),
        },
        "out_of_reach": _out_of_reach(warehouse, settings, erasure),
    }


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat()


def _relations(warehouse: Warehouse, secret: Secret) -> dict[str, dict[str, int]]:
    """Rows of the student before and after, by relation."""
    columns, filled = columns_in(warehouse, LAKE), filled_tables(warehouse)
    found = {}
    for name, (before, _) in sorted(secret.rows.items()):
        after = 0
        if name in filled and any(column == "student_key" for column, _ in columns.get(name, [])):
            (after,) = warehouse.one(
                f"SELECT count(*) FROM {LAKE}.{name} WHERE list_contains($keys, student_key)",
                {"keys": list(secret.keys)},
            )
        found[name] = {"before": before, "after": int(after)}
    return found


def _files(warehouse: Warehouse, tables: list[str]) -> list[dict[str, Any]]:
    """The files of the tables that were written anew, as they are now."""
    found = []
    for name in tables:
        layer, table = name.split(".")
        for (path,) in warehouse.rows(
            f"SELECT data_file FROM ducklake_list_files('{LAKE}', '{table}', schema => '{layer}')"
        ):
            size, digest = warehouse.one("SELECT size, sha256(content) FROM read_blob(?)", [path])
            shown = str(path).removeprefix(warehouse.place.data)
            found.append({"relation": name, "file": shown, "bytes": size, "sha256": digest})
    return found


def _models(warehouse: Warehouse, erasure: Erasure) -> dict[str, Any]:
    """Which versions of the model were fitted with the student's answers."""
    if _MODEL not in filled_tables(warehouse):
        return {"fitted_with": [], "first_fitted_without": None}
    rows = warehouse.rows(f"SELECT model_version, fitted_at FROM {LAKE}.{_MODEL} ORDER BY model_version")
    without = [version for version, fitted_at in rows if fitted_at > erasure.requested_at]
    return {
        "fitted_with": [version for version, fitted_at in rows if fitted_at <= erasure.requested_at],
        "first_fitted_without": without[0] if without else None,
        "next_fit": "learnloom train, or the flow `train`, fits the next version without the student",
    }


def _out_of_reach(warehouse: Warehouse, settings: Settings, erasure: Erasure) -> list[dict[str, str]]:
    """What nothing here can delete, and who or what ends it."""
    day = f"{erasure.requested_at:%Y-%m-%d}"
    found = [
        (
            "files that were imported, and exports of `learnloom export` and `learnloom query`",
            "whoever made them deletes them",
        ),
        ("snapshots of the file system, and free blocks of the disk", "the machine's own rotation"),
    ]
    found += topics_out_of_reach(warehouse, settings, erasure.requested_at)
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
        found.append(("PostgreSQL's archive of its write-ahead log, and its backups", "their own rotation"))
    if (settings.data_path or "").startswith(SCHEME):
        found.append(("earlier versions of objects, where the bucket keeps them", "the bucket's own rules"))
    return [{"what": what, "until": until} for what, until in found]
