"""This file declares the table of pulses, the ratings of CSMs."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import account_id, at, identity
from keepwell.health.definition.table import Column, Table

PULSES = Table(
    name="pulses",
    meaning="The CSM's own rating of the account, with a note.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    expires=True,
    columns=(
        identity("pulse"),
        account_id(),
        at("when it was given"),
        Column("pulse", "text", "the rating", required=True, example="green", choices=("green", "amber", "red"),
               known_as=("sentiment", "health", "csm_sentiment", "rating"), good=("green",), bad=("red",)),
        Column("reason", "text", "the reason code", example="champion left", known_as=("reason_code",)),
        Column("note", "text", "the reason in words", personal=True, example="Sponsor wants the audit report first.",
               known_as=("comment", "notes", "summary")),
        Column("given_by", "text", "who gave it", person=True, example="ana", known_as=("author", "csm", "owner")),
    ),
)  # fmt: skip
