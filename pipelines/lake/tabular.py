"""Reading a table that somebody else made: CSV, TSV or Parquet, every cell as text."""

from pathlib import Path

import duckdb
import pyarrow as pa

from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.lake.extensions import quoted


class TabularFileError(WarehouseError):
    """A file cannot be read as a table."""


def read_tabular(path: Path, *, max_rows: int) -> pa.Table:
    """Read a table, its rows in the file's order, each cell as text and an empty one as NULL.

    Args:
        path: Parquet where the name ends in .parquet, else CSV with a header; the delimiter is found out. CSV may be
            compressed (.gz, .zst).
        max_rows: a longer one is refused.

    Raises:
        TabularFileError: it is no such file, or too long.
        OSError: there is none, or it may not be read.
    """
    with path.open("rb"):
        pass  # DuckDB would take a name with * for many files, and tell less of one that is missing
    is_parquet = path.suffix == ".parquet"
    place = quoted(str(path))
    source = f"read_parquet({place})" if is_parquet else f"read_csv({place}, all_varchar=true, header=true)"
    try:
        with duckdb.connect() as connection:
            # Autoloading would look for extensions on the network.
            connection.execute("SET autoinstall_known_extensions=false")
            connection.execute("SET TimeZone='UTC'")
            connection.execute("SET enable_progress_bar=false")
            table = connection.execute(
                f"SELECT nullif(trim(COLUMNS(*)::VARCHAR), '') FROM {source} LIMIT {max_rows + 1}"
            ).to_arrow_table()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise TabularFileError(f"{path} cannot be read as a table (CSV, TSV or Parquet): {first}") from error
    if table.num_rows > max_rows:
        raise TabularFileError(f"{path} has more than {max_rows:,} rows: give a part of it")
    return table
