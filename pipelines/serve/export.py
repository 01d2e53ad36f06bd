"""Taking the warehouse elsewhere: a folder of Parquet files, or one DuckDB file for BI tools."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.extensions import quoted
from learnloom.pipelines.operate.summary import tables
from learnloom.pipelines.vault.names import except_for

_DRAWN: Final = frozenset({"feedback.signal_draw", "feedback.holdout_draw", "run.student_digest"})
"""Who is left out by lot, and the digests of it: whoever knew of it could make up for it."""
_ANSWERS: Final = "marts.mart_item_answer"
"""Answers in the words of students, counted and by nobody's key."""
_ENOUGH: Final = 5
"""Of so many students an answer tells of none of them."""
LAYERS_FOR_ANALYSTS: Final = ("run", "dimensional", "norms", "estimates", "marts", "feedback")


class ExportError(WarehouseError):
    """The export cannot be written."""


def export(
    warehouse: Warehouse,
    target: Path,
    *,
    everything: bool,
    without: frozenset[str] = frozenset(),
    on_progress: Callable[[str], None] = lambda _: None,
) -> list[tuple[str, int]]:
    """Write the tables of one snapshot; return each with its rows.

    A target ending in `.duckdb` becomes one DuckDB file, anything else a folder of Parquet files, LAYER/TABLE.parquet.
    What is written appears under its name only when it is complete.

    Args:
        warehouse: where to read.
        target: file or folder to write; must not exist.
        everything: landing and staging, too, with the statements' bytes.
        without: all keys of students who are left out; with them go answers that hardly anybody gave.
        on_progress: is told which table is being written.

    Raises:
        ExportError: the target exists, nothing has been computed yet, or statements are asked for as they came, and
            some students are to be left out: in what was refused nobody can be told from others.
    """
    if without and everything:
        raise ExportError(
            "some students may not be used for research, and --everything holds what came of them: export without it"
        )
    if target.exists():
        raise ExportError(f"{target} exists: choose another path, or remove it first")
    names = [name for name in tables(warehouse) if everything or _is_for_analysts(name)]
    if not names:
        raise ExportError("nothing has been computed yet: run `learnloom refresh`")
    partial = target.with_name(target.name + ".part")
    _remove(partial)
    partial.parent.mkdir(parents=True, exist_ok=True)
    write = _write_duckdb if target.suffix == ".duckdb" else _write_parquet
    try:
        written = write(warehouse, partial, names, without, on_progress)
    except BaseException:
        _remove(partial)
        raise
    partial.rename(target)
    return written


def _is_for_analysts(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in LAYERS_FOR_ANALYSTS and name not in _DRAWN


def _write_parquet(
    warehouse: Warehouse,
    folder: Path,
    names: list[str],
    without: frozenset[str],
    on_progress: Callable[[str], None],
) -> list[tuple[str, int]]:
    written = []
    with warehouse.transaction():
        for name in names:
            on_progress(name)
            written.append((name, _write_one(warehouse, folder, name, _kept(warehouse, name, without))))
    return written


def _kept(warehouse: Warehouse, name: str, without: frozenset[str]) -> str:
    """The condition of the rows that are exported."""
    if without and name == _ANSWERS:
        return f"n_students >= {_ENOUGH}"
    columns = warehouse.rows(f"DESCRIBE FROM {LAKE}.{name}") if without else []
    return except_for(without) if any(row[0] == "student_key" for row in columns) else "true"


def _write_one(warehouse: Warehouse, folder: Path, name: str, condition: str) -> int:
    layer, table = name.split(".")
    (folder / layer).mkdir(parents=True, exist_ok=True)
    file = quoted(str(folder / layer / f"{table}.parquet"))
    return int(
        warehouse.one(
            f"COPY (FROM {LAKE}.{name} WHERE {condition}) TO {file} (FORMAT parquet, COMPRESSION zstd)"
        )[0]
    )


def _write_duckdb(
    warehouse: Warehouse,
    file: Path,
    names: list[str],
    without: frozenset[str],
    on_progress: Callable[[str], None],
) -> list[tuple[str, int]]:
    written = []
    warehouse.run(f"ATTACH {quoted(str(file))} AS export_file")
    try:
        with warehouse.transaction():
            for name in names:
                on_progress(name)
                condition = _kept(warehouse, name, without)
                warehouse.run(f"CREATE SCHEMA IF NOT EXISTS export_file.{name.split('.')[0]}")
                warehouse.run(f"CREATE TABLE export_file.{name} AS FROM {LAKE}.{name} WHERE {condition}")
                written.append((name, int(warehouse.one(f"SELECT count(*) FROM export_file.{name}")[0])))
    finally:
        warehouse.run("DETACH export_file")
    return written


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
