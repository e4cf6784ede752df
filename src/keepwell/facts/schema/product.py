"""This file declares the tables of features, usage and tickets."""

from keepwell.facts.schema.column import account_id, at, identity
from keepwell.facts.schema.people import THE_ACCOUNT, person
from keepwell.health.definition.table import Column, Reference, Table

FEATURES = Table(
    name="features",
    meaning="A feature or page of the product, and how it is meant to be used.",
    time="state",
    dated_by=("valid_from",),
    entity="feature",
    per_account=False,
    columns=(
        Column("feature", "text", "its name, as in `usage`", required=True, example="export",
               known_as=("feature_name", "page", "event_type_name", "name")),
        Column("valid_from", "date", "the date from which the row is valid", example="2026-01-15"),
        Column("product", "text", "the product that it belongs to", example="Core"),
        Column("is_key", "flag", "a key feature, which healthy accounts use", example="yes", known_as=("key_feature",)),
        Column("rhythm", "text", "how often it is normally used", example="monthly",
               choices=("daily", "weekly", "monthly", "quarterly", "yearly")),
        Column("released_on", "date", "its release date", example="2025-02-01", known_as=("released",)),
        Column("retired_on", "date", "the date it was retired: the first day without it", example="", known_as=("retired",)),
    ),
)  # fmt: skip

USAGE = Table(
    name="usage",
    meaning="Somebody at the account used the product.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT, person("user"), Reference("feature", "feature", FEATURES, "feature")),
    more="good",
    columns=(
        identity("event"),
        account_id(),
        at("when it happened"),
        Column("user", "text", "who used it", person=True, example="u-17", known_as=("user_id", "userid", "user_email", "person", "email")),
        Column("feature", "text", "the feature or page", example="export",
               known_as=("feature_name", "event", "event_name", "event_type", "event_type_name", "page", "action")),
        Column("quantity", "quantity", "how much, if a row is more than one use", example="12",
               known_as=("usage_count", "count", "n", "value", "event_value", "amount", "times")),
        Column("product", "text", "the product", example="Core", known_as=("app", "module")),
        Column("contract_id", "text", "the contract line under which it was used", example="L-031",
               known_as=("subscription_id", "subscription", "licence_id")),
    ),
)  # fmt: skip

TICKETS = Table(
    name="tickets",
    meaning="A support ticket.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT, person("requester")),
    columns=(
        identity("ticket"),
        account_id(),
        at("when it was opened"),
        Column("resolved_at", "moment", "when it was resolved", happens=True, example="2026-10-01 09:00",
               known_as=("closed_at", "solved_at", "resolution_date"), empty="bad"),
        Column("priority", "text", "its priority", example="high", choices=("low", "normal", "high", "urgent"), known_as=("severity",), bad=("high", "urgent")),
        Column("is_escalated", "flag", "was escalated", example="no", known_as=("escalation_flag", "escalated"), more="bad"),
        Column("first_reply_minutes", "quantity", "time to first reply", unit="minutes", example="42",
               known_as=("first_response_time_minutes", "first_response_minutes", "reply_time_in_minutes"), more="bad"),
        Column("resolution_hours", "quantity", "time to resolution", unit="hours", example="19",
               known_as=("resolution_time_hours", "time_to_resolve_hours"), more="bad"),
        Column("satisfaction", "quantity", "the requester's rating", example="4", known_as=("satisfaction_score", "csat", "rating"), more="good"),
        Column("requester", "text", "who opened it", person=True, example="mia@harbour.example", known_as=("requester_id", "user_id", "email")),
        Column("subject", "text", "its subject", personal=True, example="Export fails", known_as=("title", "summary")),
    ),
)  # fmt: skip
