"""This file exports billing as an old system does: semicolons, decimal commas, Windows encoding."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from keepwell.simulate import vendor
from keepwell.simulate.exports.writer import (
    EUROS_PER_UNIT,
    ExportWriter,
    decimal_comma,
    iso_date,
    whole_number,
    yes_no,
)
from keepwell.simulate.faults import Row
from keepwell.simulate.words import comments

# What the account's own words are about, where that differs from the recorded reason.
TOPICS = {
    "competitor": "went to a competitor",
    "support": "product",
    "no value": "product",
    "fewer seats needed": "budget",
}
QUOTED = 0.6  # share of decisions with a reason that quote the account


def export(writer: ExportWriter) -> None:
    """Write the contract lines, invoices, renewals and exchange rates."""
    _export_lines(writer)
    _export_invoices(writer)
    _export_renewals(writer)
    _export_rates(writer)


def _export_lines(writer: ExportWriter) -> None:
    header = (
        "line", "customer", "product", "type", "from", "until", "number", "counted in",
        "monthly fee", "currency", "renews itself", "notice days",
    )  # fmt: skip
    company, accounts, file = writer.company, writer.accounts, "billing/lines.csv"
    rows = []
    for line in company.contracts.lines:
        if line.start >= writer.world.end_day + 60:
            continue
        account, currency = line.account, writer.currency(line.account)
        rows.append([
            line.id,
            company.account_id(account),
            line.product,
            line.kind,
            iso_date(line.start),
            iso_date(line.end),
            whole_number(line.units),
            "seat" if line.is_seats else "piece",
            decimal_comma(line.monthly / EUROS_PER_UNIT[currency]),
            currency,
            yes_no(accounts.is_auto_renewing[account]),
            str(vendor.SEGMENTS[int(accounts.segment[account])].notice_days),
        ])  # fmt: skip

    def starter_line(line_id: str, account: int, days: int = 30, number: str = "1") -> Row:
        begin = max(writer.world.first_day, int(accounts.started[account])) + 1
        return [
            line_id, company.account_id(account), "Fernhill Starter", "recurring", iso_date(begin),
            iso_date(begin + days), number, "piece", "0,00", "EUR", "no", "30",
        ]  # fmt: skip

    planter = writer.planter
    planter.insert_rows(file, "negative_units", rows, [starter_line("L-90000", 0, number="-1")])
    planter.insert_rows(file, "ends_before_it_starts", rows, [starter_line("L-90001", 1, days=-1)])
    planter.insert_rows(file, "overlapping_lines", rows, [starter_line("L-91001", 2)])
    rows.append(starter_line("L-91000", 2))
    writer.write_rows(file, header, rows, delimiter=";", encoding="cp1252")


def _export_invoices(writer: ExportWriter) -> None:
    header = ("invoice", "customer", "issued", "due", "paid", "amount", "currency")
    company, planter, file = writer.company, writer.planter, "billing/invoices.csv"
    rows = []
    for each in company.invoices:
        currency = writer.currency(each.account)
        rows.append([
            str(each.id),
            company.account_id(each.account),
            iso_date(each.issued),
            iso_date(each.due),
            iso_date(each.paid),
            decimal_comma(each.amount / EUROS_PER_UNIT[currency]),
            currency,
        ])  # fmt: skip
    new_ids = iter(range(900_000, 999_999))

    def replacing(column: str, text: str) -> Callable[[Row], Row]:
        at = header.index(column)
        return lambda row: [str(next(new_ids)), *row[1:at], text, *row[at + 1 :]]

    planter.insert_broken_copies(
        file, "conflicting_id", rows, lambda row: [*row[:5], "1,00", row[6]]
    )
    planter.insert_broken_copies(file, "not_a_number", rows, replacing("amount", "tbd"))
    planter.insert_broken_copies(file, "no_rate", rows, replacing("currency", "CHF"))
    writer.write_rows(file, header, rows, delimiter=";")


def _export_renewals(writer: ExportWriter) -> None:
    header = (
        "account", "due", "notice due", "noticed", "decided", "effective", "movement",
        "yearly before", "yearly after", "currency", "reason", "in their words",
    )  # fmt: skip
    company, world, text_rng = writer.company, writer.world, writer.world.rng("words of renewals")
    rows = []
    for each in company.contracts.decisions:
        if each.decided >= world.end_day or each.effective < world.first_day:
            continue
        segment = vendor.SEGMENTS[int(writer.accounts.segment[each.account])]
        currency = writer.currency(each.account)
        quote = ""
        # Always drawn, so that later quotes do not depend on whether this decision has a reason.
        if text_rng.random() < QUOTED and each.reason:
            topic = TOPICS.get(each.reason, each.reason)
            quote = comments.renewal(each.movement, topic, text_rng)
        rows.append([
            company.account_id(each.account),
            iso_date(each.due),
            iso_date(each.due - segment.notice_days),
            iso_date(each.noticed),
            iso_date(each.decided),
            iso_date(each.effective),
            each.movement,
            decimal_comma(each.before / EUROS_PER_UNIT[currency]),
            decimal_comma(each.after / EUROS_PER_UNIT[currency]),
            currency,
            each.reason,
            quote,
        ])  # fmt: skip
    writer.write_rows("billing/renewals.csv", header, rows, delimiter=";")


def _export_rates(writer: ExportWriter) -> None:
    rows = []
    quarters = range(writer.world.first_day - 4 * 365, writer.world.end_day, 91)
    for nth, day in enumerate(quarters):
        for currency, rate in EUROS_PER_UNIT.items():
            if currency != "EUR":
                drift = 0.01 * np.sin(nth + len(currency + str(rate)))
                rows.append([iso_date(day), currency, f"{rate * (1 + drift):.4f}"])
    writer.write_rows("billing/rates.csv", ("from", "currency", "euro"), rows, delimiter=";")
