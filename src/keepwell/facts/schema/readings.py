"""This file declares the table of readings: any metric from anywhere."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import account_id, at, identity
from keepwell.health.definition.table import Column, Table

READINGS = Table(
    name="readings",
    meaning="Any metric from anywhere: a name and a number.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("reading"),
        account_id(),
        at("when it was measured"),
        Column("name", "text", "the metric", required=True, example="storage_gb", known_as=("metric", "measure", "key")),
        Column("value", "quantity", "the number", required=True, example="81.5", known_as=("reading", "amount")),
    ),
)  # fmt: skip
