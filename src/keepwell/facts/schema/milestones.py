"""This file declares the table of milestones to go-live."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import account_id, identity
from keepwell.health.definition.table import Column, Table

MILESTONES = Table(
    name="milestones",
    meaning="A step on the way to go-live or first value.",
    time="event",
    dated_by=("planned_on", "due_on"),
    references=(THE_ACCOUNT,),
    columns=(
        identity("milestone"),
        account_id(),
        Column("milestone", "text", "the step", required=True, example="first import", known_as=("name", "step", "task")),
        Column("planned_on", "date", "when it was planned", example="2026-02-01", known_as=("created_on", "created_at")),
        Column("due_on", "date", "when it is due", example="2026-03-01", known_as=("due_date", "target_date")),
        Column("reached_on", "date", "when it was reached", happens=True, example="2026-02-20", known_as=("completed_on", "done_on", "completed_at"), empty="bad"),
    ),
)  # fmt: skip
