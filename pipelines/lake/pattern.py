"""Regular expressions as SQL reads them: RE2's dialect, which knows no look-around and no back references."""

import duckdb


def pattern_fault(pattern: str) -> str | None:
    """Say what is wrong with a regular expression; None where it can be used."""
    with duckdb.connect() as connection:
        try:
            connection.execute("SELECT regexp_matches('', ?)", [pattern])
        except duckdb.Error as error:
            return str(error).splitlines()[0].partition(": ")[2]
    return None
