"""This file holds who has which account: by import, by what was given here, by cover, and what is seen below it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection

from keepwell.app import actions, queries
from keepwell.app.actions import absences, account_tree, ownership
from keepwell.app.installation import Installation
from keepwell.app.models.accounts import Account
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.ownership import AccountTree
from keepwell.app.models.scores import CurrentScore, RunCount
from keepwell.app.queries.ownership import OwnerRow, UnmatchedRow
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError, NotAllowed, NotFound
from keepwell.health.definition.customer import Kind
from tests.app.people import DAY, acting, add, ids
from tests.cast import ANA, CARD, NOON, VIEWER, Import, account, line

pytestmark = pytest.mark.both_databases
YESTERDAY, TOMORROW = DAY - timedelta(days=1), DAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def accounts(installation: Installation) -> None:
    """Three accounts one below the other, one beside them, and one that nobody has."""
    load(
        installation,
        account("A-1", owner="Cleo Park", name="Harbour"),
        account("A-2", owner="ben@Harbour.example", name="Harbour North", parent_id="A-1"),
        account("A-3", owner="Ben  ORTIZ", name="Harbour North Pier", parent_id="A-2"),
        account("A-4", owner="Dora Elm", name="Kiln"),
        account("A-5", owner="", name="Loom"),
    )


def load(installation: Installation, *rows: dict[str, object], at: date = DAY) -> None:
    brought = Import().rows("accounts", *rows)
    when = NOON + (at - DAY)
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=when)


def assign(installation: Installation, user: int, *account_ids: str, **said: object) -> int:
    return ownership.assign(
        installation=installation, account_ids=account_ids, user_id=user, by=ANA, at=NOON, **said  # type: ignore[arg-type]
    )  # fmt: skip


def test_an_imported_address_or_name_is_its_user(installation: Installation) -> None:
    """And what is below: A-3 stands below A-2, which is Ben's by his address."""
    ben, cleo = add("Ben", "csm"), add("Cleo", "csm")
    assert (ids(ben), ids(cleo)) == (["A-2", "A-3"], [])
    actions.users.name_owner(text=" cleo PARK", user_id=cleo, by=ANA, at=NOON)
    assert ids(cleo) == ["A-1", "A-2", "A-3"], "all below it"
    actions.users.name_owner(text="Cleo Park", user_id=None, by=ANA, at=NOON)
    assert ids(cleo) == []
    dora = add("Dora", "csm", owner="Dora Elm")
    assert ids(dora) == ["A-4"]


def test_whoever_sees_an_account_does_not_see_what_is_above_it(installation: Installation) -> None:
    ben = acting(add("Ben", "csm"))
    above = queries.accounts.parent_of(ben.viewer, "A-2")
    assert above == queries.accounts.ParentRow("A-1", "Harbour", None, is_visible=False)
    assert queries.accounts.parent_of(VIEWER, "A-3") == queries.accounts.ParentRow(
        "A-2", "Harbour North", None, is_visible=True
    )
    assert queries.accounts.parent_of(VIEWER, "A-1") is None
    for asked in (queries.accounts.parent_of, queries.accounts.account):
        with pytest.raises(NotFound):
            asked(ben.viewer, "A-1")


def test_the_band_of_a_parent_is_told(installation: Installation) -> None:
    load(installation, account("A-6", parent_id="A-1", owner="Dora Elm"))
    brought = Import().rows("contracts", *(line(f"L-{n}", f"A-{n}") for n in (1, 2, 6)))
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    actions.scores.run(installation=installation, as_of=DAY, by=ANA, at=NOON)
    band = CurrentScore.objects.get(account_id="A-1").band or None
    found = queries.accounts.parent_of(acting(add("Ben", "csm")).viewer, "A-2")
    assert found is not None
    assert (found.band, found.is_visible) == (band, False)


