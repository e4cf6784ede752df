"""This file exports the accounts and contacts as a CRM does: commas, days as people in Ireland write them, a row for every change."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.simulate import vendor
from keepwell.simulate.contracts import left_by
from keepwell.simulate.exports.writing import Exports, slashed, yes
from keepwell.simulate.faults import Row
from keepwell.simulate.world import NEVER


def crm(exports: Exports) -> None:
    """Comma-separated, days as people in Ireland write them; an account has a row for every change of it."""
    header = (
        "Account ID", "Account Name", "Parent Account", "Segment", "Industry", "Billing Country", "Employees", "Customer Since",
        "Lifecycle Stage", "Account Owner", "Agreed Users", "Left", "Valid From",
    )  # fmt: skip
    rows = [row for who in range(len(exports.accounts)) for row in _account(exports, who)]
    dice, file = exports.planter.dice, "crm/accounts.csv"
    for at in dice.choice(len(rows), min(len(rows), 6 * exports.planter.each), replace=False):
        rows[int(at)][9] = ""  # nobody knows whose they are
    exports.planter.spoil(file, "repeated", rows, lambda row: row, 3)
    live = [
        who for who in range(len(exports.accounts)) if exports.company.life.noticed[who] == NEVER
    ]
    orphan = live[int(dice.integers(0, len(live)))]
    _mark(rows, exports.company.id(orphan), 2, "FH-99120")
    exports.planter.note(file, "unknown_parent", 1)
    exports.write(file, header, rows)
    people = [
        [each.id, exports.company.id(who), each.person.name, each.email, each.title, yes(each.role == "sponsor"),
         yes(each.role == "champion"), yes(each.role == "decision maker"), slashed(each.since),
         slashed(each.left) if each.left is not None and each.left < exports.world.end_day else ""]
        for who, own in enumerate(exports.company.contacts) for each in own
    ]  # fmt: skip
    exports.planter.spoil(
        "crm/contacts.csv", "missing_required", people, lambda row: [f"{row[0]}x", "", *row[2:]]
    )
    names = (
        "Contact ID", "Account ID", "Full Name", "Email", "Title", "Executive Sponsor", "Champion", "Decision Maker", "Created", "Left",
    )  # fmt: skip
    exports.write("crm/contacts.csv", names, people)


def _account(exports: Exports, who: int) -> Iterator[Row]:
    own, company = exports.accounts, exports.company
    start, left = int(own.started[who]), left_by(company.life, exports.world, who)
    handover = exports.world.end_day - 7 * vendor.HANDOVER_WEEKS_AGO
    begun = 400 if own.is_stalled[who] else 90
    stages = [
        (int(own.bought[who]), "onboarding"),
        (start + begun, "adoption"),
        (start + 420, "growth"),
    ]
    stages = [(start, "trial"), *stages] if own.is_trial[who] else stages
    before: Row = []
    days = {each for each, _ in stages} | {handover, left}
    for on in sorted(
        each for each in days if start <= each < exports.world.end_day and each <= left
    ):
        stage = [name for begin, name in stages if begin <= on][-1]
        stage = ("trial ended" if own.is_doomed_trial[who] else "left") if on == left else stage
        csm = company.csms[int(own.csm[who] if on >= handover else own.former_csm[who])]
        is_lost = on == left and not own.is_doomed_trial[who]
        parent = company.id(int(own.parent[who])) if own.parent[who] >= 0 else ""
        row = [
            company.id(who), company.names[who], parent, vendor.SEGMENTS[int(own.segment[who])].name,
            vendor.INDUSTRIES[int(own.industry[who])], vendor.COUNTRIES[int(own.country[who])], str(own.employees[who]),
            slashed(start), stage, csm, str(max(2, round(0.85 * own.seats[who]))), yes(is_lost),
        ]  # fmt: skip
        if row != before:
            yield [*row, slashed(on)]
        before = row


def _mark(rows: list[Row], account: str, column: int, text: str) -> None:
    for row in rows:
        if row[0] == account:
            row[column] = text
