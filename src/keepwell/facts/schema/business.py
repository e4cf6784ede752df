"""This file declares the tables of contracts, renewals, invoices and exchange rates."""

from keepwell.facts.schema.column import account_id, identity
from keepwell.facts.schema.people import THE_ACCOUNT
from keepwell.health.definition.table import Column, Table

CURRENCY = Column("currency", "text", "the currency of the amounts; by default the workspace's", example="EUR",
                  known_as=("currency_code", "iso_currency"))  # fmt: skip

CONTRACTS = Table(
    name="contracts",
    meaning="A contract line: what was bought, how much, and for how long.",
    time="term",
    dated_by=("starts_on",),
    ends_by="ends_on",
    references=(THE_ACCOUNT,),
    columns=(
        identity("line"),
        account_id(),
        Column("starts_on", "date", "its first day", required=True, example="2026-01-01",
               known_as=("start_date", "start", "period_start", "begin_date")),
        Column("ends_on", "date", "the day after its last day; empty if it is open-ended", example="2027-01-01",
               known_as=("end_date", "end", "period_end", "expiry_date")),
        Column("kind", "text", "the kind of line; by default recurring", example="recurring",
               choices=("recurring", "one-off", "services", "trial"), known_as=("type", "line_type")),
        Column("product", "text", "what was bought", example="Core", known_as=("plan_tier", "plan", "sku", "item")),
        Column("units", "quantity", "how many were bought; empty for a site licence", example="50",
               known_as=("seats", "quantity", "licences", "licenses")),
        Column("unit", "text", "what is counted; by default seat", example="seat", known_as=("units", "unit_type")),
        Column("annual_amount", "money", "the price per year", example="12000",
               known_as=("arr", "arr_amount", "annual_value", "acv", "mrr", "mrr_amount")),
        CURRENCY,
        Column("auto_renews", "flag", "renews automatically", example="yes", known_as=("auto_renew_flag", "auto_renew")),
        Column("notice_days", "quantity", "the notice period", unit="days", example="60", known_as=("notice_period",)),
        Column("replaced_by", "text", "the line that replaced it", example="L-032"),
    ),
)  # fmt: skip

RENEWALS = Table(
    name="renewals",
    meaning="How a renewal went: renewed, changed or churned, when that was known, and why.",
    time="event",
    dated_by=("noticed_on", "decided_on", "effective_on", "due_on"),
    references=(THE_ACCOUNT,),
    columns=(
        identity("decision"),
        account_id(),
        Column("due_on", "date", "the renewal date", example="2027-01-01", known_as=("renewal_date",)),
        Column("notice_due_on", "date", "the last day to give notice", example="2026-11-01", known_as=("notice_deadline",)),
        Column("noticed_on", "date", "when they gave notice", happens=True, example="", known_as=("notice_date",), empty="good"),
        Column("decided_on", "date", "when it was decided", happens=True, example="", known_as=("decision_date", "close_date")),
        Column("effective_on", "date", "when it takes effect", example="2027-01-01", known_as=("churn_date", "effective_date")),
        Column("movement", "text", "what happened", required=True, example="renewed",
               choices=("renewed", "churn", "downsell", "upsell", "cross-sell", "price"), known_as=("outcome", "type"), good=("renewed", "upsell", "cross-sell"), bad=("churn", "downsell")),
        Column("amount_due", "money", "the yearly amount up for renewal", example="12000", known_as=("renewal_amount",)),
        Column("amount_renewed", "money", "the yearly amount that was renewed", example="9000", known_as=("renewed_amount",)),
        CURRENCY,
        Column("reason", "text", "the main reason", example="budget", known_as=("reason_code", "churn_reason")),
        Column("second_reason", "text", "a second reason", example=""),
        Column("is_controllable", "flag", "you could have prevented it", example="yes"),
        Column("competitor", "text", "the competitor they moved to", example=""),
        Column("words", "text", "the customer's own words", personal=True, example="", known_as=("feedback_text", "comment", "feedback")),
    ),
)  # fmt: skip

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
        Column("days_late", "quantity", "days from the due date to payment", unit="days", example="0", more="bad"),
    ),
)  # fmt: skip

RATES = Table(
    name="rates",
    meaning="An exchange rate: what one unit of a currency is worth in the workspace's currency, from a date on.",
    time="event",
    dated_by=("from_on",),
    per_account=False,
    columns=(
        identity("rate"),
        Column("from_on", "date", "the date from which it is valid", required=True, example="2026-01-01", known_as=("date", "day")),
        Column("currency", "text", "the currency", required=True, example="EUR", known_as=("currency_code",)),
        Column("rate", "quantity", "the worth of one unit", required=True, example="1.08", known_as=("value",)),
    ),
)  # fmt: skip
