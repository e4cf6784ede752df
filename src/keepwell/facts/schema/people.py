"""This file declares the tables about who the customer is: accounts, contacts, advocacy, pulses."""

from keepwell.facts.schema.column import account_id, at, identity
from keepwell.health.definition.table import Column, Reference, Table

ACCOUNTS = Table(
    name="accounts",
    meaning="What is known of an account, valid from a day: who they are, which segment, who looks after them.",
    time="state",
    dated_by=("valid_from",),
    entity="account_id",
    columns=(
        account_id("the account that the row describes"),
        Column("name", "text", "what people call the account", personal=True, example="Harbour Books",
               known_as=("account_name", "company", "company_name", "customer", "customer_name", "organization", "title")),
        Column("valid_from", "date", "the day from which the row holds; without it, the day of its import",
               example="2026-01-15", known_as=("effective_from", "as_of", "snapshot_date")),
        Column("started_on", "date", "the day on which the account became a customer", example="2024-03-01",
               known_as=("signup_date", "customer_since", "start_date", "created_at", "created_date", "created")),
        Column("parent_id", "text", "the account above it in a group", example="A-001",
               known_as=("parent", "parent_account", "parent_account_id", "group_id")),
        Column("segment", "text", "the company's own grouping", example="mid-market",
               known_as=("tier", "size_segment", "customer_segment")),
        Column("stage", "text", "lifecycle stage", example="adoption", known_as=("lifecycle_stage", "lifecycle", "phase")),
        Column("plan", "text", "the plan or edition", example="Pro", known_as=("plan_tier", "edition", "subscription_plan")),
        Column("industry", "text", "line of business", example="retail", known_as=("sector", "vertical")),
        Column("country", "text", "country of its head office", example="DE", known_as=("country_code", "office_location", "region")),
        Column("employees", "quantity", "how many people work there", unit="people", example="240",
               known_as=("employee_count", "headcount", "number_of_employees", "size")),
        Column("target_users", "quantity", "how many active users were agreed", unit="users", example="40",
               known_as=("user_target", "licence_target")),
        Column("owner", "text", "who looks after the account", personal=True, example="Ana Ruiz",
               known_as=("csm", "csm_name", "account_owner", "owner_name", "success_manager")),
        Column("is_churned", "flag", "the source says that the account has left", example="no",
               known_as=("churn_flag", "churned", "churn"), more="bad"),
    ),
)  # fmt: skip

THE_ACCOUNT = Reference("account", "account_id", ACCOUNTS, "account_id")

CONTACTS = Table(
    name="contacts",
    meaning="A person at the account and the part they play, valid from a day.",
    time="state",
    dated_by=("valid_from",),
    entity="id",
    references=(THE_ACCOUNT,),
    columns=(
        identity("contact"),
        account_id(),
        Column("person", "text", "who it is, as other tables name them", person=True, example="mia@harbour.example",
               known_as=("user_id", "contact_email", "email_address", "requester_id")),
        Column("name", "text", "their name", personal=True, example="Mia Holt", known_as=("full_name", "contact_name")),
        Column("email", "text", "their address", personal=True, example="mia@harbour.example", known_as=("email_address", "mail")),
        Column("valid_from", "date", "the day from which the row holds", example="2026-01-15", known_as=("created_at",)),
        Column("role", "text", "what they do there", example="Head of Operations", known_as=("title", "job_title", "position")),
        Column("is_sponsor", "flag", "executive sponsor", example="yes", known_as=("sponsor", "executive_sponsor"), more="good"),
        Column("is_champion", "flag", "speaks for us inside", example="no", known_as=("champion",), more="good"),
        Column("is_decision_maker", "flag", "decides on the renewal", example="yes", known_as=("decision_maker",)),
        Column("left_on", "date", "the day on which they left", happens=True, example="", known_as=("inactive_since", "end_date"), empty="good"),
    ),
)  # fmt: skip


def person(by: str) -> Reference:
    """Declare that a column names somebody who may stand among the contacts of the account."""
    return Reference("person", by, CONTACTS, "person", is_of_account=True)


ADVOCACY = Table(
    name="advocacy",
    meaning="Something the account did to recommend us.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT, person("person")),
    more="good",
    columns=(
        identity("act"),
        account_id(),
        at("when it happened"),
        Column("kind", "text", "what they did", required=True, example="reference",
               choices=("reference", "review", "case study", "referral", "event", "community"), known_as=("type",)),
        Column("person", "text", "who did it", person=True, example="mia@harbour.example", known_as=("contact", "contact_id", "email")),
    ),
)  # fmt: skip

PULSES = Table(
    name="pulses",
    meaning="How the person who looks after the account sees it, with a note.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT,),
    columns=(
        identity("pulse"),
        account_id(),
        at("when it was given"),
        Column("pulse", "text", "the judgement", required=True, example="green", choices=("green", "amber", "red"),
               known_as=("sentiment", "health", "csm_sentiment", "rating"), good=("green",), bad=("red",)),
        Column("reason", "text", "reason code", example="champion left", known_as=("reason_code",)),
        Column("note", "text", "why, in words", personal=True, example="Sponsor wants the audit report first.",
               known_as=("comment", "notes", "summary")),
        Column("given_by", "text", "who gave it", person=True, example="ana", known_as=("author", "csm", "owner")),
    ),
)  # fmt: skip
