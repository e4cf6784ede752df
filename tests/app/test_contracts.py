"""This file holds what an account's contracts, people, weeks of use and group say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from keepwell.app import actions, queries
from keepwell.app.installation import Installation
from keepwell.app.queries.accounts import Decision
from keepwell.app.queries.contacts import ContactRow
from tests.app.people import acting, add
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, line, ticket, use

DAY = timedelta(days=1)
TODAY = NOON.date()


def load(installation: Installation, brought: Import) -> None:
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


def at(days_ago: int) -> datetime:
    return datetime(2026, 3, 2, 9) - days_ago * DAY


def contact(id: str, person: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": id, "account_id": "A-1", "person": person, "name": f"Name {id}", "valid_from": date(2026, 1, 1), **more}  # fmt: skip


@pytest.mark.both_databases
def test_lines_that_run_and_what_is_decided_next(installation: Installation) -> None:
    brought = Import().rows("accounts", account("A-1"))
    ends = TODAY + 100 * DAY
    brought.rows(
        "contracts",
        line("L-1", product="Core", units=10, annual_amount=1000, ends_on=ends, notice_days=60, auto_renews=True),
        line("L-2", product="Extra", annual_amount=500, ends_on=ends, notice_days=60, auto_renews=True),
        line("L-3", product="Care", annual_amount=9, ends_on=TODAY + 30 * DAY, kind="services", notice_days=1),
        line("L-4", product="Old", annual_amount=77, replaced_by="L-1", ends_on=None),
        line("L-5", product="Past", annual_amount=88, ends_on=TODAY),
        line("L-6", product="Soon", annual_amount=99, starts_on=TODAY + DAY, ends_on=None),
        line("L-7", product="Still", annual_amount=3, replaced_by="L-6", ends_on=TODAY + 300 * DAY, notice_days=400),
        line("L-8", "A-2"),
    )  # fmt: skip
    load(installation, brought)
    found = queries.contracts.of_account(VIEWER, installation, "A-1", on=TODAY)
    assert {each.id: each.state for each in found.lines} == {
        "L-1": "running", "L-2": "running", "L-3": "running", "L-7": "running", "L-6": "ahead", "L-4": "replaced", "L-5": "ended",
    }  # fmt: skip
    assert found.revenue == 1503 == queries.accounts.account(VIEWER, "A-1").revenue
    assert set(found.products) == {"Core", "Extra", "Still", "Care"}
    due = found.due
    assert due is not None
    assert (due.kind, due.on, due.lines, due.amount, due.ends_on, due.auto_renews) == ("notice", TODAY + 40 * DAY, 2, 1500, ends, True)  # fmt: skip
    assert due.on == queries.accounts.account(VIEWER, "A-1").next_notice_on
    later = queries.contracts.of_account(VIEWER, installation, "A-1", on=TODAY + 41 * DAY).due
    assert later is not None
    assert (later.kind, later.on, later.amount) == ("renewal", ends, 1500), "the notice is past"
    assert found.invoices is None


FOLLOWED = {
    # what follows L-1, which ends in 40 days with 30 days of notice: when it begins and ends, and what it is
    "the next term": ({"starts": 40, "ends": 405}, (375, 405)),
    "the next term, by the last day": ({"starts": 41, "ends": 405}, (375, 405)),
    "open-ended": ({"starts": 40, "ends": None}, (None, None)),
    "named, though it begins later": ({"starts": 60, "ends": 400, "replaced": "L-2", "product": "New"}, (370, 400)),
    "a gap": ({"starts": 42, "ends": 405}, (10, 40)),
    "more seats, half-way": ({"starts": 20, "ends": 385}, (10, 40)),
    "another product": ({"starts": 40, "ends": 405, "product": "Extra"}, (10, 40)),
    "services": ({"starts": 40, "ends": 405, "kind": "services"}, (10, 40)),
    "one day more": ({"starts": 40, "ends": 41}, (10, 40)),
    "somebody else's": ({"starts": 40, "ends": 405, "account": "A-2"}, (10, 40)),
}  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize("name", FOLLOWED)
def test_what_is_signed_already_is_not_decided_again(installation: Installation, name: str) -> None:
    said, (notice, renewal) = FOLLOWED[name]

    def on(days: int | None) -> date | None:
        return None if days is None else TODAY + days * DAY

    brought = Import().rows("accounts", account("A-1"), account("A-2"))
    brought.rows(
        "contracts",
        line("L-1", product="Core", annual_amount=1000, starts_on=TODAY - 325 * DAY, ends_on=on(40), notice_days=30, replaced_by=said.get("replaced")),
        line("L-2", said.get("account", "A-1"), product=said.get("product", "Core"), annual_amount=1300, kind=said.get("kind"),
             starts_on=on(said["starts"]), ends_on=on(said["ends"]), notice_days=30),
    )  # fmt: skip
    load(installation, brought)
    row = queries.accounts.account(VIEWER, "A-1")
    assert (row.next_notice_on, row.next_renewal_on) == (on(notice), on(renewal))
    decision = row.next_decision(TODAY, 90)  # what today, book and portfolio go by
    assert (decision and decision.on) == (None if renewal != 40 else on(notice))
    assert row.revenue == 1000, "the next line pays nothing yet"
    found = queries.contracts.of_account(VIEWER, installation, "A-1", on=TODAY)
    is_signed = renewal != 40
    assert [each.followed_by for each in found.lines if each.id == "L-1"] == ["L-2" if is_signed else None]  # fmt: skip
    if renewal is None:
        assert found.due is None
    else:
        assert found.due is not None
        assert (found.due.on, found.due.ends_on) == (on(notice), on(renewal))
        assert found.due.amount == (1300 if is_signed else 1000)


def test_terms_that_are_signed_ahead_make_a_chain_and_the_rest_is_open(
    installation: Installation,
) -> None:
    """Two terms are signed ahead, and another product is not renewed yet."""
    brought = Import().rows("accounts", account("A-1"))
    ends = [TODAY + days * DAY for days in (20, 385, 750)]
    brought.rows(
        "contracts",
        line("L-1", product="Core", annual_amount=10, ends_on=ends[0], notice_days=5),
        line("L-2", product="Core", annual_amount=20, starts_on=ends[0], ends_on=ends[1], notice_days=5),
        line("L-3", product="Core", annual_amount=30, starts_on=ends[1], ends_on=ends[2], notice_days=5),
        line("L-4", product="Extra", annual_amount=40, ends_on=TODAY + 90 * DAY, notice_days=5),
    )  # fmt: skip
    load(installation, brought)
    row = queries.accounts.account(VIEWER, "A-1")
    assert (row.next_notice_on, row.next_renewal_on) == (TODAY + 85 * DAY, TODAY + 90 * DAY)
    due = queries.contracts.of_account(VIEWER, installation, "A-1", on=TODAY).due
    assert due is not None
    assert (due.on, due.lines, due.amount) == (TODAY + 85 * DAY, 1, 40)
    later = queries.contracts.of_account(VIEWER, installation, "A-1", on=TODAY + 86 * DAY).due
    assert later is not None
    assert (later.kind, later.on, later.amount) == ("renewal", TODAY + 90 * DAY, 40), (
        "an end before the next notice"
    )
    last = queries.contracts.of_account(VIEWER, installation, "A-1", on=TODAY + 91 * DAY).due
    assert last is not None
    assert (last.ends_on, last.amount) == (ends[2], 30), "not the end of the second term"
    assert replace(row, next_notice_on=TODAY + 91 * DAY).next_decision(TODAY, 99) == Decision("renewal", TODAY + 90 * DAY)  # fmt: skip


@pytest.mark.both_databases
def test_invoices_that_are_open_and_late(installation: Installation) -> None:
    brought = Import().rows("accounts", account("A-1"))

    def invoice(id: str, issued: int, due: int | None, paid: int | None = None, **more: Any) -> dict[str, Any]:  # fmt: skip
        return {
            "id": id, "account_id": "A-1", "issued_on": TODAY + issued * DAY, "due_on": None if due is None else TODAY + due * DAY,
            "paid_on": None if paid is None else TODAY + paid * DAY, "amount": 100, **more,
        }  # fmt: skip

    brought.rows(
        "invoices", invoice("I-1", -60, -30), invoice("I-2", -5, 25), invoice("I-3", -4, 20, paid=5), invoice("I-4", -90, -60, paid=-50),
        invoice("I-5", -95, -65, paid=-70), invoice("I-6", 5, 30), invoice("I-7", -5, None),
    )  # fmt: skip
    load(installation, brought)
    found = queries.contracts.of_account(VIEWER, installation, "A-1", on=TODAY).invoices
    assert found is not None
    assert (found.open, found.open_amount, found.late, found.late_amount) == (4, 400, 1, 100)
    assert (found.late_since, found.next_due_on) == (TODAY - 30 * DAY, TODAY + 20 * DAY)
    assert found.days_late == (10, -5)


def test_seats_in_use_by_product_or_of_the_only_line(installation: Installation) -> None:
    brought = Import().rows("accounts", account("A-1"), account("A-2"), account("A-3"))
    brought.rows(
        "contracts", line("L-1", product="Core", units=10), line("L-2", product="Extra", units=5),
        line("L-3", "A-2", product="Core", units=3), line("L-4", "A-3", product="Core", units=3), line("L-5", "A-3", product="Extra", units=3),
    )  # fmt: skip
    brought.rows(
        "usage",
        use("u1", user="mia", product="Core"), use("u2", user="jo", product="Core"), use("u3", user="jo", product="Core"),
        use("u4", user="ned", product="Core", at=at(60)),
        use("u5", "A-2", user="eve"), use("u6", "A-2", user="kit"), use("u7", "A-3", user="lee"),
    )  # fmt: skip
    load(installation, brought)

    def used(account_id: str) -> dict[str, int | None]:
        found = queries.contracts.of_account(VIEWER, installation, account_id, on=TODAY)
        return {each.id: each.used for each in found.running}

    assert used("A-1") == {"L-1": 2, "L-2": None}
    assert used("A-2") == {"L-3": 2}
    assert used("A-3") == {"L-4": None, "L-5": None}, "nobody can say of which"
    assert queries.contracts.seats(VIEWER, installation, "A-1", on=TODAY) == 15


@pytest.mark.both_databases
def test_people_in_the_order_of_their_part_and_who_was_reached(installation: Installation) -> None:
    brought = Import().rows("accounts", account("A-1"), account("A-2"))
    brought.rows(
        "contacts", contact("C-1", "mia"), contact("C-2", "jo", is_decision_maker=True), contact("C-3", "ned", is_champion=True),
        contact("C-4", "eve", is_sponsor=True, left_on=TODAY - DAY), contact("C-5", "kit", is_sponsor=True),
        contact("C-6", "bob"), contact("C-6", "bob", account_id="A-2", valid_from=date(2026, 2, 1)),
        contact("C-7", "lee", valid_from=TODAY + DAY), contact("C-8", "mo", valid_from=date(2025, 5, 5), role="Old"),
        contact("C-8", "mo", valid_from=date(2026, 2, 2), role="New", name="Mo Now"),
    )  # fmt: skip
    brought.rows("surveys", {"id": "S-1", "account_id": "A-1", "at": at(3), "kind": "nps", "respondent": "jo"}, {"id": "S-2", "account_id": "A-1", "at": at(91), "kind": "nps", "respondent": "ned", "score": 9})  # fmt: skip
    brought.rows("tickets", ticket("T-1", at=at(4), requester="mia"))
    brought.rows("usage", use("u1", user="mia", at=at(2)), use("u2", user="jo", at=at(50)))
    brought.rows("meetings", {"id": "M-1", "account_id": "A-1", "at": at(6), "status": "held", "attended_by": "C-5, C-99"})  # fmt: skip
    load(installation, brought)
    found = queries.contacts.of_account(VIEWER, installation, "A-1", on=TODAY)
    assert [each.id for each in found] == ["C-5", "C-3", "C-2", "C-8", "C-1", "C-4"]
    by_id: dict[str, ContactRow] = {each.id: each for each in found}
    kit, ned, jo, mo, mia, eve = by_id["C-5"], by_id["C-3"], by_id["C-2"], by_id["C-8"], by_id["C-1"], by_id["C-4"]  # fmt: skip
    assert (kit.last_contact_on, kit.is_unreached) == (TODAY - 6 * DAY, False)
    assert (ned.last_reply_on, ned.is_unreached, ned.parts) == (TODAY - 91 * DAY, True, ("champion",))  # fmt: skip
    assert (jo.asked_on, jo.last_reply_on, jo.uses) == (TODAY - 3 * DAY, None, False)
    assert (mia.last_reply_on, mia.uses, mia.last_use_on) == (TODAY - 4 * DAY, True, TODAY - 2 * DAY)  # fmt: skip
    assert (mo.name, mo.role, mo.since) == ("Mo Now", "New", date(2025, 5, 5))
    assert (eve.left_on, eve.has_left, eve.is_unreached) == (TODAY - DAY, True, False)
    assert [each.id for each in queries.contacts.of_account(VIEWER, installation, "A-2", on=TODAY)] == ["C-6"]  # fmt: skip
    waits = actions.touchpoints.log(installation=installation, account_id="A-1", kind="call", people=["C-3"], id="m1", by=ANA, at=NOON)  # fmt: skip
    assert waits.load is None
    again = {each.id: each for each in queries.contacts.of_account(VIEWER, installation, "A-1", on=TODAY)}  # fmt: skip
    assert (again["C-3"].last_contact_on, again["C-3"].is_unreached) == (TODAY, False)


def test_weeks_of_use_end_with_the_newest_day(installation: Installation) -> None:
    brought = Import().rows("accounts", account("A-1"), account("A-2"))
    brought.rows("features", {"feature": "export", "valid_from": date(2026, 1, 1), "is_key": True})
    brought.rows(
        "usage", use("u1", user="mia", at=at(3)), use("u2", user="mia", at=at(4)), use("u3", user="jo", at=at(9), feature="import"),
        use("u4", user="jo", at=at(10), feature="import"), use("u5", user="ned", at=at(31), feature="old"), use("u6", "A-2", at=at(3)),
    )  # fmt: skip
    load(installation, brought)
    found = queries.usage.weeks(VIEWER, installation, "A-1", TODAY, count=5)
    newest = TODAY - 3 * DAY
    assert found.newest_on == newest
    assert found.weeks == (
        (newest - 28 * DAY, 1, 1), (newest - 21 * DAY, 0, 0), (newest - 14 * DAY, 0, 0), (newest - 7 * DAY, 1, 1), (newest, 2, 3),
    )  # fmt: skip
    assert [(each.feature, each.events, each.people, each.is_key) for each in found.features] == [("export", 2, 1, True), ("import", 2, 1, False)]  # fmt: skip
    assert sorted(found.days_by_person.values()) == [2, 2]


@pytest.mark.both_databases
def test_a_group_shows_what_may_be_seen_and_counts_the_rest(installation: Installation) -> None:
    brought = Import(since=date(2025, 1, 1))
    brought.rows(
        "accounts", account("A-1", owner="Dora Elm"), account("A-2", parent_id="A-1", owner="Cleo Park"),
        account("A-3", parent_id="A-1", owner="Dora Elm"), account("A-4", parent_id="A-1", owner="Cleo Park"),
        account("A-5", parent_id="A-2"), account("A-6"),
    )  # fmt: skip
    brought.rows("contracts", *(line(f"L-{n}", f"A-{n}", annual_amount=n * 100) for n in range(1, 7)))  # fmt: skip
    brought.rows("usage", *(use(f"u{n}", "A-4") for n in range(4)))
    load(installation, brought)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    actions.scores.run(installation=installation, as_of=TODAY, by=ANA, at=NOON)
    run = queries.runs.newest(VIEWER)
    whole = queries.groups.of_account(VIEWER, "A-1", run, on=TODAY)
    assert whole.parent is None
    assert [each.account.account_id for each in whole.children] == ["A-4", "A-3", "A-2"]
    assert [each.score and each.score.band for each in whole.children] == ["Green", "Red", "Red"]
    assert whole.others == 0
    cleo = acting(add("Cleo Park", "csm", owner="Cleo Park")).viewer
    own = queries.groups.of_account(cleo, "A-2", run, on=TODAY)
    assert own.parent is not None
    assert (own.parent.account_id, own.parent.is_visible, own.score) == ("A-1", False, None)
    dora = acting(add("Dora Elm", "csm", owner="Dora Elm")).viewer
    above = queries.groups.of_account(dora, "A-1", run, on=TODAY)
    assert len(above.children) + above.others == 3
    assert queries.groups.of_account(VIEWER, "A-6", run).is_empty
    assert Decimal(100) == queries.accounts.account(VIEWER, "A-1").revenue
