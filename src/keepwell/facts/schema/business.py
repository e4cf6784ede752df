"""This file declares the tables about money: contracts, renewals, invoices, rates."""

from keepwell.facts.schema.column import account_id, identity
from keepwell.facts.schema.people import THE_ACCOUNT
from keepwell.health.definition.table import Column, Table

CURRENCY = Column("currency", "text", "the currency of the amounts; the workspace's own where it is left out", example="EUR",
                  known_as=("currency_code", "iso_currency"))  # fmt: skip

CONTRACTS = Table(
    name="contracts",
    meaning="A line of a contract: what was bought, how much of it, for how long.",
    time="term",
    dated_by=("starts_on",),
    ends_by="ends_on",
    references=(THE_ACCOUNT,),
    columns=(
        identity("line"),
        account_id(),
        Column("starts_on", "date", "its first day", required=True, example="2026-01-01",
               known_as=("start_date", "start", "period_start", "begin_date")),
        Column("ends_on", "date", "the first day on which it no longer runs; empty while it has no end", example="2027-01-01",
               known_as=("end_date", "end", "period_end", "expiry_date")),
        Column("kind", "text", "what sort of line; recurring where it is left out", example="recurring",
               choices=("recurring", "one-off", "services", "trial"), known_as=("type", "line_type")),
        Column("product", "text", "what was bought", example="Core", known_as=("plan_tier", "plan", "sku", "item")),
        Column("units", "quantity", "how many were bought; empty for a site licence", example="50",
               known_as=("seats", "quantity", "licences", "licenses")),
        Column("unit", "text", "what is counted; seat where it is left out", example="seat", known_as=("units", "unit_type")),
        Column("annual_amount", "money", "price for a year", example="12000",
               known_as=("arr", "arr_amount", "annual_value", "acv", "mrr", "mrr_amount")),
        CURRENCY,
        Column("auto_renews", "flag", "goes on by itself", example="yes", known_as=("auto_renew_flag", "auto_renew")),
        Column("notice_days", "quantity", "how long before its end notice is due", unit="days", example="60", known_as=("notice_period",)),
        Column("replaced_by", "text", "the line that took its place", example="L-032"),
    ),
)  # fmt: skip

RENEWALS = Table(
    name="renewals",
    meaning="How a term ended: renewed, changed or lost, when it was known, and why.",
    time="event",
    dated_by=("noticed_on", "decided_on", "effective_on", "due_on"),
    references=(THE_ACCOUNT,),
    columns=(
        identity("decision"),
        account_id(),
        Column("due_on", "date", "the day on which the term was to be renewed", example="2027-01-01", known_as=("renewal_date",)),
        Column("notice_due_on", "date", "the last day for notice", example="2026-11-01", known_as=("notice_deadline",)),
        Column("noticed_on", "date", "the day on which they gave notice", happens=True, example="", known_as=("notice_date",), empty="good"),
        Column("decided_on", "date", "the day on which it was decided", happens=True, example="", known_as=("decision_date", "close_date")),
        Column("effective_on", "date", "the first day on which it holds", example="2027-01-01", known_as=("churn_date", "effective_date")),
        Column("movement", "text", "what happened", required=True, example="renewed",
               choices=("renewed", "churn", "downsell", "upsell", "cross-sell", "price"), known_as=("outcome", "type"), good=("renewed", "upsell", "cross-sell"), bad=("churn", "downsell")),
        Column("amount_due", "money", "yearly amount up for renewal", example="12000", known_as=("renewal_amount",)),
        Column("amount_renewed", "money", "yearly amount that went on", example="9000", known_as=("renewed_amount",)),
        CURRENCY,
        Column("reason", "text", "the first reason", example="budget", known_as=("reason_code", "churn_reason")),
        Column("second_reason", "text", "another reason", example=""),
        Column("is_controllable", "flag", "could we have done something", example="yes"),
        Column("competitor", "text", "whom they went to", example=""),
        Column("words", "text", "the customer's own words", personal=True, example="", known_as=("feedback_text", "comment", "feedback")),
    ),
)  # fmt: skip

INVOICES = Table(
    name="invoices",
    meaning="A bill, and when it was paid.",
    time="event",
    dated_by=("issued_on",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("invoice"),
        account_id(),
        Column("issued_on", "date", "its date", required=True, example="2026-09-01", known_as=("invoice_date", "created", "date")),
        Column("due_on", "date", "the day on which it is due", example="2026-10-01", known_as=("due_date",)),
        Column("paid_on", "date", "the day on which it was paid", happens=True, example="2026-09-28", known_as=("paid_date", "paid_at"), empty="bad"),
        Column("amount", "money", "what was billed", example="3000", known_as=("total", "amount_due")),
        CURRENCY,
        Column("days_late", "quantity", "days between due and paid", unit="days", example="0", more="bad"),
    ),
)  # fmt: skip

RATES = Table(
    name="rates",
    meaning="What one unit of a currency was worth in the workspace's currency, from a day on.",
    time="event",
    dated_by=("from_on",),
    per_account=False,
    columns=(
        identity("rate"),
        Column("from_on", "date", "its first day", required=True, example="2026-01-01", known_as=("date", "day")),
        Column("currency", "text", "the currency", required=True, example="EUR", known_as=("currency_code",)),
        Column("rate", "quantity", "worth of one unit", required=True, example="1.08", known_as=("value",)),
    ),
)  # fmt: skip
