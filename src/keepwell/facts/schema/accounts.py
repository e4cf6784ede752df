"""This file declares the table of accounts."""

from keepwell.facts.schema.shared_columns import account_id
from keepwell.health.definition import limit
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
               known_as=("account_name", "company", "company_name", "customer", "customer_name", "organization", "title"), characters=limit.KEY),
        Column("valid_from", "date", "the date from which the row is valid; by default the day of its import",
               example="2026-01-15", known_as=("effective_from", "as_of", "snapshot_date")),
        Column("started_on", "date", "when the account became a customer", example="2024-03-01",
               known_as=("signup_date", "customer_since", "start_date", "created_at", "created_date", "created")),
        Column("parent_id", "text", "its parent account", example="A-001",
               known_as=("parent", "parent_account", "parent_account_id", "group_id"), characters=limit.KEY),
        Column("segment", "text", "its segment, as your company defines it", example="mid-market",
               known_as=("tier", "size_segment", "customer_segment"), characters=limit.KEY),
        Column("stage", "text", "lifecycle stage", example="adoption", known_as=("lifecycle_stage", "lifecycle", "phase")),
        Column("plan", "text", "the plan or edition", example="Pro", known_as=("plan_tier", "edition", "subscription_plan")),
        Column("industry", "text", "its industry", example="retail", known_as=("sector", "vertical")),
        Column("country", "text", "the country of its head office", example="DE", known_as=("country_code", "office_location", "region")),
        Column("employees", "quantity", "how many people it employs", unit="people", example="240",
               known_as=("employee_count", "headcount", "number_of_employees", "size")),
        Column("target_users", "quantity", "the agreed number of active users", unit="users", example="40",
               known_as=("user_target", "licence_target")),
        Column("owner", "text", "who owns the account", personal=True, example="Ana Ruiz",
               known_as=("csm", "csm_name", "account_owner", "owner_name", "success_manager"), characters=limit.KEY),
        Column("is_churned", "flag", "the source says that it has churned", example="no",
               known_as=("churn_flag", "churned", "churn"), more="bad"),
    ),
)  # fmt: skip

THE_ACCOUNT = Reference("account", "account_id", ACCOUNTS, "account_id")
