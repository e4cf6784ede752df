"""This file tests data files: digests of their rows, their range of accounts, their footers, and that merging keeps all three."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet
import pytest

from keepwell.facts import compaction, contents, datafiles, duckdb_session, rollup
from keepwell.facts.atomic_files import Disk
from keepwell.facts.contents import Content, Footer
from keepwell.facts.datafiles import Field, Written
from keepwell.facts.schema import TABLES
from keepwell.facts.verified import VerifiedFiles

DISK = Disk()
TICKETS = datafiles.fields(TABLES["tickets"])
USAGE = datafiles.fields(TABLES["usage"])
USAGE_FOOTER = Footer("usage", "facts", {})


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb_session.connect(None)


def ticket(id: str = "'T-1'", batch: int = 1, **cells: str) -> str:
    """Write a row of tickets in SQL, with the types of the table."""
    given = {"id": id, "account_id": "'A-1'", "at": "TIMESTAMP '2026-03-01 10:00'", "on": "DATE '2026-03-01'",
             "batch": str(batch), "feed": "'desk'"} | cells  # fmt: skip
    types = {field.name: field.type for field in TICKETS}
    columns = (
        f'CAST({code} AS {types.get(name, "VARCHAR")}) AS "{name}"' for name, code in given.items()
    )
    return f"SELECT {', '.join(columns)}"


def write(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    *rows: str,
    table: str = "tickets",
    kind: str = "facts",
    batch: int = 1,
) -> Written:
    query = " UNION ALL BY NAME ".join(rows)
    return datafiles.write(con, query, path, DISK, footer=Footer(table, kind, {}), batch=batch)


def usage(
    con: duckdb.DuckDBPyConnection, path: Path, batch: int, rows: int, accounts: int = 50
) -> Written:
    """Write made-up usage as a load does: sorted, without the columns that nothing fills."""
    query = f"""SELECT '{batch}-' || i AS id, 'A-' || lpad((hash(i) % {accounts})::VARCHAR, 4, '0') AS account_id,
        TIMESTAMP '2026-03-01' + to_hours((i % 600)::INTEGER) AS "at", (i % 7)::VARCHAR AS "user",
        (i % 5)::DECIMAL(18,6) AS quantity, "at"::DATE AS "on", {batch}::BIGINT AS batch
        FROM range({rows}) AS numbers(i) ORDER BY account_id, "on" """  # fmt: skip
    return write(con, path, query, table="usage", batch=batch)


def digest(con: duckdb.DuckDBPyConnection, tmp_path: Path, *rows: str) -> str:
    return write(con, tmp_path / f"{uuid.uuid4().hex}.parquet", *rows).content_digest


def read(
    con: duckdb.DuckDBPyConnection, paths: Sequence[Path], fields: Sequence[Field]
) -> list[tuple[object, ...]]:
    return con.execute(f"SELECT * FROM {datafiles.relation(fields, paths)} ORDER BY ALL").fetchall()


def test_the_order_of_rows_and_of_columns_plays_no_part_in_a_digest(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    one, other = ticket("'T-1'", priority="'high'"), ticket("'T-2'", requester="'p-1'")
    turned = f"SELECT * FROM (SELECT feed, batch, * EXCLUDE (feed, batch) FROM ({one}))"
    assert digest(con, tmp_path, one, other) == digest(con, tmp_path, other, turned)


def test_digests_of_parts_add_up_to_that_of_the_whole(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = [ticket(f"'T-{n}'") for n in range(5)]
    parts = [write(con, tmp_path / f"{n}.parquet", row) for n, row in enumerate(rows)]
    whole = write(con, tmp_path / "whole.parquet", *rows)
    assert contents.combine(part.content_digest for part in parts) == whole.content_digest
    assert whole.contents == {1: Content(5, whole.content_digest)}
    assert datafiles.content_digests(con, [part.path for part in parts], TICKETS) == whole.contents


def test_the_same_row_twice_is_not_the_same_as_once_or_not_at_all(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    found = {digest(con, tmp_path, *[ticket()] * times) for times in (1, 2, 3)}
    assert len(found | {contents.combine([])}) == 4


@pytest.mark.parametrize(
    ("cell", "changed"),
    [
        ({"priority": "NULL"}, {"priority": "''"}),
        ({"subject": "'0'"}, {"subject": "'-0'"}),
        ({"subject": "'a'"}, {"subject": "'a '"}),
        ({"satisfaction": "0"}, {"satisfaction": "NULL"}),
        ({"satisfaction": "0"}, {"satisfaction": "0.000001"}),
        ({"satisfaction": "4"}, {"satisfaction": "-4"}),
        ({"is_escalated": "false"}, {"is_escalated": "NULL"}),
        ({"is_escalated": "false"}, {"is_escalated": "true"}),
        ({"on": "DATE '2026-03-01'"}, {"on": "DATE '2026-03-02'"}),
        ({"resolved_at": "TIMESTAMP '2026-03-01 00:00'"}, {"resolved_at": "TIMESTAMP '2026-03-01 00:00:00.000001'"}),
        ({"priority": "'a'", "requester": "'b'"}, {"priority": "'b'", "requester": "'a'"}),
        ({"priority": "'a'", "requester": "NULL"}, {"priority": "NULL", "requester": "'a'"}),
        ({"priority": "'a'", "requester": "'a'"}, {"priority": "'b'", "requester": "'b'"}),
    ],
)  # fmt: skip
def test_any_cell_that_changes_changes_the_digest(
    cell: dict[str, str], changed: dict[str, str], con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert digest(con, tmp_path, ticket(**cell)) != digest(con, tmp_path, ticket(**changed))


def test_values_that_trade_rows_change_the_digest(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    def pair(one: str, other: str) -> str:
        return digest(con, tmp_path, ticket("'T-1'", priority=one), ticket("'T-2'", priority=other))

    assert pair("'low'", "'high'") != pair("'high'", "'low'")


def test_a_column_that_no_row_fills_counts_as_if_it_were_not_there(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert digest(con, tmp_path, ticket()) == digest(
        con, tmp_path, ticket(priority="NULL", a_later_one="NULL")
    )


def test_the_digest_is_the_same_in_every_version_of_duckdb_that_may_be_installed(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Manifests keep digests: where this fails, a DuckDB has changed its `hash()`, and a digest of our own is needed."""
    row = ticket(
        subject="'a text of more than twelve bytes'", satisfaction="4.5", is_escalated="true"
    )
    assert digest(con, tmp_path, row) == "5cd64292af2bd13989f22402931ffb43"


