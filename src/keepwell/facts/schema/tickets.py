"""This file declares the table of support tickets."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.contacts import person
from keepwell.facts.schema.shared_columns import account_id, at, identity
from keepwell.health.definition.table import Column, Table

TICKETS = Table(
    name="tickets",
    meaning="A support ticket.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT, person("requester")),
    columns=(
        identity("ticket"),
        account_id(),
        at("when it was opened"),
        Column("resolved_at", "moment", "when it was resolved", happens=True, example="2026-10-01 09:00",
               known_as=("closed_at", "solved_at", "resolution_date"), empty="bad"),
        Column("priority", "text", "its priority", example="high", choices=("low", "normal", "high", "urgent"), known_as=("severity",), bad=("high", "urgent")),
        Column("is_escalated", "flag", "was escalated", example="no", known_as=("escalation_flag", "escalated"), more="bad"),
        Column("first_reply_minutes", "quantity", "time to first reply", unit="minutes", example="42", empty_means="not replied yet",
               known_as=("first_response_time_minutes", "first_response_minutes", "reply_time_in_minutes"), more="bad"),
        Column("resolution_hours", "quantity", "time to resolution", unit="hours", example="19", empty_means="not resolved yet",
               known_as=("resolution_time_hours", "time_to_resolve_hours"), more="bad"),
        Column("satisfaction", "quantity", "the requester's rating", example="4", empty_means="not rated", known_as=("satisfaction_score", "csat", "rating"), more="good"),
        Column("requester", "text", "who opened it", person=True, example="mia@harbour.example", known_as=("requester_id", "user_id", "email")),
        Column("subject", "text", "its subject", personal=True, example="Export fails", known_as=("title", "summary")),
    ),
)  # fmt: skip
