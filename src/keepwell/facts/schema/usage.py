"""This file declares the table of usage."""

from keepwell.facts.schema.accounts import THE_ACCOUNT
from keepwell.facts.schema.contacts import person
from keepwell.facts.schema.features import FEATURES
from keepwell.facts.schema.shared_columns import account_id, at, identity
from keepwell.health.definition import limit
from keepwell.health.definition.table import Column, Reference, Table

USAGE = Table(
    name="usage",
    meaning="Somebody at the account used the product.",
    time="event",
    dated_by=("at",),
    references=(THE_ACCOUNT, person("user"), Reference("feature", "feature", FEATURES, "feature")),
    more="good",
    is_continuous=True,
    columns=(
        identity("event"),
        account_id(),
        at("when it happened"),
        Column("user", "text", "who used it", person=True, example="u-17", known_as=("user_id", "userid", "user_email", "person", "email")),
        Column("feature", "text", "the feature or page", example="export",
               known_as=("feature_name", "event", "event_name", "event_type", "event_type_name", "page", "action"), characters=limit.KEY),
        Column("quantity", "quantity", "how much, if a row is more than one use", example="12",
               known_as=("usage_count", "count", "n", "value", "event_value", "amount", "times")),
        Column("product", "text", "the product", example="Core", known_as=("app", "module")),
        Column("contract_id", "text", "the contract line under which it was used", example="L-031",
               known_as=("subscription_id", "subscription", "licence_id"), characters=limit.KEY),
    ),
)  # fmt: skip
