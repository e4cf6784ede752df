"""This file declares the table of contract lines."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import CURRENCY, account_id, identity
from keepwell.health.definition import limit
from keepwell.health.definition.table import Column, Table

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
        Column("ends_on", "date", "the day after its last day; empty if it is open-ended", example="2027-01-01", empty_means="open-ended",
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
        Column("notice_days", "quantity", "the notice period", unit="days", example="60", known_as=("notice_period",),
               least=0, most=limit.LONGEST_DAYS),
        Column("replaced_by", "text", "the line that replaced it", example="L-032", characters=limit.KEY),
    ),
)  # fmt: skip
