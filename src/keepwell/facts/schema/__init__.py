"""This room declares the tables of facts as data, from which validation, templates, docs and data files are derived."""

from keepwell.facts.schema.accounts import ACCOUNTS
from keepwell.facts.schema.advocacy import ADVOCACY
from keepwell.facts.schema.contacts import CONTACTS
from keepwell.facts.schema.contracts import CONTRACTS
from keepwell.facts.schema.features import FEATURES
from keepwell.facts.schema.invoices import INVOICES
from keepwell.facts.schema.meetings import MEETINGS
from keepwell.facts.schema.milestones import MILESTONES
from keepwell.facts.schema.outcomes import OUTCOMES
from keepwell.facts.schema.pulses import PULSES
from keepwell.facts.schema.rates import RATES
from keepwell.facts.schema.readings import READINGS
from keepwell.facts.schema.renewals import RENEWALS
from keepwell.facts.schema.risks import RISKS
from keepwell.facts.schema.signals import SIGNALS
from keepwell.facts.schema.surveys import SURVEYS
from keepwell.facts.schema.tickets import TICKETS
from keepwell.facts.schema.treatments import TREATMENTS
from keepwell.facts.schema.usage import USAGE
from keepwell.health.definition.table import Table

# In the order in which an import reads them: who exists comes before what they did.
TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ACCOUNTS, RATES, FEATURES, CONTACTS, CONTRACTS, USAGE, SURVEYS, TICKETS, MEETINGS,
        RENEWALS, INVOICES, OUTCOMES, MILESTONES, ADVOCACY, SIGNALS, PULSES, READINGS, RISKS, TREATMENTS,
    )
}  # fmt: skip

__all__ = ["TABLES"]
