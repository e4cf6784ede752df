"""This file exports accounts and contacts as a CRM does: day first, a row per change."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.simulate import vendor
from keepwell.simulate.contracts import known_leave_day
from keepwell.simulate.exports.writer import ExportWriter, slash_date, yes_no
from keepwell.simulate.faults import Row
from keepwell.simulate.world import NEVER


def export(writer: ExportWriter) -> None:
    """Write the accounts and the contacts."""
    _export_accounts(writer)
    _export_contacts(writer)


def _export_accounts(writer: ExportWriter) -> None:
    header = (
        "Account ID", "Account Name", "Parent Account", "Segment", "Industry", "Billing Country",
        "Employees", "Customer Since", "Lifecycle Stage", "Account Owner", "Agreed Users", "Left",
        "Valid From",
    )  # fmt: skip
    parent_column, owner_column = header.index("Parent Account"), header.index("Account Owner")
    company, planter, file = writer.company, writer.planter, "crm/accounts.csv"
    rows = [row for account in range(len(writer.accounts)) for row in _versions(writer, account)]
    rng, unowned = planter.rng, min(len(rows), 6 * planter.hundreds)
    for at in rng.choice(len(rows), unowned, replace=False):
        rows[int(at)][owner_column] = ""
    planter.insert_broken_copies(file, "repeated", rows, lambda row: row, 3)
    notice_day = company.history.notice_day
    staying = [account for account in range(len(writer.accounts)) if notice_day[account] == NEVER]
    orphan = company.account_id(staying[int(rng.integers(0, len(staying)))])
    for row in rows:
        if row[0] == orphan:
            row[parent_column] = "FH-99120"
    planter.record(file, "unknown_parent", 1)
    writer.write_rows(file, header, rows)


def _export_contacts(writer: ExportWriter) -> None:
    header = (
        "Contact ID", "Account ID", "Full Name", "Email", "Title", "Executive Sponsor",
        "Champion", "Decision Maker", "Created", "Left",
    )  # fmt: skip
    end_day, file = writer.world.end_day, "crm/contacts.csv"
    rows = [
        [
            each.id,
            writer.company.account_id(account),
            each.person.name,
            each.email,
            each.title,
            yes_no(each.role == "sponsor"),
            yes_no(each.role == "champion"),
            yes_no(each.role == "decision maker"),
            slash_date(each.since),
            slash_date(each.left) if each.left is not None and each.left < end_day else "",
        ]
        for account, contacts in enumerate(writer.company.contacts)
        for each in contacts
    ]
    writer.planter.insert_broken_copies(
        file, "missing_required", rows, lambda row: [f"{row[0]}x", "", *row[2:]]
    )
    writer.write_rows(file, header, rows)


def _versions(writer: ExportWriter, account: int) -> Iterator[Row]:
    """Yield an account's rows, one for each day on which any of its columns changed."""
    accounts, company = writer.accounts, writer.company
    start = int(accounts.started[account])
    leave_day = known_leave_day(company.history, writer.world, account)
    handover = writer.world.end_day - 7 * vendor.HANDOVER_WEEKS_AGO
    is_doomed_trial = accounts.is_doomed_trial[account]
    stages = [
        (int(accounts.paying_from[account]), "onboarding"),
        (start + (400 if accounts.is_stalled[account] else 90), "adoption"),
        (start + 420, "growth"),
    ]
    if accounts.is_trial[account]:
        stages.insert(0, (start, "trial"))
    days = {day for day, _ in stages} | {handover, leave_day}
    end = min(writer.world.end_day, leave_day + 1)
    previous: Row = []
    for day in sorted(each for each in days if start <= each < end):
        stage = [name for begin, name in stages if begin <= day][-1]
        if day == leave_day:
            stage = "trial ended" if is_doomed_trial else "left"
        owners = accounts.csm if day >= handover else accounts.former_csm
        parent = int(accounts.parent[account])
        row = [
            company.account_id(account),
            company.names[account],
            company.account_id(parent) if parent >= 0 else "",
            vendor.SEGMENTS[int(accounts.segment[account])].name,
            vendor.INDUSTRIES[int(accounts.industry[account])],
            vendor.COUNTRIES[int(accounts.country[account])],
            str(accounts.employees[account]),
            slash_date(start),
            stage,
            company.csms[int(owners[account])],
            str(max(2, round(0.85 * accounts.seats[account]))),
            yes_no(day == leave_day and not is_doomed_trial),
        ]
        if row != previous:
            yield [*row, slash_date(day)]
        previous = row
