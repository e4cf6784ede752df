"""This file declares the table of features of the product."""

from keepwell.health.definition import limit
from keepwell.health.definition.table import Column, Table

FEATURES = Table(
    name="features",
    meaning="A feature or page of the product, and how it is meant to be used.",
    time="state",
    dated_by=("valid_from",),
    entity="feature",
    per_account=False,
    columns=(
        Column("feature", "text", "its name, as in `usage`", required=True, example="export",
               known_as=("feature_name", "page", "event_type_name", "name"), characters=limit.KEY),
        Column("valid_from", "date", "the date from which the row is valid", example="2026-01-15"),
        Column("product", "text", "the product that it belongs to", example="Core"),
        Column("is_key", "flag", "a key feature, which healthy accounts use", example="yes", known_as=("key_feature",)),
        Column("rhythm", "text", "how often it is normally used", example="monthly",
               choices=("daily", "weekly", "monthly", "quarterly", "yearly")),
        Column("released_on", "date", "its release date", example="2025-02-01", known_as=("released",)),
        Column("retired_on", "date", "the date it was retired: the first day without it", example="", known_as=("retired",)),
    ),
)  # fmt: skip
