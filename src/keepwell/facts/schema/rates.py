"""This file declares the table of exchange rates."""

from keepwell.facts.schema.shared_columns import identity
from keepwell.health.definition.table import Column, Table

RATES = Table(
    name="rates",
    meaning="An exchange rate: what one unit of a currency is worth in the workspace's currency, from a date on.",
    time="event",
    dated_by=("from_on",),
    per_account=False,
    columns=(
        identity("rate"),
        Column("from_on", "date", "the date from which it is valid", required=True, example="2026-01-01", known_as=("date", "day")),
        Column("currency", "text", "the currency", required=True, example="EUR", known_as=("currency_code",)),
        Column("rate", "quantity", "the worth of one unit", required=True, example="1.08", known_as=("value",)),
    ),
)  # fmt: skip
