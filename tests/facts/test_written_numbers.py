"""This file tests that numbers are read as people write them, and that none is guessed at."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.facts.harness import stage, write
from tests.facts.test_values import one

INVOICES = """
sources:
  - file: invoices.csv
    table: invoices
    format: {format}
    fields: {{id: id, account_id: account, issued_on: at, amount: {rule}}}
"""
TICKETS = """
sources:
  - file: tickets.csv
    table: tickets
    fields: {id: id, account_id: account, at: at, first_reply_minutes: reply, resolution_hours: solved}
"""
COMMA = "{thousands: ','}"


def amount(folder: Path, text: str, format: str = COMMA, rule: str = "amount", **more: str) -> object:  # fmt: skip
    """What becomes of an amount, in the currency in which it was given, or the reason for which its row is rejected."""
    write(folder, f'id,account,at,amount\n1,A-1,2026-01-31,"{text}"\n', "invoices.csv")
    done = stage(folder, INVOICES.format(format=format, rule=rule), **({"currency": "USD"} | more))  # type: ignore[arg-type]
    if rejected := done.rejected("reason, found"):
        assert rejected[0][1] in (text, "")
        return rejected[0][0]
    return done.rows("amount_given", "invoices")[0][0]


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("$1,200.00", Decimal("1200")), ("$ 1,200", Decimal("1200")), ("1,200.50$", Decimal("1200.5")), ("+$5", Decimal("5")),
        ("($200.00)", Decimal("-200")), ("(1,000.50)", Decimal("-1000.5")), ("( 5 )", Decimal("-5")), ("500.00-", Decimal("-500")),
        ("-$5.25", Decimal("-5.25")), ("$-5.25", Decimal("-5.25")), ("\u22125", Decimal("-5")), ("3,000.00", Decimal("3000")),
        ("(5", "not_a_number"), ("5)", "not_a_number"), ("-(5)", "not_a_number"), ("-5-", "not_a_number"), ("$$5", "not_a_number"),
        ("5 %", "not_a_number"), ("$", "not_a_number"), ("()", "not_a_number"), ("($1,20.00)", "not_a_number"), ("5 USD or so", "not_a_number"),
        ("\u20ac5", "other_currency"), ("\u00a35", "other_currency"), ("(\u20ac5)", "other_currency"),
    ],
)  # fmt: skip
def test_amounts(tmp_path: Path, written: str, becomes: object) -> None:
    assert amount(tmp_path, written) == becomes


@pytest.mark.parametrize("nothing", ["-", "\u2013", "\u2014"])
def test_a_dash_is_nothing(tmp_path: Path, nothing: str) -> None:
    write(tmp_path, f"id,account,at,amount\n1,A-1,2026-01-31,{nothing}\n", "invoices.csv")
    done = stage(tmp_path, INVOICES.format(format="{}", rule="amount"))
    assert done.rejected() == []
    assert done.rows("amount", "invoices") == [(None,)]


def test_a_sign_has_to_be_that_of_the_currency(tmp_path: Path) -> None:
    german = "{decimal: ',', thousands: '.'}"
    assert amount(tmp_path, "1.200,50 \u20ac", german, currency="EUR") == Decimal("1200.5")
    assert amount(tmp_path, "$5", "{}", currency="EUR") == "other_currency"
    assert amount(tmp_path, "$5", "{}", "{column: amount, money: USD}", currency="USD") == 5
    assert amount(tmp_path, "$5", "{}", "{column: amount, money: CAD}", currency="CAD") == 5


@pytest.mark.parametrize(
    ("written", "becomes"),
    [("45 %", Decimal("45")), ("45%", Decimal("45")), ("-3.5%", Decimal("-3.5")), ("(3.5%)", Decimal("-3.5")), ("12-", Decimal("-12")),
     ("$5", "not_a_number"), ("%5", "not_a_number"), ("12:30:00", "not_a_number"), ("1d 4h", "not_a_number")],
)  # fmt: skip
def test_other_numbers(tmp_path: Path, written: str, becomes: object) -> None:
    assert one(tmp_path, written) == becomes


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("42", Decimal("42")), ("00:42:00", Decimal("42")), ("27:30:00", Decimal("1650")), ("00:10:30", Decimal("10.5")),
        ("1d 4h", Decimal("1680")), ("1h 30m", Decimal("90")), ("90 s", Decimal("1.5")), ("1.5h", Decimal("90")), ("2D", Decimal("2880")),
        ("12:30", "not_a_number"), ("1:2:3", "not_a_number"), ("00:61:00", "not_a_number"), ("4h 1d", "not_a_number"), ("h", "not_a_number"),
        ("an hour", "not_a_number"),
    ],
)  # fmt: skip
def test_durations(tmp_path: Path, written: str, minutes: object) -> None:
    write(tmp_path, f"id,account,at,reply,solved\n1,A-1,2026-01-31,{written},{written}\n", "tickets.csv")  # fmt: skip
    done = stage(tmp_path, TICKETS)
    if rejected := done.rejected("reason, found"):
        assert rejected == [(minutes, written)]
        return
    ((reply, solved),) = done.rows("first_reply_minutes, resolution_hours", "tickets")
    assert reply == minutes
    assert solved == (42 if written == "42" else round(Decimal(str(minutes)) / 60, 6))
