"""This file holds the columns that most tables share."""

from keepwell.health.definition import limit
from keepwell.health.definition.table import Column

CURRENCY = Column("currency", "text", "the currency of the amounts; by default the workspace's", example="EUR",
                  known_as=("currency_code", "iso_currency"))  # fmt: skip


def identity(of: str) -> Column:
    """Declare the identity of a row: a later row with the same one supersedes it."""
    return Column("id", "text", f"the {of}'s ID; a later row with the same ID replaces it", required=True,
                  example="4711", known_as=(f"{of}_id", "uuid", "key", "number"), characters=limit.KEY)  # fmt: skip


def account_id(meaning: str = "the account") -> Column:
    """Declare the account of a row."""
    return Column("account_id", "text", meaning, required=True, example="A-014",
                  known_as=("account", "customer_id", "company_id", "organization_id", "org_id", "client_id", "tenant_id"), characters=limit.KEY)  # fmt: skip


def at(meaning: str) -> Column:
    """Declare when an event happened."""
    return Column("at", "moment", meaning, required=True, example="2026-09-30 14:05",
                  known_as=("timestamp", "time", "date", "day", "created_at", "occurred_at", "event_time", "usage_date",
                            "submitted_at", "opened_at", "sent_at", "answered_at", "started_at"))  # fmt: skip
