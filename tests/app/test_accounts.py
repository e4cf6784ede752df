"""This file holds what the projection of current accounts promises: name, revenue, notice and renewal as of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from keepwell.app.actions import accounts as actions
from keepwell.app.actions import loads
from keepwell.app.databases import Damaged
from keepwell.app.models.accounts import Account
from keepwell.app.queries import accounts
from keepwell.app.workspace import Workspace
from tests.cast import ANA, NOON, Import, account, line


def load(workspace: Workspace, brought: Import, at: datetime = NOON) -> None:
    loads.load(brought.stage, con=brought.con, workspace=workspace, by=ANA, at=at)


def only(workspace: Workspace, *lines: dict) -> accounts.AccountRow:  # type: ignore[type-arg]
    brought = Import().rows(
        "accounts", account("A-1", owner="Ana Ruiz", segment="small", parent_id="A-0")
    )
    load(workspace, brought.rows("contracts", *lines))
    return accounts.everyone()[0]


def test_an_account_shows_its_current_state(workspace: Workspace) -> None:
    states = [
        account("A-1", valid_from=date(2026, 1, 1), name="Old", segment="small"),
        account("A-1", valid_from=date(2026, 2, 1), name="New", segment="large"),
        account("A-1", valid_from=date(2027, 1, 1), name="Later", segment="huge"),
    ]
    load(workspace, Import().rows("accounts", *states))
    row = accounts.everyone()[0]
    assert (row.name, row.segment, row.current_on) == ("New", "large", NOON.date())


def test_an_account_that_begins_later_is_known(workspace: Workspace) -> None:
    load(
        workspace,
        Import().rows("accounts", account("A-1", valid_from=date(2027, 1, 1), segment="huge")),
    )
    assert accounts.everyone()[0].segment == "huge"


def test_names_and_owners_come_from_the_personal_values(workspace: Workspace) -> None:
    row = only(workspace)
    assert (row.name, row.owner, row.parent_id) == ("Account A-1", "Ana Ruiz", "A-0")


def test_revenue_is_what_runs_and_recurs(workspace: Workspace) -> None:
    row = only(
        workspace,
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


def test_a_replaced_line_counts_until_its_replacement_runs(workspace: Workspace) -> None:
    row = only(
        workspace,
        line("L-1", annual_amount=1000, replaced_by="L-2"),
        line("L-2", annual_amount=1200, starts_on=date(2026, 2, 1)),
        line("L-3", annual_amount=100, replaced_by="L-4"),
        line("L-4", annual_amount=200, starts_on=date(2026, 6, 1)),
    )
    assert row.revenue == Decimal(1300)


@pytest.mark.parametrize(
    ("lines", "revenue"),
    [
        ([], None),
        ([line("L-1")], None),
        ([line("L-1", annual_amount=9, ends_on=date(2026, 2, 1))], 0),
    ],
)
def test_no_contract_is_not_a_revenue_of_nothing(
    workspace: Workspace, lines: list[dict], revenue: int | None
) -> None:  # type: ignore[type-arg]
    assert only(workspace, *lines).revenue == revenue


def test_notice_and_renewal_are_the_next_ones(workspace: Workspace) -> None:
    row = only(
        workspace,
        line("L-1", ends_on=date(2026, 3, 20), notice_days=30),
        line("L-2", ends_on=date(2026, 9, 1), notice_days=60),
        line("L-3", ends_on=date(2026, 8, 1)),
    )
    assert (row.next_renewal_on, row.next_notice_on) == (date(2026, 3, 20), date(2026, 7, 3))


def test_a_contract_that_lands_alone_moves_the_account(workspace: Workspace) -> None:
    only(workspace, line("L-1", annual_amount=1000))
    load(workspace, Import().rows("contracts", line("L-1", annual_amount=400)))
    assert accounts.everyone()[0].revenue == 400


def test_the_projection_can_be_rebuilt_for_a_later_day(workspace: Workspace) -> None:
    only(workspace, line("L-1", annual_amount=1000, ends_on=date(2026, 4, 1)))
    Account.objects.all().delete()
    assert (
        actions.rebuild(workspace=workspace, by=ANA, at=datetime(2026, 4, 1, 12, tzinfo=UTC)) == 1
    )
    row = accounts.everyone()[0]
    assert (row.revenue, row.name, row.current_on) == (0, "Account A-1", date(2026, 4, 1))


def test_a_line_that_somebody_wrote_over_is_not_shown(workspace: Workspace) -> None:
    only(workspace, line("L-1", annual_amount=1000))
    Account.objects.update(revenue=9000)
    with pytest.raises(Damaged, match="account A-1 is not what was written"):
        accounts.everyone()


def test_an_account_is_found_by_id_by_name_and_by_part_of_its_name(workspace: Workspace) -> None:
    load(
        workspace,
        Import().rows(
            "accounts", account("A-1", name="Harbour Books"), account("A-2", name="Kiln & Co")
        ),
    )
    assert [accounts.find(wanted).account_id for wanted in ("A-2", "harbour books", "kiln")] == [
        "A-2",
        "A-1",
        "A-2",
    ]


def test_what_is_not_found_is_answered_with_the_nearest_name(workspace: Workspace) -> None:
    load(
        workspace,
        Import().rows(
            "accounts", account("A-1", name="Harbour Books"), account("A-2", name="Harbour Shoes")
        ),
    )
    with pytest.raises(
        accounts.NoSuchAccount,
        match=r"No account is called `Habour Books`\. Did you mean `Harbour Books`\?",
    ):
        accounts.find("Habour Books")
    with pytest.raises(
        accounts.SeveralAccounts, match=r"2 accounts are called `harbour`: A-1, A-2\. Give the id\."
    ):
        accounts.find("harbour")
