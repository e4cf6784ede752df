"""This file describes what is in data files: rows and a digest for each load, days and accounts; and their footers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from keepwell.facts.duckdb_session import literal, quoted

if TYPE_CHECKING:
    import duckdb

DIGESTS = 1 << 128
FOOTER_KEY = "keepwell"
# Which column names the load that brought a row. A list of superseded rows has two: its `batch` is the old row's.
BATCH = {"superseded": "superseded_by"}


class Content(NamedTuple):
    """What one load has in some data files: how many rows, and their digest (32 hex digits)."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Description:
    """What is in some data files, by batch and over all; the ends are None where the files have no such column."""

    contents: dict[int, Content]
    first_on: date | None
    last_on: date | None
    first_account: str | None
    last_account: str | None


class Brought(NamedTuple):
    """What one load brought of a table, in however many files: new rows, how many of those it replaced, and of how many rows it
    says that they were rejected, or healed."""

    rows: int
    superseding: int
    rejected: int = 0


@dataclass(frozen=True)
class Footer:
    """What a data file's footer says of it, so that a lost manifest can be made again.

    `attempt` is the piece of work that wrote the file: files of two attempts with rows of one load are never both true.
    `brought` has for each load in a file of facts or of rejected rows, or in a list of rows that a load withdrew without bringing
    others, what all files of its table must have of it together. `replaces` are
    the names of the files that were merged into this one.
    """

    table: str
    kind: str
    contents: dict[int, Content]
    attempt: str = ""
    brought: dict[int, Brought] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write the text of the footer; for up to one load it has the same length whatever the digest is."""
        stated: dict[str, object] = {
            "table": self.table,
            "kind": self.kind,
            "batches": {str(batch): content._asdict() for batch, content in self.contents.items()},
            "attempt": self.attempt,
            "brought": self.brought,
            "replaces": self.replaces,
        }
        return json.dumps(stated).ljust(len(self.table) + 360)


def describe(
    con: duckdb.DuckDBPyConnection, rows: str, kind: str, types: Mapping[str, str] | None = None
) -> Description:
    """Read a relation of data files of one kind once. `types` settles the columns whose type could differ by file."""
    columns = dict(
        con.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {rows})").fetchall()
    )
    columns |= {name: type for name, type in (types or {}).items() if name in columns}
    batch = BATCH.get(kind, "batch")
    # Without its batch a row keeps its digest when a merge moves it to a later batch.
    hashed = {name: type for name, type in columns.items() if name != batch}
    named = [
        f"{quoted(name) if name in columns else 'NULL'} AS {alias}"
        for name, alias in (("on", "day"), ("account_id", "account"))
    ]
    ends = [f"{end}({alias})" for alias in ("day", "account") for end in ("min", "max")]
    by_batch = con.execute(
        # Two sums: if rows changed so that the first stayed the same by chance, the second would not.
        f"SELECT batch, count(*), sum(hash), sum(hash(hash)), {', '.join(ends)} "
        f"FROM (SELECT {quoted(batch)} AS batch, {row_hash(hashed)} AS hash, {', '.join(named)} FROM {rows}) "
        "GROUP BY batch ORDER BY batch"
    ).fetchall()
    contents = {
        number: Content(count, f"{((high << 64) + low) % DIGESTS:032x}")
        for number, count, high, low, *_ in by_batch
    }
    first_on, last_on, first_account, last_account = (
        pick((row[place] for row in by_batch if row[place] is not None), default=None)
        for place, pick in zip(range(4, 8), (min, max, min, max), strict=True)
    )
    return Description(contents, first_on, last_on, first_account, last_account)


def row_hash(columns: Mapping[str, str]) -> str:
    """Write the SQL of a row's 64-bit hash, in which the order of columns plays no part, nor do empty cells.

    A cell is hashed together with its column's name, so that two columns cannot swap values unnoticed, and then once more,
    as DuckDB joins two hashes by a plain xor. What an empty cell would give is taken out again, so that it counts as much
    as a column that is not there: a table can get new columns and its old rows keep their digests.
    """
    # DuckDB's `hash()`, not MD5 of the row as text. Writing 3 million rows of usage takes 1.3 s of processor time: `hash()`
    # adds 0.2 s (17 %), most of it for reading them back; MD5 adds 2.1 s. DuckDB does not promise that `hash()` stays the same, but it
    # has from 1.3 to 2.0, which covers all that pyproject.toml allows; a test with a known digest fails if it changes.
    cells = (
        f"hash(hash({literal(name)}, {quoted(name)}::{type}))" for name, type in columns.items()
    )
    empty = (f"hash(hash({literal(name)}, NULL::{type}))" for name, type in columns.items())
    # The constants are grouped, so that DuckDB computes them once instead of for every row.
    return f"hash(xor({_xor(cells)}, {_xor(empty)}))"


def _xor(hashes: Iterable[str]) -> str:
    return reduce(lambda left, right: f"xor({left}, {right})", hashes, "0::UBIGINT")


def combine(digests: Iterable[str]) -> str:
    """Add the digests of parts up to the digest of the whole.

    >>> combine(["f" * 32, "0" * 31 + "3"])
    '00000000000000000000000000000002'
    """
    return f"{sum(int(digest, 16) for digest in digests) % DIGESTS:032x}"


def reserved(footer: Footer, batch: int) -> str:
    """Write a placeholder for a footer whose digest is not known yet, unlike anything else in the file."""
    return str(replace(footer, contents={batch: Content(0, uuid.uuid4().hex)}))


def fill_in_footer(path: Path, reserved: str, text: str) -> None:
    """Overwrite the placeholder in a Parquet file's footer with the text that it was reserved for."""
    assert len(reserved) == len(text), "the footer has room for exactly what was reserved"
    with path.open("r+b") as file:
        end = file.seek(-8, 2)  # a Parquet file ends with the length of its footer and four letters
        start = file.seek(end - int.from_bytes(file.read(4), "little"))
        found = file.read()
        assert found.count(reserved.encode()) == 1, "the placeholder is in the footer once"
        file.seek(start + found.index(reserved.encode()))
        file.write(text.encode())


def read_footer(path: Path) -> Footer | None:
    """Read from its footer what a data file holds, without reading a row; None for files of earlier versions."""
    import pyarrow.parquet  # here, because it is slow to load, and a question about names of files needs it not

    text = (pyarrow.parquet.read_metadata(path).metadata or {}).get(FOOTER_KEY.encode())
    if text is None:
        return None
    stated = json.loads(text)
    return Footer(
        stated["table"],
        stated["kind"],
        {int(batch): Content(**content) for batch, content in stated["batches"].items()},
        stated.get("attempt", ""),
        {int(batch): Brought(*each) for batch, each in stated.get("brought", {}).items()},
        tuple(stated.get("replaces", ())),
    )
