"""This file declares the table of invoices."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import CURRENCY, account_id, identity
from keepwell.health.definition import limit
from keepwell.health.definition.table import Column, Table

INVOICES = Table(
    name="invoices",
    meaning="An invoice, and when it was paid.",
    time="event",
    dated_by=("issued_on",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("invoice"),
        account_id(),
        Column("issued_on", "date", "the invoice date", required=True, example="2026-09-01", known_as=("invoice_date", "created", "date")),
        Column("due_on", "date", "when it is due", example="2026-10-01", known_as=("due_date",)),
        Column("paid_on", "date", "when it was paid", happens=True, example="2026-09-28", known_as=("paid_date", "paid_at"), empty="bad"),
        Column("amount", "money", "the invoiced amount", example="3000", known_as=("total", "amount_due")),
        CURRENCY,
        Column("days_late", "quantity", "days from the due date to payment", unit="days", example="0", more="bad", empty_means="not paid yet",
               least=-limit.LONGEST_DAYS, most=limit.LONGEST_DAYS),
    ),
)  # fmt: skip
