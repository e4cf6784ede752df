"""This file declares the table of treatments: plays that were worked on accounts."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import account_id, identity
from keepwell.health.definition.table import Column, Table

TREATMENTS = Table(
    name="treatments",
    meaning="A play that was worked on the account, from one day to another.",
    time="term",
    dated_by=("starts_on",),
    ends_by="ends_on",
    references=(THE_ACCOUNT,),
    columns=(
        identity("treatment"),
        account_id(),
        Column("starts_on", "date", "its first day", required=True, example="2026-09-01",
               known_as=("start_date", "start", "started_on", "entered_on", "opened_on")),
        Column("ends_on", "date", "the day after its last day; empty while it runs", example="2026-10-15", empty_means="still running",
               known_as=("end_date", "end", "ended_on", "left_on", "completed_on")),
        Column("kind", "text", "which play", example="executive call", known_as=("play", "playbook", "treatment", "type", "name")),
        Column("given_by", "text", "who worked it", person=True, example="ana", known_as=("owner", "csm", "assignee")),
    ),
)  # fmt: skip
