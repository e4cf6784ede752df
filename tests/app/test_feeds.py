"""This file holds what the status of feeds and tables tells: how far they have come, and who is late."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from keepwell.app import actions
from keepwell.app.actions import imports
from keepwell.app.installation import Installation
from keepwell.app.models.feeds import Declaration
from keepwell.app.queries import feeds, loads
from keepwell.errors import IntegrityError
from tests.cast import ANA, NOON, VIEWER, Import, account, ticket, use


def load(installation: Installation, brought: Import) -> None:
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


@pytest.mark.both_databases
def test_a_feed_of_events_is_late_a_day_after_its_rhythm(installation: Installation) -> None:
    load(installation, Import(feed="product").rows("usage", use("u1", day=1), use("u2", day=2)))
    on_time, late = (feeds.status(VIEWER, installation, date(2026, 3, day))[0] for day in (9, 10))
    assert (on_time.reached_on, on_time.behind_days, on_time.is_late) == (
        date(2026, 3, 2),
        7,
        False,
    )
    assert (late.behind_days, late.is_late) == (8, True)


def test_what_is_planned_ahead_of_its_load_vouches_for_nothing(
    installation: Installation,
) -> None:
    held, planned = (
        {"id": f"m{day}", "account_id": "A-1", "at": datetime(2026, 3, day, 9), "status": status}
        for day, status in ((1, "held"), (20, "planned"))
    )
    load(installation, Import(feed="calendar").rows("meetings", held, planned))
    assert date(2026, 3, 1) <= NOON.date() < date(2026, 3, 20)
    status = feeds.status(VIEWER, installation, date(2026, 3, 25))[0]
    assert (status.reached_on, status.is_late) == (NOON.date(), True)


def test_a_feed_of_states_has_the_day_of_its_delivery_as_watermark(
    installation: Installation,
) -> None:
    load(installation, Import().rows("accounts", account("A-1")))
    status = feeds.status(VIEWER, installation, date(2026, 3, 5))[0]
    assert (status.arrived_on, status.reached_on, status.is_late) == (
        NOON.date(),
        NOON.date(),
        False,
    )


def test_a_feed_counts_its_rows_in_force(installation: Installation) -> None:
    load(installation, Import().rows("tickets", ticket("T-1"), ticket("T-2")))
    load(installation, Import().rows("tickets", ticket("T-1", priority="high")))
    load(installation, Import(feed="desk").rows("tickets", ticket("T-3")))
    counted = {
        status.name: status.tables[0].rows
        for status in feeds.status(VIEWER, installation, NOON.date())
    }
    assert counted == {"crm": 2, "desk": 1}


def test_a_declared_table_without_rows_is_named(installation: Installation) -> None:
    load(
        installation,
        Import().rows("accounts", account("A-1")).rows("tickets", rejected={"not_a_date": 3}),
    )
    status = feeds.status(VIEWER, installation, NOON.date())[0]
    assert (status.empty_tables, status.is_late) == (("tickets",), True)


@pytest.mark.both_databases
def test_tables_and_loads_are_counted(installation: Installation) -> None:
    load(installation, Import().rows("tickets", ticket("T-1"), ticket("T-2")))
    load(
        installation,
        Import().rows("tickets", ticket("T-1", priority="high"), rejected={"not_a_date": 3}),
    )
    table = loads.tables(VIEWER)[0]
    assert (table.table, table.rows, table.datafiles) == ("tickets", 2, 3)
    assert [
        (each.batch, each.received, each.accepted, each.rejected) for each in loads.history(VIEWER)
    ] == [
        (2, 4, 1, 3),
        (1, 2, 2, 0),
    ]


DECLARED = """\
sources:
  - file: usage.csv
    table: usage
    feed: {name: product, covers: all, since: 2026-01-01, expected_every: 2 days, stale_for: 3 days}
    fields: {id: id, account_id: account, at: at}
  - file: accounts.csv
    table: accounts
    feed: {name: crm, expected_every: 100 days}
    fields: {account_id: id, valid_from: from}
"""


def test_how_long_a_late_feed_counts_is_declared_stored_and_guarded(
    installation: Installation, tmp_path: Path
) -> None:
    (installation.folder / "mapping.yaml").write_text(DECLARED, encoding="utf-8")
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "accounts.csv").write_text("id,from\nA-1,2026-01-01\n", encoding="utf-8")
    (exports / "usage.csv").write_text("id,account,at\nu1,A-1,2026-03-01\n", encoding="utf-8")
    imports.run(installation=installation, paths=exports, by=ANA, at=NOON)

    def product(day: int) -> feeds.FeedStatus:
        (found,) = (
            each
            for each in feeds.status(VIEWER, installation, date(2026, 3, day))
            if each.name == "product"
        )
        return found

    assert [(product(day).is_late, product(day).has_stopped) for day in (3, 4, 6, 7)] == [
        (False, False), (True, False), (True, False), (True, True),
    ]  # fmt: skip
    Declaration.objects.filter(feed="product").update(stale_for_days=400)
    installation.manifest.forget()
    with pytest.raises(IntegrityError, match="feeds"):
        product(7)
