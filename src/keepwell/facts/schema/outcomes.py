"""This file declares the table of outcomes that customers want."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import account_id, at, identity
from keepwell.health.definition.table import Column, Table

OUTCOMES = Table(
    name="outcomes",
    meaning="Progress of an outcome that the customer wants, as of a date.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("reading"),
        account_id(),
        at("when it was measured"),
        Column("outcome", "text", "which outcome", required=True, example="close the books faster", known_as=("goal", "objective", "name")),
        Column("value", "quantity", "the current value", example="6", known_as=("actual", "current")),
        Column("baseline", "quantity", "the value at the start", example="10"),
        Column("target", "quantity", "the value to reach", example="4", known_as=("goal_value",)),
        Column("baseline_on", "date", "the date of the baseline", example="2026-01-15", known_as=("baseline_date",)),
        Column("due_on", "date", "when it is due", example="2026-12-31", known_as=("target_date", "due_date")),
        Column("progress", "quantity", "how much of it is achieved", unit="%", example="66.7", known_as=("percent_complete",), more="good"),
        Column("is_confirmed", "flag", "confirmed by the customer", example="yes", known_as=("confirmed",), more="good"),
        Column("rank", "quantity", "its priority, as the customer ranks it", example="1", known_as=("priority",)),
    ),
)  # fmt: skip
