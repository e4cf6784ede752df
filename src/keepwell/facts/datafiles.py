"""This file writes data files (immutable Parquet), names their rows in SQL, and finds damaged ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from keepwell.facts import atomic_files, contents
from keepwell.facts.contents import Content, Description, Footer
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.health.definition.table import LOAD_COLUMNS, Column, Table, Type

# Arrow and DuckDB are loaded where files are written: a list of scores names files and never writes one.
if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# Amounts and quantities are decimals: sums of floats depend on the order in which rows are read.
DUCKDB_TYPES: dict[Type, str] = {
    "text": "VARCHAR",
    "date": "DATE",
    "moment": "TIMESTAMP",
    "quantity": "DECIMAL(18,6)",
    "money": "DECIMAL(18,6)",
    "flag": "BOOLEAN",
}
# Version 2 packs numbers and days as differences: smaller, and a third faster to write. Beyond level 1 zstd gains 1 %.
# Looking for a dictionary among ids that are all different is given up early.
FORMAT = (
    "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880, "
    "DICTIONARY_SIZE_LIMIT 8192"
)
PACKED_ROWS = (
    32_768  # in a row group of result files: one account's lines are found in a few milliseconds
)


@dataclass(frozen=True)
class Written:
    """A data file on disk, with what the manifest says about it. `rows` is the file's own count.

    Accounts are in byte order, as Python and DuckDB compare text; a database's collation may differ. `contents` has rows
    and digest by batch; it is empty for result files, which are never merged.
    """

    path: Path
    rows: int
    bytes: int
    sha256: str
    first_on: date | None
    last_on: date | None
    first_account: str | None = None
    last_account: str | None = None
    contents: Mapping[int, Content] = field(default_factory=dict)

    @property
    def content_digest(self) -> str:
        """The digest of all rows, in whatever order and however many files they are."""
        return contents.combine(content.digest for content in self.contents.values())


@dataclass(frozen=True)
class Field:
    """One column of a data file and its DuckDB type."""

    name: str
    type: str


# A list of rows that a later batch replaced.
SUPERSEDED = (Field("id", "VARCHAR"), Field("batch", "BIGINT"), Field("superseded_by", "BIGINT"))


def fields(table: Table) -> tuple[Field, ...]:
    """List the columns of a table's data files: no personal ones, amounts also as given, and what a load adds."""
    own = [each for column in table.columns if not column.personal for each in _fields(column)]
    added = [
        Field(column.name, "BIGINT" if column.name == "batch" else DUCKDB_TYPES[column.type])
        for column in LOAD_COLUMNS
    ]
    return (*own, *added)


def _fields(column: Column) -> tuple[Field, ...]:
    plain = Field(column.name, DUCKDB_TYPES[column.type])
    return (
        (plain, Field(column.name + "_given", plain.type)) if column.type == "money" else (plain,)
    )


def write(
    con: duckdb.DuckDBPyConnection,
    query: str,
    path: Path,
    disk: atomic_files.Disk,
    *,
    footer: Footer,
    batch: int,
) -> Written:
    """Write the rows of a query, all of one batch, as a data file; it is complete and durable when this returns.

    `footer` is completed with what the rows are.
    """

    def fill(temporary: Path) -> Description:
        # The footer names the digest, which is only known when the rows are written; to compute it first would mean
        # running the query twice. So the footer is written with a placeholder of the same length.
        reserved = contents.reserved(footer, batch)
        copy(con, query, temporary, reserved)
        description = contents.describe(con, rows_of([temporary]), footer.kind)
        assert set(description.contents) <= {batch}, f"{path.name} has rows of another batch"
        complete = replace(footer, contents=description.contents)
        contents.fill_in_footer(temporary, reserved, str(complete))
        return description

    return publish(path, fill, disk)


def copy(con: duckdb.DuckDBPyConnection, query: str, path: Path, footer: str) -> None:
    """Write the rows of a query to a Parquet file as data files are laid out, with a text in its footer."""
    metadata = f"KV_METADATA {{{contents.FOOTER_KEY}: {literal(footer)}}}"
    con.execute(f"COPY ({query}) TO {literal(str(path))} ({FORMAT}, {metadata})")


