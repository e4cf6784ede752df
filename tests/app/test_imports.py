"""This file holds what an import promises: all or nothing, every rejected row listed, strict where it is asked for."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from keepwell.app.actions import imports
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.people import Person
from keepwell.app.queries import accounts, facts, loads
from keepwell.app.workspace import Workspace
from keepwell.facts import changes, duckdb_session, mapping, readers
from tests.cast import ANA, NOON

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
def exports(workspace: Workspace) -> Path:
    """A folder with two clean exports and the workspace's mapping for them."""
    folder = workspace.folder / "exports"
    folder.mkdir()
    workspace.mapping.write_text(MAPPING, encoding="utf-8")
    (folder / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (folder / "usage.csv").write_text(USAGE, encoding="utf-8")
    return folder


def run(workspace: Workspace, folder: Path, **more: object) -> imports.Summary:
    return imports.run(workspace=workspace, paths=folder, by=ANA, at=NOON, **more)  # type: ignore[arg-type]


def is_untouched(workspace: Workspace) -> bool:
    return (
        not loads.history()
        and not Person.objects.count()
        and not list(workspace.data.rglob("*.parquet"))
    )


def test_a_folder_lands_as_one_batch(workspace: Workspace, exports: Path) -> None:
    summary = run(workspace, exports)
    assert (
        summary.batch,
        summary.received,
        summary.accepted,
        summary.rejected,
        summary.rejects,
    ) == (1, 4, 4, 0, None)
    assert [account.name for account in accounts.everyone()] == ["Harbour Books", "Kiln"]
    assert [feed.name for feed in facts.feeds(1)] == ["crm", "product"]


def test_the_same_folder_again_changes_nothing(workspace: Workspace, exports: Path) -> None:
    run(workspace, exports)
    again = run(workspace, exports)
    assert (again.batch, again.accepted, again.repeated) == (None, 0, 4)
    assert len(loads.history()) == 1


def test_accounts_that_landed_before_are_known(workspace: Workspace, exports: Path) -> None:
    run(workspace, exports)
    (exports / "accounts.csv").write_text(
        "id,company,from\nA-3,Mill,2026-01-01\n", encoding="utf-8"
    )
    (exports / "usage.csv").write_text(
        USAGE + "u3,A-3,2026-03-01,mia\nu4,A-9,2026-03-01,mia\n", encoding="utf-8"
    )
    usage = run(workspace, exports).counts[1]
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
    workspace: Workspace, exports: Path
) -> None:
    workspace.mapping.write_text(TWO_PRODUCTS, encoding="utf-8")
    (exports / "plus.csv").write_text("id,account,at\np1,A-1,2026-02-01\n", encoding="utf-8")
    run(workspace, exports)
    assert existing(workspace, 'id, "user", feature, product, feed, known_on - "on"') == [
        ("p1", None, "export", None, "plus", 29),
        ("u1", "u2", "export", "Core", "product", 1),
        ("u2", "u1", "export", "Core", "product", 1),
    ]
    assert existing(workspace, "feature, product, feed", "rolled") == [
        ("export", "Core", "product"),
        ("export", "Core", "product"),
        ("export", None, "plus"),
    ]


def existing(workspace: Workspace, columns: str, kind: str = "facts") -> list[tuple[Any, ...]]:
    """Read what the segments of usage hold."""
    files = [str(path) for path in (workspace.data / "datafiles/usage").glob(f"{kind}-*.parquet")]
    con = duckdb_session.opened(workspace.tmp)
    return con.execute(
        f"SELECT {columns} FROM read_parquet(?, union_by_name = true) ORDER BY ALL", [files]
    ).fetchall()


def test_columns_that_nobody_fills_are_not_written_and_read_as_empty(
    workspace: Workspace, exports: Path
) -> None:
    run(workspace, exports)
    paths = [
        workspace.data / path
        for path in DataFile.objects.filter(table="usage").values_list("path", flat=True)
    ]
    assert not {"product", "contract_id"} & {
        name for path in paths for name in pyarrow.parquet.read_schema(path).names
    }
    rows = changes.live(facts.table("usage"), facts.existing(workspace, "usage"))
    found = (
        duckdb_session.opened(None)
        .execute(f"SELECT id, product, contract_id FROM {rows} ORDER BY 1")
        .fetchall()
    )
    assert found == [("u1", None, None), ("u2", None, None)]


