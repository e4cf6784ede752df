"""This file holds who is said to have a seat and not to use it, and who is not said to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from keepwell.app.actions import loads
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, usage
from keepwell.app.viewers import Viewer
from tests.cast import ANA, NOON, VIEWER, Import, Row, account, use

TODAY = NOON.date()
NEWEST = date(2026, 3, 1)


def contact(id: str, person: str | None, account_id: str = "A-1", **more: Any) -> Row:
    return {
        "id": id,
        "account_id": account_id,
        "person": person,
        "name": f"{person} Holt",
        "valid_from": date(2026, 1, 1),
        **more,
    }


def used(user: str | None, days_before: int, feature: str = "export", **more: Any) -> Row:
    on = NEWEST - timedelta(days=days_before)
    return use(f"{user}{days_before}{feature}{len(more)}", **{
        "user": user, "feature": feature, "at": NOON.replace(year=on.year, month=on.month, day=on.day, tzinfo=None), **more
    })  # fmt: skip


def load(installation: Installation, brought: Import) -> None:
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


def people(installation: Installation, account_id: str = "A-1") -> dict[str, usage.UserRow]:
    """Who is there, by the id that they have outside."""
    found = usage.of_account(VIEWER, installation, account_id, TODAY)
    return {str(row.known_as): row for row in found.people}


@pytest.mark.both_databases
def test_who_used_nothing_for_28_days_up_to_the_newest_day_uses_no_seat(
    installation: Installation,
) -> None:
    brought = Import().rows("accounts", account("A-1"), account("A-2"))
    brought.rows(
        "contacts", contact("C-1", "mia", role="Buyer"), contact("C-2", "jo", role="Owner")
    )
    brought.rows(
        "usage",
        used("mia", 28, "export"),
        used("mia", 40, "import"),
        used("ned", 27),
        used("eve", 0, account_id="A-2"),
    )
    load(installation, brought)
    found = usage.of_account(VIEWER, installation, "A-1", TODAY)
    assert (found.newest_on, found.since_on, found.unmatched) == (NEWEST, date(2026, 2, 2), 0)
    rows = {row.known_as: row for row in found.people}
    assert list(rows) == ["jo", "mia", "ned"], "who never came first, then who is away longest"
    assert [row.known_as for row in found.unused] == ["jo", "mia"]
    jo, mia, ned = rows.values()
    assert (jo.name, jo.role, jo.last_on, jo.feature, jo.days) == (
        "jo Holt",
        "Owner",
        None,
        None,
        None,
    )
    assert (mia.name, mia.role, mia.last_on, mia.feature, mia.days) == (
        "mia Holt",
        "Buyer",
        date(2026, 2, 1),
        "export",
        28,
    )
    assert (ned.name, ned.role, ned.days, ned.is_unused) == (None, None, 27, False)
    assert all(row.person.startswith("u") for row in found.people)


def test_a_contact_who_has_left_has_no_seat(installation: Installation) -> None:
    brought = Import().rows("accounts", account("A-1"), account("A-2"))
    brought.rows(
        "contacts",
        contact("C-1", "mia", left_on=date(2026, 2, 20)),
        contact("C-2", "jo", left_on=TODAY),
        contact("C-3", "ned", left_on=TODAY + timedelta(days=1)),
        contact("C-4", "eve"),
        contact("C-4", "eve", account_id="A-2", valid_from=date(2026, 2, 1)),
        contact("C-5", "kit", valid_from=TODAY + timedelta(days=1)),
    )
    brought.rows("usage", used("mia", 60), used("eve", 60), used("bob", 0))
    load(installation, brought)
    assert set(people(installation)) == {"ned", "bob"}
    assert set(people(installation, "A-2")) == {"eve"}, "she moved there"


def test_contacts_under_ids_of_another_system_are_left_out_and_counted(
    installation: Installation,
) -> None:
    load(installation, Import().rows("accounts", account("A-1"), account("A-2")))
    load(installation, Import(people="crm").rows("contacts", contact("C-1", "mia@x"), contact("C-2", "jo", "A-2"), contact("C-3", None)))  # fmt: skip
    load(installation, Import(people="product", feed="product").rows("usage", used("mia", 3)))
    found = usage.of_account(VIEWER, installation, "A-1", TODAY)
    assert ([row.known_as for row in found.people], found.unmatched) == (["mia"], 1)
    # Where nobody at all has used anything, this contact has not either.
    none = usage.of_account(VIEWER, installation, "A-2", TODAY)
    assert ([row.known_as for row in none.unused], none.unmatched) == (["jo"], 0)


def test_the_newest_day_is_that_of_all_accounts_and_never_in_the_future(
    installation: Installation,
) -> None:
    brought = Import().rows("accounts", account("A-1"), account("A-2"))
    brought.rows("usage", used("mia", 40), used("eve", 0, account_id="A-2"), used("ned", -300))
    load(installation, brought)
    found = people(installation)
    assert usage.newest_days(VIEWER, TODAY) == {"crm": TODAY}, (
        "a clock that is wrong moves it no further"
    )
    assert found["mia"].is_unused
    assert "ned" not in found, "what lies in the future has not happened"


def test_a_feed_that_is_late_makes_nobody_idle(installation: Installation) -> None:
    load(installation, Import().rows("accounts", account("A-1"), account("A-2"), account("A-3")))
    load(installation, Import(feed="eu").rows("usage", used("mia", 30), used("jo", 50)))
    load(installation, Import(feed="us").rows("usage", used("eve", 0, account_id="A-2")))
    found = usage.of_account(VIEWER, installation, "A-1", TODAY)
    assert found.newest_on == NEWEST - timedelta(days=30)
    assert [row.known_as for row in found.unused] == []
    assert usage.of_account(VIEWER, installation, "A-3", TODAY).newest_on == NEWEST


def test_usage_that_was_taken_back_is_none(installation: Installation) -> None:
    load(installation, Import().rows("accounts", account("A-1")).rows("usage", use("u1", user="mia"), use("u2", user="jo")))  # fmt: skip
    load(installation, Import().rows("usage", use("u1", user="ned")))
    assert set(people(installation)) == {"jo", "ned"}


def test_without_usage_nobody_can_be_told_apart(installation: Installation) -> None:
    load(installation, Import().rows("accounts", account("A-1")))
    with pytest.raises(usage.NoUsage) as error:
        usage.of_account(VIEWER, installation, "A-1", TODAY)
    assert error.value.code == "U101"


def test_whoever_may_not_see_the_account_sees_nobody_of_it(installation: Installation) -> None:
    load(installation, Import().rows("accounts", account("A-1")).rows("usage", used("mia", 0)))
    with pytest.raises(accounts.NoSuchAccount):
        usage.of_account(Viewer("cleo"), installation, "A-1", TODAY)
