"""The warehouse itself: DuckDB and DuckLake, transactions, the fence, relations of sql/, backup, maintenance."""
