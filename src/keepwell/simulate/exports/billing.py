"""This file exports lines, invoices, renewals and rates as an old billing system does: semicolons, decimal commas, Windows letters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from keepwell.simulate import vendor
from keepwell.simulate.exports.writing import WORTH, Exports, comma, iso, whole, yes
from keepwell.simulate.faults import Row
from keepwell.simulate.words import comments

# What the customer speaks of, where it is not what we would call the reason.
SAID = {
    "competitor": "went to a competitor",
    "support": "product",
    "no value": "product",
    "fewer seats needed": "budget",
}


def billing(exports: Exports) -> None:
    """Semicolons, decimal commas and Windows letters, as an old billing system writes them."""
    company, world, file = exports.company, exports.world, "billing/lines.csv"
    lines = [
        [line.id, company.id(line.account), line.product, line.kind, iso(line.start), iso(line.end), whole(line.units),
         "seat" if line.is_seats else "piece", comma(line.monthly / WORTH[exports.currency(line.account)]),
         exports.currency(line.account), yes(exports.accounts.is_auto_renewing[line.account]),
         str(vendor.SEGMENTS[int(exports.accounts.segment[line.account])].notice_days)]
        for line in company.contracts.lines if line.start < world.end_day + 60
    ]  # fmt: skip

    def old(who: int, days: int = 30, number: str = "1") -> Row:
        begin = max(world.first_day, int(exports.accounts.started[who])) + 1
        term = [iso(begin), iso(begin + days)]
        return [
            company.id(who),
            "Fernhill Starter",
            "recurring",
            *term,
            number,
            "piece",
            "0,00",
            "EUR",
            "no",
            "30",
        ]

    exports.planter.add(file, "negative_units", lines, [["L-90000", *old(0, number="-1")]])
    exports.planter.add(file, "ends_before_it_starts", lines, [["L-90001", *old(1, days=-1)]])
    twice = [[f"L-9100{nth}", *old(2)] for nth in range(2)]
    exports.planter.add(file, "overlapping_lines", lines, twice[1:])
    lines.append(twice[0])
    header = (
        "line", "customer", "product", "type", "from", "until", "number", "counted in", "monthly fee", "currency", "renews itself", "notice days",
    )  # fmt: skip
    exports.write(file, header, lines, delimiter=";", encoding="cp1252")
    _invoices(exports)
    _renewals(exports)
    rates = [
        [iso(on), currency, f"{rate * (1 + 0.01 * np.sin(nth + len(currency + str(rate)))):.4f}"]
        for nth, on in enumerate(range(world.first_day - 4 * 365, world.end_day, 91))
        for currency, rate in WORTH.items() if currency != "EUR"
    ]  # fmt: skip
    exports.write("billing/rates.csv", ("from", "currency", "euro"), rates, delimiter=";")


def _invoices(exports: Exports) -> None:
    file, foreign = "billing/invoices.csv", WORTH
    rows = [
        [str(each.id), exports.company.id(each.account), iso(each.issued), iso(each.due), iso(each.paid),
         comma(each.amount / foreign[exports.currency(each.account)]), exports.currency(each.account)]
        for each in exports.company.invoices
    ]  # fmt: skip
    numbers = iter(range(900_000, 999_999))

    def spoilt(at: int, text: str) -> Callable[[Row], Row]:
        return lambda row: [str(next(numbers)), *row[1:at], text, *row[at + 1 :]]

    exports.planter.spoil(file, "conflicting_id", rows, lambda row: [*row[:5], "1,00", row[6]], 1)
    exports.planter.spoil(file, "not_a_number", rows, spoilt(5, "tbd"))
    exports.planter.spoil(file, "no_rate", rows, spoilt(6, "CHF"))
    exports.write(
        file,
        ("invoice", "customer", "issued", "due", "paid", "amount", "currency"),
        rows,
        delimiter=";",
    )


def _renewals(exports: Exports) -> None:
    dice = exports.world.dice("words of renewals")
    rows = []
    for each in exports.company.contracts.decisions:
        if each.decided >= exports.world.end_day or each.effective < exports.world.first_day:
            continue
        notice = each.due - vendor.SEGMENTS[int(exports.accounts.segment[each.account])].notice_days
        rate = WORTH[exports.currency(each.account)]
        words = (
            comments.renewal(each.movement, SAID.get(each.reason, each.reason), dice)
            if dice.random() < 0.6 and each.reason
            else ""
        )
        rows.append([
            exports.company.id(each.account), iso(each.due), iso(notice), iso(each.noticed), iso(each.decided),
            iso(each.effective), each.movement, comma(each.before / rate), comma(each.after / rate),
            exports.currency(each.account), each.reason, words,
        ])  # fmt: skip
    header = (
        "account", "due", "notice due", "noticed", "decided", "effective", "movement", "yearly before", "yearly after", "currency", "reason", "in their words",
    )  # fmt: skip
    exports.write("billing/renewals.csv", header, rows, delimiter=";")