def test_rates_that_landed_before_convert(workspace: Workspace, exports: Path) -> None:
    rates, lines = exports / "rates.csv", exports / "lines.csv"
    workspace.mapping.write_text(
        MAPPING
        + "  - file: rates.csv\n    table: rates\n    feed: bank\n    fields: {id: id, from_on: day, currency: code, rate: rate}\n",
        encoding="utf-8",
    )
    rates.write_text("id,day,code,rate\nr1,2025-12-01,USD,0.5\n", encoding="utf-8")
    run(workspace, exports)
    other = workspace.folder / "billing.yaml"
    other.write_text(
        "sources:\n  - file: lines.csv\n    table: contracts\n    feed: billing\n"
        "    fields: {id: id, account_id: account, starts_on: start, annual_amount: {column: price, money: USD}}\n",
        encoding="utf-8",
    )
    lines.write_text("id,account,start,price\nL-1,A-1,2026-01-01,900\n", encoding="utf-8")
    run(workspace, exports, mapping_file=other)
    assert accounts.find("A-1").revenue == 450


def test_refused_rows_are_listed_with_file_and_line(workspace: Workspace, exports: Path) -> None:
    (exports / "usage.csv").write_text(
        USAGE + "u3,A-1,soon,mia\nu1,A-2,2026-03-01,jo\n", encoding="utf-8"
    )
    summary = run(workspace, exports)
    assert summary.rejects is not None
    listed = list(csv.DictReader(summary.rejects.read_text(encoding="utf-8").splitlines()))
    assert [(row["file"], row["line"], row["reason"], row["found"]) for row in listed] == [
        ("usage.csv", "4", "not_a_date", "soon"),
        ("usage.csv", "5", "conflicting_id", "u1"),
    ]
    assert loads.history()[0].rejects == str(summary.rejects.relative_to(workspace.data))


def test_strict_stops_at_a_refused_row(workspace: Workspace, exports: Path) -> None:
    (exports / "usage.csv").write_text(USAGE + "u3,A-1,soon,mia\n", encoding="utf-8")
    with pytest.raises(
        imports.NotClean, match="1 rows rejected and 0 warnings; with --strict nothing was changed"
    ) as raised:
        run(workspace, exports, strict=True)
    assert raised.value.summary.rejected == 1
    assert is_untouched(workspace)


def test_strict_stops_at_a_doubt(workspace: Workspace, exports: Path) -> None:
    (exports / "usage.csv").write_text(USAGE + "u3,A-1,2026-04-01,mia\n", encoding="utf-8")
    with pytest.raises(imports.NotClean) as raised:
        run(workspace, exports, strict=True)
    assert raised.value.summary.warnings
    assert is_untouched(workspace)
    assert run(workspace, exports).accepted == 5


def test_a_clean_import_passes_strict(workspace: Workspace, exports: Path) -> None:
    assert run(workspace, exports, strict=True).batch == 1


def test_an_import_of_which_nothing_can_be_used_changes_nothing(
    workspace: Workspace, exports: Path
) -> None:
    for file in exports.iterdir():
        file.write_text(file.read_text().replace("2026-0", "soon"), encoding="utf-8")
    with pytest.raises(imports.NothingAccepted, match="Not one of 4 rows could be used"):
        run(workspace, exports)
    assert is_untouched(workspace)


def test_a_faulty_mapping_changes_nothing(workspace: Workspace, exports: Path) -> None:
    workspace.mapping.write_text(MAPPING.replace("table: usage", "table: usages"), encoding="utf-8")
    with pytest.raises(mapping.Faulty, match="Did you mean `usage`"):
        run(workspace, exports)
    assert is_untouched(workspace)


def test_a_missing_mapping_is_told(workspace: Workspace, exports: Path) -> None:
    workspace.mapping.unlink()
    with pytest.raises(mapping.Faulty, match="there is no such mapping"):
        run(workspace, exports)


def test_an_unreadable_file_changes_nothing(workspace: Workspace, exports: Path) -> None:
    (exports / "usage.csv").write_bytes(b"id,account,at,user\nu1,A-1,2026-03-01,\x00\n")
    with pytest.raises(readers.Unreadable):
        run(workspace, exports)
    assert is_untouched(workspace)


def test_progress_reaches_the_end_and_never_goes_back(workspace: Workspace, exports: Path) -> None:
    seen: list[float] = []
    run(workspace, exports, progress=lambda _, done: seen.append(done))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_later_import_on_another_day_lets_the_feed_arrive(
    workspace: Workspace, exports: Path
) -> None:
    run(workspace, exports)
    summary = imports.run(workspace=workspace, paths=exports, by=ANA, at=NOON + timedelta(days=3))
    assert (summary.batch, summary.accepted) == (2, 0)
    assert {feed.name: feed.deliveries[-1] for feed in facts.feeds(2)}["crm"] == (
        NOON + timedelta(days=3)
    ).date()
