"""This file declares the table of risks that were opened on accounts."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import account_id, identity
from keepwell.health.definition.table import Column, Table

RISKS = Table(
    name="risks",
    meaning="A risk that somebody opened on the account, until it was closed.",
    time="term",
    dated_by=("opened_on",),
    ends_by="closed_on",
    references=(THE_ACCOUNT,),
    more="bad",
    columns=(
        identity("risk"),
        account_id(),
        Column("opened_on", "date", "when it was opened", required=True, example="2026-08-20",
               known_as=("opened_at", "created_on", "created_at", "start_date")),
        Column("closed_on", "date", "when it was closed; empty while it is open", example="2026-10-02", empty_means="still open",
               known_as=("closed_at", "resolved_on", "resolved_at", "end_date")),
        Column("status", "text", "whether it is open", example="closed", choices=("open", "closed"), known_as=("state",)),
        Column("cause", "text", "what it is about", example="champion left", known_as=("reason", "reason_code", "type", "category")),
        Column("owner", "text", "who looks after it", person=True, example="ana", known_as=("csm", "assignee", "opened_by")),
    ),
)  # fmt: skip
