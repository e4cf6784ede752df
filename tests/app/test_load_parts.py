"""This file holds that rows which are too many to be sorted at once land in parts, and say what they would have said whole."""

from __future__ import annotations

import pytest

from keepwell.app import actions
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile
from keepwell.facts import duckdb_session
from tests.app.test_loads import TUESDAY, live, load
from tests.cast import Import, use


@pytest.mark.both_databases
def test_more_rows_than_are_sorted_at_once_land_in_parts_and_say_the_same(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five accounts of two rows each, at most four rows a part; then a row moves to an account of another part."""
    monkeypatch.setattr(actions.table_changes, "MOST_SORTED", 4)
    uses = [use(f"u{nth}", account_id=f"A-{nth % 5}", day=1 + nth // 5) for nth in range(10)]
    load(installation, Import().rows("usage", *uses))
    kinds = [(segment.kind, segment.rows) for segment in DataFile.objects.order_by("kind", "rows")]
    assert kinds == [
        ("facts", 2),
        ("facts", 4),
        ("facts", 4),
        ("rolled", 2),
        ("rolled", 4),
        ("rolled", 4),
    ]
    assert live(installation, "usage", "id, account_id") == [
        (f"u{nth}", f"A-{nth % 5}") for nth in range(10)
    ]
    moved = [
        use("u0", account_id="A-4"),
        *(use(f"v{nth}", account_id=f"A-{nth}") for nth in range(5)),
    ]
    load(installation, Import().rows("usage", *moved), at=TUESDAY)
    assert len(live(installation, "usage")) == 15
    paths = [
        str(installation.data / path)
        for path in DataFile.objects.filter(kind="rolled").values_list("path", flat=True)
    ]
    query = 'SELECT account_id, "on", sum(events)::INTEGER FROM read_parquet(?) GROUP BY ALL HAVING sum(events) <> 0 ORDER BY ALL'
    found = duckdb_session.connect(installation.tmp).execute(query, [paths]).fetchall()
    assert {(account, on.day): events for account, on, events in found} == {
        ("A-0", 1): 1, ("A-0", 2): 1, **{(f"A-{nth}", day): 3 - day for nth in (1, 2, 3) for day in (1, 2)}, ("A-4", 1): 3, ("A-4", 2): 1,
    }  # fmt: skip
