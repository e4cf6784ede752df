"""This file tells whether an import can have duplicates, faster than by looking for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MAX_SORTED = 16_000_000  # hashes at once: 128 MB


def possible(con: duckdb.DuckDBPyConnection, keys: str, rows: int) -> bool:
    """Tell whether any two of the keys (a query with the column `key`) could be equal; False is certain.

    >>> import duckdb
    >>> possible(duckdb.connect(), "SELECT unnest(['a', 'b', 'a']) AS key", 3)
    True
    """
    # Equal texts have equal hashes, and sorting hashes takes a tenth of the time of grouping texts. Two different texts
    # with one hash are next to impossible, and only lead to a search that finds nothing.
    parts = rows // MAX_SORTED + 1
    for part in range(parts):
        which = f"WHERE hash(key) % {parts} = {part}" if parts > 1 else ""
        query = f"SELECT hash(key) AS hash FROM ({keys}) {which}"
        hashes = con.execute(query).fetchnumpy()["hash"]
        hashes.sort()
        if (hashes[1:] == hashes[:-1]).any():
            return True
    return False
