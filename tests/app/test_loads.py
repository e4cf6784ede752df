"""This file holds what a load promises: new, repeated, conflicting and superseding rows, and what readers find afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from keepwell.app.actions import loads
from keepwell.app.actions.table_changes import ExtraChangedType
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.feeds import Declaration, Delivery, FeedDay
from keepwell.app.models.loads import Load
from keepwell.app.models.people import Person, PersonalValue
from keepwell.app.queries import facts, snapshots
from keepwell.facts import duckdb_session, row_changes
from keepwell.health.definition.table import Column
from tests.cast import ANA, NOON, VIEWER, Import, account, line, ticket, use

TUESDAY = datetime(2026, 3, 3, 12, tzinfo=UTC)


def load(
    installation: Installation, brought: Import, at: datetime = NOON
) -> tuple[int | None, loads.Comparison]:
    return loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=at)


def live(
    installation: Installation, table: str, columns: str = "*", order: str = "1"
) -> list[tuple[Any, ...]]:
    with snapshots.take(VIEWER, installation) as snapshot:
        rows = row_changes.current(snapshot.tables[table], snapshot.existing(table))
    return (
        duckdb_session.connect(installation.tmp)
        .execute(f"SELECT {columns} FROM {rows} ORDER BY {order}")
        .fetchall()
    )


def rolled(installation: Installation) -> list[tuple[Any, ...]]:
    paths = [
        installation.data / path
        for path in DataFile.objects.filter(kind="rolled").values_list("path", flat=True)
    ]
    query = (
        'SELECT "user", feature, "on", sum(events)::INTEGER AS n, sum(quantity) FROM read_parquet(?) GROUP BY ALL '
        "HAVING n <> 0 ORDER BY ALL"
    )
    return (
        duckdb_session.connect(installation.tmp)
        .execute(query, [[str(path) for path in paths]])
        .fetchall()
    )


def test_new_rows_land_under_the_next_batch(installation: Installation) -> None:
    batch, comparison = load(
        installation, Import().rows("accounts", account("A-1"), account("A-2"))
    )
    again, _ = load(installation, Import().rows("tickets", ticket("T-1")))
    assert (batch, again, comparison.accepted) == (1, 2, 2)
    assert live(installation, "accounts", "account_id, batch, feed, known_on") == [
        ("A-1", 1, "crm", NOON.date()),
        ("A-2", 1, "crm", NOON.date()),
    ]


@pytest.mark.both_databases
def test_the_same_rows_twice_change_nothing(installation: Installation) -> None:
    load(
        installation, Import().rows("usage", use("u1"), use("u2")).rows("accounts", account("A-1"))
    )
    before = (
        Load.objects.count(),
        DataFile.objects.count(),
        Person.objects.count(),
        AuditEntry.objects.count(),
    )
    batch, comparison = load(
        installation, Import().rows("usage", use("u1"), use("u2")).rows("accounts", account("A-1"))
    )
    assert (batch, comparison.repeated, comparison.accepted) == (None, 3, 0)
    assert before == (
        Load.objects.count(),
        DataFile.objects.count(),
        Person.objects.count(),
        AuditEntry.objects.count(),
    )


@pytest.mark.both_databases
def test_a_feed_that_brings_nothing_new_on_a_later_day_has_arrived(
    installation: Installation,
) -> None:
    load(installation, Import().rows("accounts", account("A-1")))
    batch, comparison = load(installation, Import().rows("accounts", account("A-1")), at=TUESDAY)
    assert (batch, comparison.accepted) == (2, 0)
    assert list(Delivery.objects.order_by("on").values_list("feed", "on", "batch")) == [
        ("crm", NOON.date(), 1),
        ("crm", TUESDAY.date(), 2),
    ]


def test_a_later_row_of_the_same_identity_replaces_the_earlier_one(
    installation: Installation,
) -> None:
    load(installation, Import().rows("tickets", ticket("T-1", priority="low"), ticket("T-2")))
    load(installation, Import().rows("tickets", ticket("T-1", priority="high")))
    assert live(installation, "tickets", "id, priority, batch") == [
        ("T-1", "high", 2),
        ("T-2", None, 1),
    ]


def test_a_row_replaced_twice_lives_once(installation: Installation) -> None:
    for priority in ("low", "high", "low"):
        load(installation, Import().rows("tickets", ticket("T-1", priority=priority)))
    assert live(installation, "tickets", "id, priority, batch") == [("T-1", "low", 3)]


def test_two_rows_of_one_identity_in_one_import_repeat_or_conflict(
    installation: Installation,
) -> None:
    duplicates = (
        ticket("T-1", priority="low"),
        ticket("T-1", priority="high"),
        ticket("T-1", priority="low"),
    )
    brought = Import().rows("tickets", *duplicates, rejected={"not_a_date": 2})
    _, comparison = load(installation, brought)
    count = comparison.counts[0]
    assert (count.received, count.accepted, count.repeated) == (5, 1, 1)
    assert count.rejected_by_reason == {"not_a_date": 2, "conflicting_id": 1}
    assert brought.con.execute("FROM rejected").fetchall() == [
        (
            "export.csv",
            3,
            "tickets",
            "id",
            "conflicting_id",
            "T-1",
            "what line 2 of export.csv says: one row for each id",
        )
    ]


def test_a_state_without_a_day_repeats_while_it_says_the_same(installation: Installation) -> None:
    def imported(at: datetime, segment: str) -> int | None:
        row = {"account_id": "A-1", "valid_from": at.date(), "segment": segment}
        return load(installation, Import().rows("accounts", row, dated=False), at=at)[1].accepted

    assert [imported(NOON, "small"), imported(TUESDAY, "small"), imported(TUESDAY, "large")] == [
        1,
        0,
        1,
    ]
    assert live(installation, "accounts", "valid_from, segment") == [
        (NOON.date(), "small"),
        (TUESDAY.date(), "large"),
    ]


def test_a_state_without_a_day_that_changes_twice_on_a_day_keeps_the_later_word(
    installation: Installation,
) -> None:
    for segment in ("small", "large"):
        row = {"account_id": "A-1", "valid_from": NOON.date(), "segment": segment}
        load(installation, Import().rows("accounts", row, dated=False))
    assert live(installation, "accounts", "valid_from, segment") == [(NOON.date(), "large")]


def test_usage_is_rolled_up_by_day(installation: Installation) -> None:
    load(
        installation,
        Import().rows("usage", use("u1", quantity=2), use("u2", quantity=3), use("u3", day=2)),
    )
    assert rolled(installation) == [
        ("u1", "export", date(2026, 3, 1), 2, 5),
        ("u1", "export", date(2026, 3, 2), 1, None),
    ]


def test_replaced_usage_is_taken_back_from_the_roll_up(installation: Installation) -> None:
    load(installation, Import().rows("usage", use("u1", quantity=2), use("u2", quantity=3)))
    load(installation, Import().rows("usage", use("u1", day=5, quantity=7)))
    assert rolled(installation) == [
        ("u1", "export", date(2026, 3, 1), 1, 3),
        ("u1", "export", date(2026, 3, 5), 1, 7),
    ]


def test_late_usage_touches_nothing_but_its_own_roll_up(installation: Installation) -> None:
    load(installation, Import().rows("usage", use("u1", day=2)))
    before = dict(DataFile.objects.values_list("path", "sha256"))
    load(installation, Import().rows("usage", use("u2", day=1)))
    assert before.items() <= dict(DataFile.objects.values_list("path", "sha256")).items()


@pytest.mark.both_databases
def test_persons_land_as_surrogates_one_for_each_space(installation: Installation) -> None:
    load(installation, Import(people="product").rows("usage", use("u1", user="mia@x.example")))
    load(
        installation,
        Import(people="desk").rows("tickets", ticket("T-1", requester="mia@x.example")),
    )
    load(
        installation,
        Import(people="product").rows("tickets", ticket("T-2", requester="mia@x.example")),
    )
    assert live(installation, "usage", '"user"') == [("u1",)]
    assert live(installation, "tickets", "id, requester") == [("T-1", "u2"), ("T-2", "u1")]
    assert list(Person.objects.order_by("number").values_list("number", "space", "outside_id")) == [
        (1, "product", "mia@x.example"),
        (2, "desk", "mia@x.example"),
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize("returning", [1, 60])
def test_many_persons_are_numbered_in_order_and_met_again(
    installation: Installation, returning: int
) -> None:
    """Of the few who return each is asked for; for many all are read."""
    first = [use(f"u{n}", user=f"p{n:03}") for n in range(700)]
    load(installation, Import().rows("usage", *first))
    again = [use(f"v{n}", user=f"p{n:03}") for n in range(returning)]
    load(installation, Import().rows("usage", *again, use("v-new", user="a stranger")))
    kept = dict(Person.objects.values_list("outside_id", "number"))
    assert kept == {f"p{n:03}": n + 1 for n in range(700)} | {"a stranger": 701}
    existing = dict(live(installation, "usage", 'id, "user"'))
    assert all(existing[f"v{n}"] == existing[f"u{n}"] == f"u{n + 1}" for n in range(returning))
    assert existing["v-new"] == "u701"


@pytest.mark.both_databases
def test_personal_values_are_in_the_database_and_in_no_data_file(
    installation: Installation,
) -> None:
    load(
        installation,
        Import().rows(
            "tickets", ticket("T-1", subject="Secret words", requester="mia@secret.example")
        ),
    )
    assert list(
        PersonalValue.objects.values_list("table", "fact", "column", "value", "surrogate")
    ) == [("tickets", "T-1", "subject", "Secret words", "u1")]
    content = b"".join(path.read_bytes() for path in installation.data.rglob("*.parquet"))
    assert b"ecret" not in content
    assert "subject" not in [field for (field,) in live(installation, "tickets", "unnest(['id'])")]


@pytest.mark.both_databases
def test_a_changed_personal_value_replaces_the_row(installation: Installation) -> None:
    for subject in ("Export fails", "Export fails", "Import fails"):
        load(installation, Import().rows("tickets", ticket("T-1", subject=subject)))
    assert list(PersonalValue.objects.values_list("value", flat=True)) == ["Import fails"]
    assert live(installation, "tickets", "id, batch") == [("T-1", 2)]


def test_an_amount_lands_with_the_amount_as_given(installation: Installation) -> None:
    row = line(
        "L-1", annual_amount=Decimal("92.5"), annual_amount_given=Decimal(100), currency="USD"
    )
    load(installation, Import().rows("contracts", row))
    assert live(installation, "contracts", "annual_amount, annual_amount_given, currency") == [
        (Decimal("92.5"), 100, "USD")
    ]


def test_an_extra_column_lands_and_older_rows_are_empty_in_it(installation: Installation) -> None:
    channel = Column("channel", "text", "")
    load(installation, Import().rows("accounts", account("A-1")))
    load(installation, Import().rows("accounts", account("A-2", channel="web"), extras=(channel,)))
    assert live(installation, "accounts", "account_id, channel") == [("A-1", None), ("A-2", "web")]
    assert list(ExtraColumn.objects.values_list("table", "name", "type")) == [
        ("accounts", "channel", "text")
    ]


@pytest.mark.parametrize("name", ["key", "content", "row", "stored"])
def test_an_extra_column_may_have_any_name(name: str, installation: Installation) -> None:
    extras = (Column(name, "text", ""),)
    for cell in ("a", "b"):
        rows = (ticket("T-1", **{name: cell}), ticket("T-2", **{name: "a"}))
        _, comparison = load(installation, Import().rows("tickets", *rows, extras=extras))
    assert (comparison.accepted, comparison.repeated) == (1, 1)
    found = live(installation, "tickets", f'id, "{name}", batch')
    assert found == [("T-1", "b", 2), ("T-2", "a", 1)]


def test_an_extra_column_keeps_its_type(installation: Installation) -> None:
    load(
        installation,
        Import().rows("accounts", account("A-1"), extras=(Column("rank", "text", ""),)),
    )
    with pytest.raises(
        ExtraChangedType,
        match=r"accounts\.rank: loaded as text before, the mapping now says `quantity`",
    ):
        load(
            installation,
            Import().rows("accounts", account("A-2"), extras=(Column("rank", "quantity", ""),)),
        )
    assert Load.objects.count() == 1


@pytest.mark.both_databases
def test_a_load_keeps_its_feeds_and_their_days(installation: Installation) -> None:
    load(installation, Import(feed="product").rows("usage", use("u1", day=1), use("u2", day=3)))
    load(installation, Import(feed="product").rows("tickets", ticket("T-1")))
    assert list(FeedDay.objects.order_by("on").values_list("feed", "on", "batch")) == [
        ("product", date(2026, 2, 1), 2),
        ("product", date(2026, 3, 1), 1),
        ("product", date(2026, 3, 3), 1),
    ]
    assert list(Declaration.objects.order_by("batch").values_list("batch", "tables")) == [
        (1, ["usage"]),
        (2, ["tickets", "usage"]),
    ]
    then, now = facts.feeds(VIEWER, 1)[0], facts.feeds(VIEWER, 2)[0]
    assert (then.tables, now.tables) == (("usage",), ("tickets", "usage"))
    assert (len(then.event_days), len(now.event_days)) == (2, 3)


def test_a_load_writes_one_line_of_audit(installation: Installation) -> None:
    load(installation, Import().rows("accounts", account("A-1")))
    assert list(AuditEntry.objects.values_list("by", "verb", "object")) == [
        (ANA.name, "import", "load 1")
    ]


@pytest.mark.both_databases
def test_what_looks_at_the_comparison_can_stop_the_load(installation: Installation) -> None:
    def reject(comparison: loads.Comparison) -> None:
        raise ValueError(f"{comparison.accepted} rows")

    brought = Import().rows("usage", use("u1"))
    with pytest.raises(ValueError, match="1 rows"):
        loads.load(
            brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON, look=reject
        )
    assert (
        Load.objects.count(),
        Person.objects.count(),
        list(installation.data.rglob("*.parquet")),
    ) == (0, 0, [])


def test_a_data_file_is_sorted_by_account_and_day(installation: Installation) -> None:
    uses = [use(f"u{n}", account_id=f"A-{n % 3}", day=1 + n % 5) for n in range(15)]
    load(installation, Import().rows("usage", *uses))
    path = installation.data / DataFile.objects.get(kind="facts").path
    rows = (
        duckdb_session.connect(None)
        .execute('SELECT account_id, "on" FROM read_parquet(?)', [str(path)])
        .fetchall()
    )
    assert rows == sorted(rows)