def test_what_is_below_and_not_to_be_seen_is_counted(installation: Installation) -> None:
    load(installation, account("A-6", parent_id="A-1", owner="Dora Elm"))
    ben, dora, eve = (acting(add(name, "csm")).viewer for name in ("Ben", "Dora", "Eve"))
    rows, hidden = queries.accounts.children(VIEWER, "A-1")
    assert ([row.account_id for row in rows], hidden) == (["A-6", "A-2"], 0)
    rows, hidden = queries.accounts.children(ben, "A-1")
    assert ([row.account_id for row in rows], hidden) == (["A-2"], 1)
    assert queries.accounts.children(VIEWER, "A-4") == ((), 0)
    for viewer in (dora, eve):
        with pytest.raises(NotFound):
            queries.accounts.children(viewer, "A-1")


def test_a_csm_given_here_stands_before_the_imported_one(installation: Installation) -> None:
    ben, eve = add("Ben", "csm"), add("Eve", "csm")
    assert assign(installation, eve, "A-2", note="knows them since 2024") == 1
    assert (ids(eve), ids(ben)) == (["A-2", "A-3"], [])
    assert queries.accounts.account(VIEWER, "A-2").owner == "Eve"
    load(installation, account("A-2", owner="Ben Ortiz", parent_id="A-1", valid_from=DAY))
    assert queries.accounts.account(VIEWER, "A-2").owner == "Eve", "at the next import too"
    assert ids(eve) == ["A-2", "A-3"]
    ownership.end(installation=installation, account_id="A-2", by=ANA, at=NOON)
    assert queries.accounts.account(VIEWER, "A-2").owner == "Ben Ortiz"
    assert ids(eve) == []
    with pytest.raises(ownership.NotOwned):
        ownership.end(installation=installation, account_id="A-2", by=ANA, at=NOON)


def test_other_kinds_are_beside_the_imported_csm(installation: Installation) -> None:
    ben = add("Ben", "csm")
    for kind in ("backup", "account executive", "renewals", "onboarding", "sponsor"):
        other = add(f"Of {kind}", "csm")
        assign(installation, other, "A-2", kind=kind)
        assert ids(other) == ["A-2", "A-3"], kind
        assert acting(other).viewer.may_change("A-3")
    assert ids(ben) == ["A-2", "A-3"]
    found = queries.ownership.owners(VIEWER, "A-2", DAY)
    assert [row.kind for row in found] == [
        "csm", "backup", "account executive", "renewals", "onboarding", "sponsor",
    ]  # fmt: skip
    assert (found[0].name, found[0].user_id, found[0].is_imported) == ("Ben", ben, True)


@pytest.mark.parametrize("kind", ["csm", "backup"])
def test_ownership_begins_and_ends_by_date(installation: Installation, kind: str) -> None:
    ben, eve = add("Ben", "csm"), add("Eve", "csm")
    first, last = DAY + timedelta(days=3), DAY + timedelta(days=9)
    assign(installation, eve, "A-2", kind=kind, from_on=first, until_on=last)
    before, after = first - timedelta(days=1), last + timedelta(days=1)
    seen = {day: ids(eve, day) for day in (DAY, before, first, last, after)}
    assert [day for day, found in seen.items() if found] == [first, last]
    imported = {day: bool(ids(ben, day)) for day in (before, first, last, after)}
    assert imported == dict.fromkeys(imported, True) | (
        {first: False, last: False} if kind == "csm" else {}
    )


def test_the_owner_that_lists_go_by_follows_the_dates(installation: Installation) -> None:
    eve = add("Eve", "csm")
    assign(installation, eve, "A-4", from_on=TOMORROW, until_on=TOMORROW)
    owners = [queries.accounts.account(VIEWER, "A-4").owner]
    for days in (1, 2):
        changed = ownership.follow_dates(
            installation=installation, by=ANA, at=NOON + timedelta(days=days)
        )
        assert changed == 1
        owners.append(queries.accounts.account(VIEWER, "A-4").owner)
    assert owners == ["Dora Elm", "Eve", "Dora Elm"]
    assert (
        ownership.follow_dates(installation=installation, by=ANA, at=NOON + timedelta(days=2)) == 0
    )
    queries.accounts.everyone(VIEWER)


