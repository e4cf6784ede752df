"""This room declares the tables of facts as data, from which validation, templates, docs and data files are derived."""

from keepwell.facts.schema.business import CONTRACTS, INVOICES, RATES, RENEWALS
from keepwell.facts.schema.feedback import (
    MEETINGS,
    MILESTONES,
    OUTCOMES,
    READINGS,
    SIGNALS,
    SURVEYS,
)
from keepwell.facts.schema.people import ACCOUNTS, ADVOCACY, CONTACTS, PULSES
from keepwell.facts.schema.product import FEATURES, TICKETS, USAGE
from keepwell.health.definition.table import Table

# In the order in which an import reads them: who exists comes before what they did.
TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ACCOUNTS, RATES, FEATURES, CONTACTS, CONTRACTS, USAGE, SURVEYS, TICKETS, MEETINGS,
        RENEWALS, INVOICES, OUTCOMES, MILESTONES, ADVOCACY, SIGNALS, PULSES, READINGS,
    )
}  # fmt: skip

__all__ = ["TABLES"]
