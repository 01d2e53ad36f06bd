"""What leads from a dialect back to the truth, as tables beside it.

activity  one row per activity: IRI in our own vocabulary, IRI in the dialect (NULL where it is never named), type
act       one row per kind of act: how many there were, by how many statements they are told, and how well
staff     one row per member of staff whose acts are told: identifiers
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from learnloom.pipelines.simulate.dialects.translate import Translator
from learnloom.pipelines.simulate.statements import TEACHER
from learnloom.pipelines.simulate.truth import identifiers

_SCHEMAS: Final = {
    "activity": pa.schema([("activity", pa.string()), ("told_as", pa.string()), ("type", pa.string())]),
    "act": pa.schema(
        [("kind", pa.string()), ("acts", pa.int64()), ("statements", pa.int64()), ("is_told", pa.string())]
    ),
    "staff": pa.schema([("home_page", pa.string()), ("account_name", pa.string()), ("mbox", pa.string())]),
}


def write_translation(folder: Path, translator: Translator | None) -> None:
    """Write the tables into the folder of the truth; of our own vocabulary there is nothing to lead back.

    Raises:
        OSError: a file cannot be written, or that of an earlier simulation not removed.
    """
    rows: dict[str, Iterable[dict[str, Any]]] = {}
    if translator is not None:
        rows = {
            "activity": _activities(translator),
            "act": _acts(translator),
            "staff": [identifiers(translator.actor(TEACHER))] if translator.dialect.has_staff else [],
        }
    for name, schema in _SCHEMAS.items():
        path = folder / f"{name}.parquet"
        if name in rows:
            pq.write_table(pa.Table.from_pylist(list(rows[name]), schema=schema), path, compression="zstd")
        else:
            path.unlink(missing_ok=True)


def write_staff(path: Path, translator: Translator | None) -> Path | None:
    """Write a list of the staff who act, for `learnloom people import`; None where no act of theirs is told.

    Raises:
        OSError: the file cannot be written, or that of an earlier simulation not removed.
    """
    if translator is None or not translator.dialect.has_staff:
        path.unlink(missing_ok=True)
        return None
    named = identifiers(translator.actor(TEACHER))
    identifier = named["mbox"] or f"{named['home_page']} {named['account_name']}"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("identifier", "role"), (identifier, "teacher")])
    return path


def _activities(translator: Translator) -> Iterable[dict[str, Any]]:
    for thing in translator.school:
        yield {"activity": thing.iri, "told_as": translator.dialect.activity(thing), "type": thing.kind}


def _acts(translator: Translator) -> Iterable[dict[str, Any]]:
    left_out, seen_only = translator.left_out, translator.seen_only
    for kind in sorted({*translator.acts, *translator.told}):
        how = "left out" if kind in left_out else "seen only" if kind in seen_only else "told"
        yield {
            "kind": str(kind),
            "acts": translator.acts[kind],
            "statements": translator.told[kind],
            "is_told": how,
        }