def test_lists_group_by_whoever_was_given_the_account(installation: Installation) -> None:
    brought = Import().rows("contracts", line("L-1", "A-4", annual_amount=700), line("L-2", "A-2"))
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    made = actions.scores.run(installation=installation, as_of=DAY, by=ANA, at=NOON)
    eve = add("Eve", "csm")
    assign(installation, eve, "A-4", "A-2")
    given = CurrentScore.objects.filter(owner="Eve").order_by("account_id")
    assert list(given.values_list("account_id", flat=True)) == ["A-2", "A-4"]
    counted = RunCount.objects.filter(run=made.run_id).values_list("owner", "accounts")
    assert dict(counted) == {"Eve": 2, "Cleo Park": 1, "Ben  ORTIZ": 1, "": 1}
    run = queries.runs.by_id(VIEWER, made.run_id)
    assert len(queries.portfolios.page(VIEWER, run, owner="Eve").rows) == 2
    assert sum(row.accounts for row in queries.scores.counts(acting(eve).viewer, run)) == 3
    actions.users.change(installation=installation, user_id=eve, name="Eve Ash", by=ANA, at=NOON)
    assert queries.accounts.account(VIEWER, "A-4").owner == "Eve Ash"
    assert not list(actions.read_model.verify(installation))


def test_whoever_is_given_an_account_ends_who_had_it(installation: Installation) -> None:
    eve, fay = add("Eve", "csm"), add("Fay", "csm")
    assign(installation, eve, "A-4", from_on=YESTERDAY)
    assign(installation, fay, "A-4", from_on=TOMORROW, note="next year's plan")
    assert [ids(eve, day) for day in (YESTERDAY, DAY, TOMORROW)] == [["A-4"], ["A-4"], []]
    assert [ids(fay, day) for day in (YESTERDAY, DAY, TOMORROW)] == [[], [], ["A-4"]]
    assign(installation, eve, "A-4")  # Fay's never began
    assert ids(fay, TOMORROW + timedelta(days=9)) == []
    told = queries.ownership.history(VIEWER, "A-4")
    assert [(row.name, row.from_on, row.until_on) for row in told] == [
        ("Eve", DAY, None), ("Eve", YESTERDAY, YESTERDAY),
    ]  # fmt: skip
    assert queries.ownership.owner_of(VIEWER, "A-4", DAY) == OwnerRow(
        "A-4", "csm", "Eve", eve, DAY, None, "", ANA.name, told[0].at
    )
    assert queries.ownership.owner_of(VIEWER, "A-5", DAY) is None


def test_many_are_given_at_once_or_none(installation: Installation) -> None:
    eve = add("Eve", "csm")
    before = AuditEntry.objects.filter(verb="assign").count()
    with pytest.raises(NotFound, match="A-9"):
        assign(installation, eve, "A-4", "A-5", "A-9")
    assert (ids(eve), AuditEntry.objects.filter(verb="assign").count()) == ([], before)
    assert assign(installation, eve, "A-4", "A-5", "A-4") == 2
    told = AuditEntry.objects.filter(verb="assign").order_by("object")
    assert [(entry.object, entry.after) for entry in told] == [
        (f"account {each}", {"owner": "eve@harbour.example", "from": str(DAY), "until": None})
        for each in ("A-4", "A-5")
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "friend"},
        {"until_on": YESTERDAY},
        {"from_on": TOMORROW, "until_on": DAY},
        {"note": "x" * 2001},
        {"note": "a\0b"},
        {"from_on": date(1, 1, 1)},
    ],
)
def test_what_cannot_be_is_not_accepted(
    installation: Installation, said: dict[str, object]
) -> None:
    eve = add("Eve", "csm")
    with pytest.raises(ownership.NotAccepted):
        assign(installation, eve, "A-4", **said)
    assert ids(eve) == []


def test_an_account_is_not_given_to_whoever_is_gone(installation: Installation) -> None:
    eve = add("Eve", "csm")
    actions.users.deactivate(user_id=eve, by=ANA, at=NOON)
    for user in (eve, 10_000):
        with pytest.raises(ownership.NotAccepted):
            assign(installation, user, "A-4")


