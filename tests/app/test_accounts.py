"""This file holds what the projection of current accounts promises: name, revenue, notice and renewal as of a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections

from keepwell.app.actions import accounts as actions
from keepwell.app.actions import loads
from keepwell.app.installation import Installation
from keepwell.app.models.accounts import Account
from keepwell.app.queries import accounts
from keepwell.errors import IntegrityError
from tests.cast import ANA, NOON, VIEWER, Import, account, line


def load(installation: Installation, brought: Import, at: datetime = NOON) -> None:
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=at)


def only(installation: Installation, *lines: dict) -> accounts.AccountRow:  # type: ignore[type-arg]
    brought = Import().rows(
        "accounts", account("A-1", owner="Ana Ruiz", segment="small", parent_id="A-0")
    )
    load(installation, brought.rows("contracts", *lines))
    return accounts.everyone(VIEWER)[0]


@pytest.mark.both_databases
def test_an_account_shows_its_current_state(installation: Installation) -> None:
    states = [
        account("A-1", valid_from=date(2026, 1, 1), name="Old", segment="small"),
        account("A-1", valid_from=date(2026, 2, 1), name="New", segment="large"),
        account("A-1", valid_from=date(2027, 1, 1), name="Later", segment="huge"),
    ]
    load(installation, Import().rows("accounts", *states))
    row = accounts.everyone(VIEWER)[0]
    assert (row.name, row.segment) == ("New", "large")
    assert accounts.current_on(VIEWER) == NOON.date()


def test_an_account_that_begins_later_is_known(installation: Installation) -> None:
    load(
        installation,
        Import().rows("accounts", account("A-1", valid_from=date(2027, 1, 1), segment="huge")),
    )
    assert accounts.everyone(VIEWER)[0].segment == "huge"


def test_names_and_owners_come_from_the_personal_values(installation: Installation) -> None:
    row = only(installation)
    assert (row.name, row.owner, row.parent_id) == ("Account A-1", "Ana Ruiz", "A-0")


def test_revenue_is_what_runs_and_recurs(installation: Installation) -> None:
    row = only(
        installation,
        line("L-1", annual_amount=1000),
        line("L-2", annual_amount=500, kind="recurring"),
        line("L-3", annual_amount=7000, kind="services"),
        line("L-4", annual_amount=7000, kind="one-off"),
        line("L-5", annual_amount=7000, kind="trial"),
        line("L-6", annual_amount=7000, ends_on=date(2026, 3, 2)),
        line("L-7", annual_amount=7000, starts_on=date(2026, 3, 3)),
        line("L-8", annual_amount=30, ends_on=None),
    )
    assert row.revenue == Decimal(1530)


def test_a_replaced_line_counts_until_its_replacement_runs(installation: Installation) -> None:
    row = only(
        installation,
        line("L-1", annual_amount=1000, replaced_by="L-2"),
        line("L-2", annual_amount=1200, starts_on=date(2026, 2, 1)),
        line("L-3", annual_amount=100, replaced_by="L-4"),
        line("L-4", annual_amount=200, starts_on=date(2026, 6, 1)),
    )
    assert row.revenue == Decimal(1300)


@pytest.mark.parametrize(
    ("lines", "revenue", "running", "unpriced", "has_ended"),
    [
        ([], None, 0, 0, False),
        ([line("L-1")], None, 1, 1, False),
        ([line("L-1", annual_amount=9), line("L-2")], 9, 2, 1, False),
        ([line("L-1", annual_amount=0)], 0, 1, 0, False),  # a free plan
        ([line("L-1", annual_amount=9, kind="trial")], None, 0, 0, False),
        ([line("L-1", annual_amount=9, kind="services")], None, 0, 0, False),
        ([line("L-1", annual_amount=9, ends_on=date(2026, 2, 1))], 0, 0, 0, True),
    ],
)
def test_no_contract_is_not_a_revenue_of_nothing(
    installation: Installation,
    lines: list[dict],
    revenue: int | None,
    running: int,
    unpriced: int,
    has_ended: bool,  # type: ignore[type-arg]
) -> None:
    row = only(installation, *lines)
    assert (row.revenue, row.running_lines, row.unpriced_lines) == (revenue, running, unpriced)
    assert row.has_ended == has_ended


def test_notice_and_renewal_are_the_next_ones(installation: Installation) -> None:
    row = only(
        installation,
        line("L-1", ends_on=date(2026, 3, 20), notice_days=30),
        line("L-2", ends_on=date(2026, 9, 1), notice_days=60),
        line("L-3", ends_on=date(2026, 8, 1)),
    )
    assert (row.next_renewal_on, row.next_notice_on) == (date(2026, 3, 20), date(2026, 7, 3))


def test_a_contract_that_lands_alone_moves_the_account(installation: Installation) -> None:
    only(installation, line("L-1", annual_amount=1000))
    load(installation, Import().rows("contracts", line("L-1", annual_amount=400)))
    assert accounts.everyone(VIEWER)[0].revenue == 400


@pytest.mark.both_databases
def test_the_projection_can_be_rebuilt_for_a_later_day(installation: Installation) -> None:
    only(installation, line("L-1", annual_amount=1000, ends_on=date(2026, 4, 1)))
    Account.objects.all().delete()
    assert (
        actions.rebuild(installation=installation, by=ANA, at=datetime(2026, 4, 1, 12, tzinfo=UTC))
        == 1
    )
    row = accounts.everyone(VIEWER)[0]
    assert (row.revenue, row.name) == (0, "Account A-1")
    assert accounts.current_on(VIEWER) == date(2026, 4, 1)


def test_a_line_that_somebody_wrote_over_is_not_shown(installation: Installation) -> None:
    only(installation, line("L-1", annual_amount=1000))
    Account.objects.update(revenue=9000)
    with pytest.raises(IntegrityError, match="account A-1 is not what was written"):
        accounts.everyone(VIEWER)


@pytest.mark.both_databases
def test_an_account_is_found_by_id_by_name_and_by_part_of_its_name(
    installation: Installation,
) -> None:
    load(
        installation,
        Import().rows(
            "accounts", account("A-1", name="Harbour Books"), account("A-2", name="Kiln & Co")
        ),
    )
    assert [
        accounts.find(VIEWER, wanted).account_id for wanted in ("A-2", "harbour books", "kiln")
    ] == [
        "A-2",
        "A-1",
        "A-2",
    ]


def test_what_is_not_found_is_answered_with_the_nearest_name(installation: Installation) -> None:
    load(
        installation,
        Import().rows(
            "accounts", account("A-1", name="Harbour Books"), account("A-2", name="Harbour Shoes")
        ),
    )
    with pytest.raises(
        accounts.NoSuchAccount,
        match=r"No account is called `Habour Books`\. Did you mean `Harbour Books`\?",
    ):
        accounts.find(VIEWER, "Habour Books")
    with pytest.raises(
        accounts.SeveralAccounts,
        match=r"2 accounts match `harbour`: A-1 \(Harbour Books\), A-2 \(Harbour Shoes\)\. Give the id\.",
    ):
        accounts.find(VIEWER, "harbour")


@pytest.mark.both_databases
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_an_import_between_two_queries_is_no_damage(installation: Installation, nth: int) -> None:
    """Whichever query it comes after, all accounts are those of one moment."""
    load(installation, Import().rows("accounts", account("A-1")))
    asked = [0]

    def import_meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        asked[0] += 1
        if asked[0] == nth:
            with ThreadPoolExecutor(1) as other:
                other.submit(import_another).result()
        return found

    def import_another() -> None:
        load(installation, Import().rows("accounts", account("A-2")), at=NOON + timedelta(days=1))
        connections.close_all()

    with connection.execute_wrapper(import_meanwhile):
        found = accounts.everyone(VIEWER)
    assert [row.account_id for row in found] in (["A-1"], ["A-1", "A-2"])
    assert asked[0] > nth
