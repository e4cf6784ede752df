"""This file exports the calendar and the sheets that CSMs keep."""

from __future__ import annotations

from keepwell.simulate.exports.writing import Exports, clock, dotted, iso, whole, yes


def calendar(exports: Exports) -> None:
    """Tab-separated, days as people in Germany write them."""
    words = {
        "held": "took place",
        "cancelled": "cancelled",
        "no-show": "nobody came",
        "planned": "scheduled",
    }
    rows = [
        [str(each.id), exports.company.id(each.account), f"{dotted(each.minute // 1440)} {clock(each.minute)}", each.kind,
         words[each.status], "" if each.executive_present is None else yes(each.executive_present),
         whole(each.attendees), whole(each.actions_due), whole(each.actions_done), each.notes]
        for each in exports.company.meetings
    ]  # fmt: skip
    file = "calendar/meetings.tsv"
    for column in range(5, 9):  # what only those have that took place
        exports.planter.note_gaps(file, [row[column] for row in rows])
    exports.planter.spoil(
        file,
        "not_a_date",
        rows,
        lambda row: [f"{row[0]}0", row[1], f"31.02.2026 {row[2][11:]}", *row[3:]],
    )
    header = (
        "No", "Account", "When", "Type", "Outcome", "Executive there", "People", "Actions agreed", "Actions done",
        "Notes",
    )  # fmt: skip
    exports.write(file, header, rows, delimiter="\t")


def sheets(exports: Exports) -> None:
    """The sheets that CSMs keep."""
    company = exports.company
    exports.write("success/pulse_notes.csv", ("date", "account", "pulse", "reason", "note", "by"), [
        [iso(each.day), company.id(each.account), each.pulse, each.reason, each.note, company.csms[each.csm]] for each in company.pulses
    ])  # fmt: skip
    header = (
        "read on", "account", "outcome", "baseline", "target", "value", "progress %", "due", "confirmed", "rank",
    )  # fmt: skip
    exports.write("success/success_plans.csv", header, [
        [iso(each.day), company.id(each.account), each.outcome, f"{each.baseline:g}", f"{each.target:g}", f"{each.value:g}",
         f"{each.progress:g}", iso(each.due), yes(each.is_confirmed), str(each.rank)] for each in company.outcomes
    ])  # fmt: skip
    exports.write("success/onboarding.csv", ("account", "step", "planned", "due", "done"), [
        [company.id(each.account), each.step, iso(each.planned), iso(each.due), iso(each.reached)] for each in company.milestones
    ])  # fmt: skip