def test_who_covers_sees_and_changes_meanwhile(installation: Installation) -> None:
    ben, eve = add("Ben", "csm"), add("Eve", "csm")
    last = DAY + timedelta(days=5)
    number = absences.cover(
        installation=installation, user_id=ben, covered_by=eve, from_on=TOMORROW, until_on=last, by=ANA, at=NOON
    )  # fmt: skip
    days = (DAY, TOMORROW, last, last + timedelta(days=1))
    assert [ids(eve, day) for day in days] == [[], ["A-2", "A-3"], ["A-2", "A-3"], []]
    assert [acting(eve, day).viewer.may_change("A-3") for day in days] == [False, True, True, False]
    assert ids(ben, TOMORROW) == ["A-2", "A-3"], "who is away sees on"
    (row,) = queries.absences.coming(VIEWER, DAY)
    assert (row.name, row.covered_by_name, row.is_on(DAY), row.is_on(last)) == (
        "Ben",
        "Eve",
        False,
        True,
    )
    absences.end(installation=installation, absence_id=number, by=acting(ben), at=NOON)
    assert [ids(eve, day) for day in days] == [[], [], [], []]
    with pytest.raises(absences.NoSuchAbsence):
        absences.end(installation=installation, absence_id=number, by=ANA, at=NOON)


def test_cover_is_said_by_oneself_or_by_who_assigns(installation: Installation) -> None:
    ben, eve, lea = add("Ben", "csm"), add("Eve", "csm"), add("Lea", "leader")

    def cover(by: int, covered_by: int = eve, until_on: date = TOMORROW) -> int:
        return absences.cover(
            installation=installation, user_id=ben, covered_by=covered_by, from_on=DAY, until_on=until_on, by=acting(by), at=NOON
        )  # fmt: skip

    with pytest.raises(NotAllowed):
        cover(eve)
    for wrong in ({"covered_by": ben}, {"until_on": YESTERDAY}, {"covered_by": 10_000}):
        with pytest.raises(absences.NotAccepted):
            cover(ben, **wrong)  # type: ignore[arg-type]
    number = cover(lea)
    assert queries.absences.coming(acting(add("Fay", "csm")).viewer, DAY) == ()
    with pytest.raises(absences.NoSuchAbsence):
        absences.end(installation=installation, absence_id=number, by=acting(eve), at=NOON)


def test_a_team_reads_what_its_members_have_until_it_is_said_otherwise(
    installation: Installation,
) -> None:
    ben, eve, fay = (
        add("Ben", "csm", "north"),
        add("Eve", "csm", "north"),
        add("Fay", "csm", "south"),
    )
    alone = add("Gil", "csm"), add("Hal", "csm")
    assign(installation, alone[0], "A-5")
    assert (ids(eve), ids(fay), ids(alone[1])) == (["A-2", "A-3"], [], [])
    assert not acting(eve).viewer.may_change("A-2"), "to read, not to change"
    lea = acting(add("Lea", "leader"))
    actions.users.set_team(team="north", sees_each_other=False, by=lea, at=NOON)
    assert (ids(eve), ids(ben)) == ([], ["A-2", "A-3"])
    actions.users.set_team(team="north", sees_each_other=True, by=lea, at=NOON)
    assert ids(eve) == ["A-2", "A-3"]
    with pytest.raises(NotAllowed):
        actions.users.set_team(team="north", sees_each_other=False, by=acting(eve), at=NOON)


def test_the_tree_follows_accounts_that_move(installation: Installation) -> None:
    add("Ben", "csm")
    cleo = add("Cleo", "csm", owner="Cleo Park")
    assert ids(cleo) == ["A-1", "A-2", "A-3"]
    later = DAY + timedelta(days=1)
    moved = account("A-2", owner="Ben Ortiz", parent_id="A-4", valid_from=later)
    load(installation, moved, at=later)
    assert ids(cleo) == ["A-1"]
    assert not list(account_tree.verify())
    load(installation, account("A-7", parent_id="A-8"), at=later)
    load(installation, account("A-8", parent_id="A-1"), at=later)
    assert ids(cleo) == ["A-1", "A-7", "A-8"], "a parent may be imported later than its child"
    actions.accounts.rebuild(installation=installation, by=ANA, at=NOON + timedelta(days=1))
    assert ids(cleo) == ["A-1", "A-7", "A-8"]
    AccountTree.objects.filter(ancestor_id="A-1", account_id="A-7").delete()
    with pytest.raises(IntegrityError, match="tree of accounts"):
        raise next(account_tree.verify())
    assert "I162" in {
        p.code
        for p in actions.verification.run(installation=installation, by=ANA, at=NOON).problems
    }


