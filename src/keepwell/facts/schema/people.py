"""This file declares the tables of accounts, contacts, advocacy and pulses."""

from keepwell.facts.schema.column import account_id, at, identity
from keepwell.health.definition.table import Column, Reference, Table

ACCOUNTS = Table(
    name="accounts",
    meaning="What is known about an account from a date on: its segment, plan, owner and so on.",
    time="state",
    dated_by=("valid_from",),
    entity="account_id",
    columns=(
        account_id("the account"),
        Column("name", "text", "the account's name", personal=True, example="Harbour Books",
               known_as=("account_name", "company", "company_name", "customer", "customer_name", "organization", "title")),
        Column("valid_from", "date", "the date from which the row is valid; by default the day of its import",
               example="2026-01-15", known_as=("effective_from", "as_of", "snapshot_date")),
        Column("started_on", "date", "when the account became a customer", example="2024-03-01",
               known_as=("signup_date", "customer_since", "start_date", "created_at", "created_date", "created")),
        Column("parent_id", "text", "its parent account", example="A-001",
               known_as=("parent", "parent_account", "parent_account_id", "group_id")),
        Column("segment", "text", "its segment, as your company defines it", example="mid-market",
               known_as=("tier", "size_segment", "customer_segment")),
        Column("stage", "text", "lifecycle stage", example="adoption", known_as=("lifecycle_stage", "lifecycle", "phase")),
        Column("plan", "text", "the plan or edition", example="Pro", known_as=("plan_tier", "edition", "subscription_plan")),
        Column("industry", "text", "its industry", example="retail", known_as=("sector", "vertical")),
        Column("country", "text", "the country of its head office", example="DE", known_as=("country_code", "office_location", "region")),
        Column("employees", "quantity", "how many people it employs", unit="people", example="240",
               known_as=("employee_count", "headcount", "number_of_employees", "size")),
        Column("target_users", "quantity", "the agreed number of active users", unit="users", example="40",
               known_as=("user_target", "licence_target")),
        Column("owner", "text", "who owns the account", personal=True, example="Ana Ruiz",
               known_as=("csm", "csm_name", "account_owner", "owner_name", "success_manager")),
        Column("is_churned", "flag", "the source says that it has churned", example="no",
               known_as=("churn_flag", "churned", "churn"), more="bad"),
    ),
)  # fmt: skip

THE_ACCOUNT = Reference("account", "account_id", ACCOUNTS, "account_id")

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

PULSES = Table(
    name="pulses",
    meaning="The CSM's own rating of the account, with a note.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("pulse"),
        account_id(),
        at("when it was given"),
        Column("pulse", "text", "the rating", required=True, example="green", choices=("green", "amber", "red"),
               known_as=("sentiment", "health", "csm_sentiment", "rating"), good=("green",), bad=("red",)),
        Column("reason", "text", "the reason code", example="champion left", known_as=("reason_code",)),
        Column("note", "text", "the reason in words", personal=True, example="Sponsor wants the audit report first.",
               known_as=("comment", "notes", "summary")),
        Column("given_by", "text", "who gave it", person=True, example="ana", known_as=("author", "csm", "owner")),
    ),
)  # fmt: skip
