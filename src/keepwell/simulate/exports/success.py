"""This file exports the team calendar and the spreadsheets that CSMs keep."""

from __future__ import annotations

from keepwell.simulate.exports.writer import (
    ExportWriter,
    clock_time,
    dot_date,
    iso_date,
    whole_number,
    yes_no,
)

# What the calendar calls each status.
STATUSES = {
    "held": "took place",
    "cancelled": "cancelled",
    "no-show": "nobody came",
    "planned": "scheduled",
}


def export_calendar(writer: ExportWriter) -> None:
    """Write the meetings, separated by tabs, with German dates."""
    header = (
        "No", "Account", "When", "Type", "Outcome", "Executive there", "People", "Actions agreed",
        "Actions done", "Notes",
    )  # fmt: skip
    rows = [
        [
            str(each.id),
            writer.company.account_id(each.account),
            f"{dot_date(each.minute // 1440)} {clock_time(each.minute)}",
            each.kind,
            STATUSES[each.status],
            "" if each.executive_present is None else yes_no(each.executive_present),
            whole_number(each.attendees),
            whole_number(each.actions_due),
            whole_number(each.actions_done),
            each.notes,
        ]
        for each in writer.company.meetings
    ]
    file = "calendar/meetings.tsv"
    for column in range(5, 9):  # filled only for meetings that were held
        writer.planter.record_gaps(file, [row[column] for row in rows])
    writer.planter.insert_broken_copies(
        file,
        "not_a_date",
        rows,
        lambda row: [f"{row[0]}0", row[1], f"31.02.2026 {row[2][11:]}", *row[3:]],
    )
    writer.write_rows(file, header, rows, delimiter="\t")


def export_sheets(writer: ExportWriter) -> None:
    """Write the spreadsheets of pulses, success plans and onboarding."""
    company = writer.company
    pulses = [
        [
            iso_date(each.day),
            company.account_id(each.account),
            each.pulse,
            each.reason,
            each.note,
            company.csms[each.csm],
        ]
        for each in company.pulses
    ]
    header = ("date", "account", "pulse", "reason", "note", "by")
    writer.write_rows("success/pulse_notes.csv", header, pulses)
    readings = [
        [
            iso_date(each.day),
            company.account_id(each.account),
            each.outcome,
            f"{each.baseline:g}",
            f"{each.target:g}",
            f"{each.value:g}",
            f"{each.progress:g}",
            iso_date(each.due),
            yes_no(each.is_confirmed),
            str(each.rank),
        ]
        for each in company.readings
    ]
    plan_header = (
        "read on", "account", "outcome", "baseline", "target", "value", "progress %", "due",
        "confirmed", "rank",
    )  # fmt: skip
    writer.write_rows("success/success_plans.csv", plan_header, readings)
    milestones = [
        [
            company.account_id(each.account),
            each.name,
            iso_date(each.planned),
            iso_date(each.due),
            iso_date(each.reached),
        ]
        for each in company.milestones
    ]
    steps_header = ("account", "step", "planned", "due", "done")
    writer.write_rows("success/onboarding.csv", steps_header, milestones)