def test_accounts_above_themselves_end_nothing(installation: Installation) -> None:
    """An import may bring a circle; whoever has one of it sees all of it."""
    later = DAY + timedelta(days=1)
    load(
        installation, account("A-1", owner="Cleo Park", parent_id="A-3", valid_from=later), at=later
    )
    ben = add("Ben", "csm")
    assert ids(ben) == ["A-1", "A-2", "A-3"]


def unmatched(installation: Installation) -> tuple[UnmatchedRow, ...]:
    standing = queries.ownership.standing(VIEWER, installation, DAY)
    return queries.ownership.unmatched(VIEWER, standing)


def counted_on(viewer: Viewer, installation: Installation) -> dict[int, Counter[Kind]]:
    standing = queries.ownership.standing(VIEWER, installation, DAY)
    return queries.ownership.counts(viewer, standing, DAY)


def test_an_owner_of_former_customers_alone_comes_last_and_says_so(installation: Installation) -> None:  # fmt: skip
    gone = Import().rows(
        "contracts", *(line(f"L-{n}", f"A-{n}", annual_amount=700, ends_on=DAY - timedelta(days=90)) for n in (1, 4))
    )  # fmt: skip
    actions.loads.load(gone.stage, con=gone.con, installation=installation, by=ANA, at=NOON)
    rows = unmatched(installation)
    assert [row.text for row in rows][-1] == "Dora Elm"
    assert rows[-1].accounts == {"former customer": 1}
    cleo = next(row for row in rows if row.text == "Cleo Park")
    assert cleo.accounts["former customer"] == 1
    assert queries.ownership.unmatched_names(VIEWER) == {row.text for row in rows}


def test_owners_who_are_nobody_are_listed_with_what_they_have(installation: Installation) -> None:
    brought = Import().rows("contracts", line("L-1", "A-4", annual_amount=700))
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    ben, dora = add("Ben", "csm"), add("Dora Elm", "csm")
    found = {row.text: row for row in unmatched(installation)}
    assert set(found) == {"Cleo Park", "Ben  ORTIZ", "Dora Elm"}
    elm = found["Dora Elm"]
    assert (elm.accounts, elm.revenue, elm.proposed) == ({"customer": 1}, 700, dora)
    assert found["Cleo Park"].proposed is None
    add("dora Elm", "csm", email="d.elm@harbour.example")
    assert {row.proposed for row in unmatched(installation)} == {None}, "two are called so"
    assign(installation, ben, "A-4")
    assert counted_on(VIEWER, installation) == {ben: {"customer": 2}}
    assert counted_on(acting(ben).viewer, installation) == {}
    gone = Import().rows(
        "contracts", line("L-1", "A-4", annual_amount=700, ends_on=DAY - timedelta(days=90))
    )
    actions.loads.load(gone.stage, con=gone.con, installation=installation, by=ANA, at=NOON)
    counted = counted_on(VIEWER, installation)
    assert counted == {ben: {"former customer": 1, "customer": 1}}
    assert queries.ownership.unmatched(acting(ben).viewer, {}) == ()
    assert queries.ownership.unmatched_names(acting(ben).viewer) == frozenset()
    assert queries.ownership.names(acting(ben).viewer) == ()
    assert ("ben@harbour.example", ben) in queries.ownership.names(VIEWER)


def test_sight_is_one_query_without_a_list_of_accounts(installation: Installation) -> None:
    viewer = acting(add("Ben", "csm")).viewer
    asked: list[str] = []

    def note(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        asked.append(f"{sql} {params}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert viewer.visible(Account.objects.all()).count() == 2
    assert len(asked) == 1
    assert "A-2" not in asked[0]
