"""This file declares the table of news about customers' own business."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import account_id, at, identity
from keepwell.health.definition.table import Column, Table

SIGNALS = Table(
    name="signals",
    meaning="News about the customer's own business.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("signal"),
        account_id(),
        at("when it became known"),
        Column("kind", "text", "what the news is about", required=True, example="layoffs",
               choices=("headcount", "funding", "layoffs", "acquisition", "credit", "site closure", "payment", "leadership", "other"),
               known_as=("type", "signal")),
        Column("direction", "text", "good or bad news for them", required=True, example="bad", choices=("good", "bad", "neutral"),
               known_as=("sentiment", "polarity"), good=("good",), bad=("bad",)),
        Column("value", "quantity", "a number, if there is one", example="-12"),
        Column("source", "text", "where it came from", example="press"),
    ),
)  # fmt: skip
