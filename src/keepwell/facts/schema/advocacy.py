"""This file declares the table of advocacy."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.contacts import person
from keepwell.facts.schema.shared_columns import account_id, at, identity
from keepwell.health.definition.table import Column, Table

ADVOCACY = Table(
    name="advocacy",
    meaning="Something that the account did to recommend you.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT, person("person")),
    more="good",
    columns=(
        identity("act"),
        account_id(),
        at("when it happened"),
        Column("kind", "text", "the kind of advocacy", required=True, example="reference",
               choices=("reference", "review", "case study", "referral", "event", "community"), known_as=("type",)),
        Column("person", "text", "who did it", person=True, example="mia@harbour.example", known_as=("contact", "contact_id", "email")),
    ),
)  # fmt: skip