def test_a_file_knows_its_first_and_last_account_and_day(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    days = [ticket("'1'", account_id="'b'"), ticket("'2'", account_id="'Z'", on="DATE '2026-02-01'"), ticket("'3'", account_id="'é'")]  # fmt: skip
    written = write(con, tmp_path / "x.parquet", *days)
    assert (written.first_account, written.last_account) == ("Z", "é")
    assert (written.first_on, written.last_on) == (date(2026, 2, 1), date(2026, 3, 1))
    gone = write(con, tmp_path / "gone.parquet", "SELECT 'T-1' AS id, 3 AS batch, 7 AS superseded_by", kind="superseded", batch=7)  # fmt: skip
    assert (gone.first_account, gone.last_account, gone.first_on) == (None, None, None)


def test_result_files_know_their_accounts_and_no_batches(tmp_path: Path) -> None:
    packing = datafiles.Packing(pa.schema([("account_id", pa.string()), ("points", pa.float64())]))
    for accounts in (["A-2", "A-9"], [], ["A-1", "A-3"]):
        packing.add(pa.table({"account_id": pa.array(accounts, pa.string()), "points": pa.array([1.0] * len(accounts), pa.float64())}))  # fmt: skip
    written = packing.write(tmp_path / "r.parquet", DISK, footer=Footer("r-1", "results", {}))
    assert (written.rows, written.first_account, written.last_account) == (4, "A-1", "A-9")
    assert contents.read_footer(written.path) == Footer("r-1", "results", {})


def test_the_footer_says_what_the_manifest_says(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    written = usage(con, tmp_path / "u.parquet", 12, 1_000)
    assert contents.read_footer(written.path) == Footer("usage", "facts", dict(written.contents))
    assert written.contents == datafiles.content_digests(con, [written.path])
    assert written.rows == 1_000
    assert not VerifiedFiles().damage(written.path, written.bytes, written.sha256)


def test_a_file_without_our_footer_says_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    con.execute(f"COPY (SELECT 1 AS one) TO '{tmp_path}/old.parquet'")
    assert contents.read_footer(tmp_path / "old.parquet") is None


def test_a_load_cannot_write_rows_of_another_batch(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError, match="rows of another batch"):
        write(con, tmp_path / "x.parquet", ticket(batch=2), batch=1)
    assert not (tmp_path / "x.parquet").exists()


def test_one_account_is_looked_for_only_in_files_and_row_groups_that_can_hold_it(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    low = write(con, tmp_path / "low.parquet", ticket(account_id="'A'"), ticket(account_id="'C'"))
    high = write(con, tmp_path / "high.parquet", ticket(account_id="'C'"), ticket(account_id="'a'"))
    empty = write(con, tmp_path / "none.parquet", ticket(account_id="NULL"))
    listed = [low, high, empty]
    assert datafiles.files_for(["B"], listed) == [low, empty]
    assert datafiles.files_for(["C"], listed) == listed
    assert datafiles.files_for(["Z", "0"], listed) == [high, empty]
    assert datafiles.files_for([], listed) == [empty]
    large = usage(con, tmp_path / "large.parquet", 1, 500_000)
    groups = pyarrow.parquet.ParquetFile(large.path).metadata
    place = next(
        n for n in range(groups.num_columns) if groups.schema.column(n).name == "account_id"
    )
    ranges = [groups.row_group(n).column(place).statistics for n in range(groups.num_row_groups)]
    assert len(ranges) >= 4
    assert all(one.max <= next_.min for one, next_ in itertools.pairwise(ranges))


def test_merging_keeps_rows_digests_batches_and_the_order_of_accounts(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    parts = [usage(con, tmp_path / f"{batch}.parquet", batch, 300) for batch in range(1, 9)]
    paths = [part.path for part in parts]
    merged = compaction.compact(
        con, paths, tmp_path / "m.parquet", DISK, table=TABLES["usage"], footer=USAGE_FOOTER
    )
    assert merged.contents == {batch: part.contents[batch] for batch, part in enumerate(parts, 1)}
    assert contents.read_footer(merged.path) == replace(
        USAGE_FOOTER, contents=dict(merged.contents), replaces=tuple(path.name for path in paths)
    )
    assert merged.rows == 8 * 300
    assert read(con, [merged.path], USAGE) == read(con, paths, USAGE)
    places = con.execute(
        f'SELECT account_id, "on" FROM {datafiles.rows_of([merged.path])}'
    ).fetchall()
    assert places == sorted(places)
    assert (merged.first_account, merged.last_account) == ("A-0000", "A-0049")
    assert all(path.exists() for path in paths)


def test_merging_a_merged_file_with_later_ones_changes_nothing_about_any_batch(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    first, second, third = (usage(con, tmp_path / f"{n}.parquet", n, 50) for n in (1, 2, 3))
    once = compaction.compact(con, [first.path, second.path], tmp_path / "a", DISK, table=TABLES["usage"], footer=USAGE_FOOTER)  # fmt: skip
    twice = compaction.compact(con, [third.path, once.path], tmp_path / "b", DISK, table=TABLES["usage"], footer=USAGE_FOOTER)  # fmt: skip
    assert twice.contents == {**first.contents, **second.contents, **third.contents}


def test_merging_keeps_every_column_that_any_file_has_and_gives_it_the_tables_type(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    old = write(con, tmp_path / "old.parquet", ticket("'T-1'"))
    new = write(
        con,
        tmp_path / "new.parquet",
        ticket("'T-2'", batch=2, nps="'9'", satisfaction="3"),
        batch=2,
    )
    merged = compaction.compact(
        con,
        [old.path, new.path],
        tmp_path / "m",
        DISK,
        table=TABLES["tickets"],
        footer=Footer("tickets", "facts", {}),
    )
    found = con.execute(f"DESCRIBE FROM {datafiles.rows_of([merged.path])}").fetchall()
    types = {name: type for name, type, *_ in found}
    assert types["nps"] == "VARCHAR"
    assert {
        field.name: field.type for field in TICKETS if field.name in types
    }.items() <= types.items()
    rows = con.execute(
        f"SELECT id, nps, satisfaction FROM {datafiles.rows_of([merged.path])} ORDER BY id"
    )
    assert rows.fetchall() == [("T-1", None, None), ("T-2", "9", 3)]


def test_the_roll_up_and_the_lists_of_superseded_rows_merge_alike(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    facts = [usage(con, tmp_path / f"{batch}.parquet", batch, 200) for batch in (1, 2)]
    con.execute(
        f"CREATE VIEW all_usage AS FROM {datafiles.relation(USAGE, [each.path for each in facts])}"
    )
    rolled = [
        write(con, tmp_path / f"r{batch}.parquet", rollup.increment(f"(FROM all_usage WHERE batch = {batch})", None, batch),
              table="usage", kind="rolled", batch=batch)
        for batch in (1, 2)
    ]  # fmt: skip
    merged = compaction.compact(con, [each.path for each in rolled], tmp_path / "r", DISK, table=TABLES["usage"], footer=Footer("usage", "rolled", {}))  # fmt: skip
    assert merged.contents == {**rolled[0].contents, **rolled[1].contents}
    gone = [
        write(con, tmp_path / f"s{old}-{by}.parquet", f"SELECT id, batch, {by}::BIGINT AS superseded_by FROM all_usage WHERE batch = {old}",
              table="usage", kind="superseded", batch=by)
        for old, by in ((1, 2), (2, 5), (1, 5))
    ]  # fmt: skip
    merged = compaction.compact(con, [each.path for each in gone], tmp_path / "s", DISK, table=TABLES["usage"], footer=Footer("usage", "superseded", {}))  # fmt: skip
    fifth = contents.combine([gone[1].content_digest, gone[2].content_digest])
    assert merged.contents == {2: gone[0].contents[2], 5: Content(400, fifth)}


def test_a_merge_that_would_lose_change_or_double_a_row_is_rejected_and_leaves_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [usage(con, tmp_path / f"{batch}.parquet", batch, 40).path for batch in (1, 2, 3)]
    copy = datafiles.copy
    broken_copies = (
        "SELECT * FROM ({query}) WHERE id <> '2-7'",
        "FROM ({query}) UNION ALL (FROM ({query}) WHERE id = '2-7')",
        "SELECT * REPLACE (CASE WHEN id = '2-7' THEN quantity + 1 ELSE quantity END AS quantity) FROM ({query})",
        'SELECT * REPLACE (CASE WHEN batch = 2 THEN NULL ELSE "user" END AS "user") FROM ({query})',
        'SELECT * EXCLUDE ("user") FROM ({query}) WHERE batch <> 2',
    )
    for place, broken in enumerate(broken_copies):
        monkeypatch.setattr(
            datafiles, "copy",
            lambda con, query, path, footer, broken=broken: copy(con, broken.format(query=query), path, footer),
        )  # fmt: skip
        with pytest.raises(compaction.RowsChanged, match="changed the rows of batch .*2"):
            compaction.compact(
                con,
                paths,
                tmp_path / "m" / f"{place}.parquet",
                DISK,
                table=TABLES["usage"],
                footer=USAGE_FOOTER,
            )
        assert not list((tmp_path / "m").iterdir())


def test_a_name_is_never_used_twice(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """DuckDB caches what it reads by file name, and would read the old file in the new one's place."""
    write(con, tmp_path / "one.parquet", ticket())
    with pytest.raises(AssertionError, match="already exists"):
        write(con, tmp_path / "one.parquet", ticket())
