"""This file holds what an import promises: all or nothing, every rejected row listed, strict where it is asked for."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from keepwell.app.actions import imports
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.people import Person
from keepwell.app.queries import accounts, facts, loads, snapshots
from keepwell.facts import duckdb_session, mapping, readers, row_changes
from tests.cast import ANA, NOON, VIEWER

MAPPING = """\
sources:
  - file: accounts.csv
    table: accounts
    feed: {name: crm, covers: all, since: 2025-01-01, expected_every: 7 days}
    fields: {account_id: id, name: company, valid_from: from}
  - file: usage.csv
    table: usage
    feed: {name: product, covers: all, since: 2025-01-01, expected_every: 7 days}
    fields: {id: id, account_id: account, at: at, user: user}
"""
ACCOUNTS = "id,company,from\nA-1,Harbour Books,2026-01-01\nA-2,Kiln,2026-01-01\n"
USAGE = "id,account,at,user\nu1,A-1,2026-03-01,mia\nu2,A-2,2026-03-01,jo\n"


@pytest.fixture
def exports(installation: Installation) -> Path:
    """A folder with two clean exports and the workspace's mapping for them."""
    folder = installation.folder / "exports"
    folder.mkdir()
    installation.mapping.write_text(MAPPING, encoding="utf-8")
    (folder / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (folder / "usage.csv").write_text(USAGE, encoding="utf-8")
    return folder


def run(installation: Installation, folder: Path, **more: object) -> imports.Summary:
    return imports.run(installation=installation, paths=folder, by=ANA, at=NOON, **more)  # type: ignore[arg-type]


def is_untouched(installation: Installation) -> bool:
    return (
        not loads.history(VIEWER)
        and not Person.objects.count()
        and not list(installation.data.rglob("*.parquet"))
    )


@pytest.mark.both_databases
def test_a_folder_lands_as_one_batch(installation: Installation, exports: Path) -> None:
    summary = run(installation, exports)
    assert (
        summary.batch,
        summary.received,
        summary.accepted,
        summary.rejected,
        summary.rejects,
    ) == (1, 4, 4, 0, None)
    assert [account.name for account in accounts.everyone(VIEWER)] == ["Harbour Books", "Kiln"]
    assert [feed.name for feed in facts.feeds(VIEWER, 1)] == ["crm", "product"]


@pytest.mark.both_databases
def test_the_same_folder_again_changes_nothing(installation: Installation, exports: Path) -> None:
    run(installation, exports)
    again = run(installation, exports)
    assert (again.batch, again.accepted, again.repeated) == (None, 0, 4)
    assert len(loads.history(VIEWER)) == 1


def test_accounts_loaded_before_are_known(installation: Installation, exports: Path) -> None:
    run(installation, exports)
    (exports / "accounts.csv").write_text(
        "id,company,from\nA-3,Mill,2026-01-01\n", encoding="utf-8"
    )
    (exports / "usage.csv").write_text(
        USAGE + "u3,A-3,2026-03-01,mia\nu4,A-9,2026-03-01,mia\n", encoding="utf-8"
    )
    usage = run(installation, exports).counts[1]
    assert (usage.accepted, usage.repeated, usage.rejected_by_reason) == (
        1,
        2,
        {"unknown_account": 1},
    )


TWO_PRODUCTS = """\
sources:
  - file: accounts.csv
    table: accounts
    feed: {name: crm, covers: all, since: 2025-01-01, expected_every: 7 days}
    fields: {account_id: id, valid_from: from}
  - file: usage.csv
    table: usage
    feed: {name: product, covers: all, since: 2025-01-01, expected_every: 7 days, lag: 2 days}
    fields: {id: id, account_id: account, at: at, user: user, feature: {constant: export}, product: {constant: Core}}
  - file: plus.csv
    table: usage
    feed: {name: plus, covers: all, since: 2025-01-01, expected_every: 7 days}
    fields: {id: id, account_id: account, at: at, feature: {constant: export}}
"""


def test_what_one_file_says_in_every_row_another_may_say_otherwise(
    installation: Installation, exports: Path
) -> None:
    installation.mapping.write_text(TWO_PRODUCTS, encoding="utf-8")
    (exports / "plus.csv").write_text("id,account,at\np1,A-1,2026-02-01\n", encoding="utf-8")
    run(installation, exports)
    assert existing(installation, 'id, "user", feature, product, feed, known_on - "on"') == [
        ("p1", None, "export", None, "plus", 29),
        ("u1", "u2", "export", "Core", "product", 1),
        ("u2", "u1", "export", "Core", "product", 1),
    ]
    assert existing(installation, "feature, product, feed", "rolled") == [
        ("export", "Core", "product"),
        ("export", "Core", "product"),
        ("export", None, "plus"),
    ]


def existing(
    installation: Installation, columns: str, kind: str = "facts"
) -> list[tuple[Any, ...]]:
    """Read what the segments of usage hold."""
    files = [
        str(path) for path in (installation.data / "datafiles/usage").glob(f"{kind}-*.parquet")
    ]
    con = duckdb_session.connect(installation.tmp)
    return con.execute(
        f"SELECT {columns} FROM read_parquet(?, union_by_name = true) ORDER BY ALL", [files]
    ).fetchall()


def test_columns_that_nobody_fills_are_not_written_and_read_as_empty(
    installation: Installation, exports: Path
) -> None:
    run(installation, exports)
    paths = [
        installation.data / path
        for path in DataFile.objects.filter(table="usage").values_list("path", flat=True)
    ]
    assert not {"product", "contract_id"} & {
        name for path in paths for name in pyarrow.parquet.read_schema(path).names
    }
    with snapshots.take(VIEWER, installation) as snapshot:
        rows = row_changes.current(snapshot.tables["usage"], snapshot.existing("usage"))
    found = (
        duckdb_session.connect(None)
        .execute(f"SELECT id, product, contract_id FROM {rows} ORDER BY 1")
        .fetchall()
    )
    assert found == [("u1", None, None), ("u2", None, None)]


def test_rates_loaded_before_convert(installation: Installation, exports: Path) -> None:
    rates, lines = exports / "rates.csv", exports / "lines.csv"
    installation.mapping.write_text(
        MAPPING
        + "  - file: rates.csv\n    table: rates\n    feed: bank\n    fields: {id: id, from_on: day, currency: code, rate: rate}\n",
        encoding="utf-8",
    )
    rates.write_text("id,day,code,rate\nr1,2025-12-01,USD,0.5\n", encoding="utf-8")
    run(installation, exports)
    other = installation.folder / "billing.yaml"
    other.write_text(
        "sources:\n  - file: lines.csv\n    table: contracts\n    feed: billing\n"
        "    fields: {id: id, account_id: account, starts_on: start, annual_amount: {column: price, money: USD}}\n",
        encoding="utf-8",
    )
    lines.write_text("id,account,start,price\nL-1,A-1,2026-01-01,900\n", encoding="utf-8")
    run(installation, exports, mapping_file=other)
    assert accounts.find(VIEWER, "A-1").revenue == 450


def test_refused_rows_are_listed_with_file_and_line(
    installation: Installation, exports: Path
) -> None:
    (exports / "usage.csv").write_text(
        USAGE + "u3,A-1,soon,mia\nu1,A-2,2026-03-01,jo\n", encoding="utf-8"
    )
    summary = run(installation, exports)
    assert summary.rejects is not None
    listed = list(csv.DictReader(summary.rejects.read_text(encoding="utf-8").splitlines()))
    assert [(row["file"], row["line"], row["reason"], row["found"]) for row in listed] == [
        ("usage.csv", "4", "not_a_date", "soon"),
        ("usage.csv", "5", "conflicting_id", "u1"),
    ]
    assert loads.history(VIEWER)[0].rejects == str(summary.rejects.relative_to(installation.data))


def test_strict_stops_at_a_refused_row(installation: Installation, exports: Path) -> None:
    (exports / "usage.csv").write_text(USAGE + "u3,A-1,soon,mia\n", encoding="utf-8")
    with pytest.raises(
        imports.NotClean, match="1 rows rejected and 0 warnings; with --strict nothing was changed"
    ) as raised:
        run(installation, exports, strict=True)
    assert raised.value.summary.rejected == 1
    assert is_untouched(installation)


def test_strict_stops_at_a_warning(installation: Installation, exports: Path) -> None:
    (exports / "usage.csv").write_text(USAGE + "u3,A-1,2026-04-01,mia\n", encoding="utf-8")
    with pytest.raises(imports.NotClean) as raised:
        run(installation, exports, strict=True)
    assert raised.value.summary.warnings
    assert is_untouched(installation)
    assert run(installation, exports).accepted == 5


def test_a_clean_import_passes_strict(installation: Installation, exports: Path) -> None:
    assert run(installation, exports, strict=True).batch == 1


def test_an_import_of_which_nothing_can_be_used_changes_nothing(
    installation: Installation, exports: Path
) -> None:
    for file in exports.iterdir():
        file.write_text(file.read_text().replace("2026-0", "soon"), encoding="utf-8")
    with pytest.raises(imports.NothingAccepted, match="None of the 4 rows could be used"):
        run(installation, exports)
    assert is_untouched(installation)


def test_a_faulty_mapping_changes_nothing(installation: Installation, exports: Path) -> None:
    installation.mapping.write_text(
        MAPPING.replace("table: usage", "table: usages"), encoding="utf-8"
    )
    with pytest.raises(mapping.InvalidMapping, match="Did you mean `usage`"):
        run(installation, exports)
    assert is_untouched(installation)


def test_a_missing_mapping_is_told(installation: Installation, exports: Path) -> None:
    installation.mapping.unlink()
    with pytest.raises(mapping.InvalidMapping, match="there is no mapping here"):
        run(installation, exports)


def test_an_unreadable_file_changes_nothing(installation: Installation, exports: Path) -> None:
    (exports / "usage.csv").write_bytes(b"id,account,at,user\nu1,A-1,2026-03-01,\x00\n")
    with pytest.raises(readers.Unreadable):
        run(installation, exports)
    assert is_untouched(installation)


def test_progress_reaches_the_end_and_never_goes_back(
    installation: Installation, exports: Path
) -> None:
    seen: list[float] = []
    run(installation, exports, progress=lambda _, done: seen.append(done))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.both_databases
def test_a_later_import_on_another_day_lets_the_feed_arrive(
    installation: Installation, exports: Path
) -> None:
    run(installation, exports)
    later = NOON + timedelta(days=3)
    summary = imports.run(installation=installation, paths=exports, by=ANA, at=later)
    assert (summary.batch, summary.accepted) == (None, 0)  # the same files are no delivery
    for file in exports.iterdir():
        file.write_bytes(file.read_bytes() + b"\n")
    summary = imports.run(installation=installation, paths=exports, by=ANA, at=later)
    assert (summary.batch, summary.accepted) == (2, 0)
    assert {feed.name: feed.deliveries[-1] for feed in facts.feeds(VIEWER, 2)}["crm"] == (
        NOON + timedelta(days=3)
    ).date()
