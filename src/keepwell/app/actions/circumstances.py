"""This file gathers what else is known of the accounts of a judgement: what they lost short of leaving, plays and risks."""

from __future__ import annotations

from datetime import date

from keepwell.app.installation import Installation
from keepwell.app.queries import spells
from keepwell.app.queries.contract_history import History
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import SYSTEM
from keepwell.health.judge import leaving, partial_losses
from keepwell.health.judge.circumstances import LEFT, Circumstances
from keepwell.health.judge.partial_losses import KINDS


def read(
    installation: Installation,
    snapshot: Snapshot,
    history: History,
    outcome: str | None,
    until: date,
) -> Circumstances:
    """Gather what was so before a date, and say what counts as leaving: a partial loss is a proxy."""
    terms = leaving.terms(history.lines, history.notices, until)
    found = spells.read(SYSTEM, installation, snapshot)
    return Circumstances(
        outcome=outcome or LEFT,
        is_proxy=outcome in KINDS,
        partial_losses=partial_losses.find(history.lines, history.renewals, terms, until),
        treatments=found.get("treatments"),
        risks=found.get("risks"),
    )
