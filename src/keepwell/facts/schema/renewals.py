"""This file declares the table of renewals."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import CURRENCY, account_id, identity
from keepwell.health.definition.table import Column, Table

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
        Column("amount_renewed", "money", "the yearly amount that was renewed", example="9000", empty_means="not decided yet", known_as=("renewed_amount",)),
        CURRENCY,
        Column("reason", "text", "the main reason", example="budget", known_as=("reason_code", "churn_reason")),
        Column("second_reason", "text", "a second reason", example=""),
        Column("is_controllable", "flag", "you could have prevented it", example="yes"),
        Column("competitor", "text", "the competitor they moved to", example=""),
        Column("words", "text", "the customer's own words", personal=True, example="", known_as=("feedback_text", "comment", "feedback")),
    ),
)  # fmt: skip
