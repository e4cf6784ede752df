"""This file declares the table of meetings."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import account_id, at, identity
from keepwell.health.definition.table import Column, Table

MEETINGS = Table(
    name="meetings",
    meaning="A meeting with the account: planned, held or cancelled, who attended, which actions were agreed and done.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("meeting"),
        account_id(),
        at("its scheduled start"),
        Column("kind", "text", "the kind of meeting", example="cadence call", known_as=("type", "meeting_type", "subject")),
        Column("status", "text", "its status", required=True, example="held",
               choices=("planned", "held", "cancelled", "no-show"), known_as=("state", "outcome"), good=("held",), bad=("cancelled", "no-show")),
        Column("executive_present", "flag", "one of their executives attended", example="no", known_as=("exec_present",), more="good"),
        Column("attendees", "quantity", "how many of their people attended", unit="people", example="3", more="good"),
        Column("actions_due", "quantity", "actions the account took on", example="2", known_as=("actions",)),
        Column("actions_done", "quantity", "how many of these were done on time", example="1", known_as=("actions_completed",), more="good"),
        Column("note", "text", "what was said", personal=True, example="They want the audit report first."),
        Column("next_step", "text", "what was agreed to do next", personal=True, example="Send the report by Friday."),
        Column("attended_by", "text", "which contacts attended: their IDs, separated by commas", personal=True, example="C-7, C-9"),
    ),
)  # fmt: skip