def publish(path: Path, fill: Callable[[Path], Description], disk: atomic_files.Disk) -> Written:
    """Give a file its name once it is filled and durable. What `fill` raises leaves no file of that name."""
    import pyarrow.parquet

    # DuckDB caches what it reads by file name: under a name that was used before it can return the old file's pages.
    assert not path.exists(), f"{path} already exists"
    filled: list[Description] = []
    atomic_files.atomic_write(path, lambda temporary: filled.append(fill(temporary)), disk)
    (description,) = filled
    return Written(
        path,
        pyarrow.parquet.read_metadata(path).num_rows,
        path.stat().st_size,
        atomic_files.digest(path),
        description.first_on,
        description.last_on,
        description.first_account,
        description.last_account,
        description.contents,
    )


class Packing:
    """Arrow tables on their way into one data file, each compressed as it comes, so that many dates fit into memory.

    Every table gets row groups of its own, so that a reader finds it without reading the others.
    """

    def __init__(self, schema: pa.Schema) -> None:
        import pyarrow as pa
        import pyarrow.parquet

        words = [field.name for field in schema if pa.types.is_string(field.type)]
        self.rows = 0
        self.accounts: list[str] = []  # the first and the last one
        self._buffer = pa.BufferOutputStream()
        self._writer = pyarrow.parquet.ParquetWriter(
            self._buffer, schema, compression="zstd", compression_level=1, use_dictionary=words
        )

    def add(self, table: pa.Table) -> None:
        import pyarrow.compute

        self._writer.write_table(table, row_group_size=PACKED_ROWS)
        self.rows += table.num_rows
        if "account_id" in table.column_names and table.num_rows:
            ends = pyarrow.compute.min_max(table["account_id"]).as_py()
            known = [*self.accounts, *(end for end in ends.values() if end is not None)]
            self.accounts = [min(known), max(known)] if known else []

    def write(
        self,
        path: Path,
        disk: atomic_files.Disk,
        first_on: date | None = None,
        last_on: date | None = None,
        *,
        footer: Footer,
    ) -> Written:
        """Write the data file; it is complete and durable when this returns."""
        self._writer.add_key_value_metadata({contents.FOOTER_KEY: str(footer)})
        self._writer.close()
        packed = self._buffer.getvalue()
        first_account, last_account = self.accounts or (None, None)

        def fill(temporary: Path) -> Description:
            temporary.write_bytes(memoryview(packed))
            return Description({}, first_on, last_on, first_account, last_account)

        return publish(path, fill, disk)


def rows_of(paths: Iterable[Path]) -> str:
    """Name the rows of some data files in SQL; the files may differ in their columns."""
    listed = ", ".join(literal(str(path)) for path in paths)
    # Files of earlier loads have other columns. A folder called a=b must not become a column either.
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"


def relation(columns: Sequence[Field], paths: Sequence[Path]) -> str:
    """Name the rows of some data files with exactly these columns; those that no file has are empty but typed."""
    typed = ", ".join(f"NULL::{field.type} AS {quoted(field.name)}" for field in columns)
    names = ", ".join(quoted(field.name) for field in columns)
    # No rows, but a type for every column: a query over a column that no file has could not even be bound.
    empty = f"SELECT {typed} WHERE false"
    if not paths:
        return f"({empty})"
    return f"(SELECT {names} FROM ({empty} UNION ALL BY NAME SELECT * FROM {rows_of(paths)}))"


def content_digests(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    columns: Sequence[Field] = (),
    *,
    kind: str = "facts",
) -> dict[int, Content]:
    """Count and digest the rows of each batch in some data files of one kind.

    The digest is over rows, not bytes: a batch has the same one in whatever order, in however many files and beside
    whatever other batches its rows are. The digests of parts add up to the whole (`contents.combine`).
    """
    if not paths:
        return {}
    types = {each.name: each.type for each in columns}
    return contents.describe(con, rows_of(paths), kind, types).contents


class HasAccounts(Protocol):
    """Whatever knows the first and the last account of a data file: `Written`, or a line of the manifest."""

    @property
    def first_account(self) -> str | None: ...
    @property
    def last_account(self) -> str | None: ...


F = TypeVar("F", bound=HasAccounts)


def files_for(accounts: Collection[str], listed: Iterable[F]) -> list[F]:
    """Keep the files that can hold rows of some accounts; files whose accounts are unknown are kept too."""
    # Compared here and not in the manifest's database, whose collation may sort "a" before "B".
    return [
        each
        for each in listed
        if each.first_account is None
        or each.last_account is None
        or any(each.first_account <= account <= each.last_account for account in accounts)
    ]
