"""This file declares the table of contacts."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.shared_columns import account_id, identity
from keepwell.health.definition.table import Column, Reference, Table

CONTACTS = Table(
    name="contacts",
    meaning="A person at the account and their role, from a date on.",
    time="state",
    dated_by=("valid_from",),
    entity="id",
    references=(THE_ACCOUNT,),
    columns=(
        identity("contact"),
        account_id(),
        Column("person", "text", "the person, under the ID that other tables use", person=True, example="mia@harbour.example",
               known_as=("user_id", "contact_email", "email_address", "requester_id")),
        Column("name", "text", "their name", personal=True, example="Mia Holt", known_as=("full_name", "contact_name")),
        Column("email", "text", "their email address", personal=True, example="mia@harbour.example", known_as=("email_address", "mail")),
        Column("valid_from", "date", "the date from which the row is valid", example="2026-01-15", known_as=("created_at",)),
        Column("role", "text", "their job", example="Head of Operations", known_as=("title", "job_title", "position")),
        Column("is_sponsor", "flag", "is the executive sponsor", example="yes", known_as=("sponsor", "executive_sponsor"), more="good"),
        Column("is_champion", "flag", "is a champion", example="no", known_as=("champion",), more="good"),
        Column("is_decision_maker", "flag", "decides about the renewal", example="yes", known_as=("decision_maker",)),
        Column("left_on", "date", "when they left the company", happens=True, example="", known_as=("inactive_since", "end_date"), empty="good"),
    ),
)  # fmt: skip


def person(by: str) -> Reference:
    """Declare that a column names somebody who may be one of the account's contacts."""
    return Reference("person", by, CONTACTS, "person", is_of_account=True)
