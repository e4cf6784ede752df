"""This file gathers what else is known of the accounts of a judgement: what they lost short of leaving, plays, risks, renewals, and values without a history."""

from __future__ import annotations

from datetime import date

from keepwell.app.installation import Installation
from keepwell.app.queries import spells, undated_values
from keepwell.app.queries.contract_history import History
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import SYSTEM
from keepwell.health.catalogue import undated as undated_parts
from keepwell.health.definition.scorecard import Definition
from keepwell.health.judge import leaving, partial_losses, renewals
from keepwell.health.judge.circumstances import Circumstances
from keepwell.health.judge.landmarks import Landmarks
from keepwell.health.judge.leaving import LEFT
from keepwell.health.judge.partial_losses import KINDS
from keepwell.health.judge.undated import Undated


def read(
    installation: Installation,
    snapshot: Snapshot,
    history: History,
    outcome: str | None,
    until: date,
    *,
    as_happened: bool,
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
        terms=terms,
        renewals=renewals.due(history.lines, terms, until, as_happened=as_happened),
    )


def undated(
    installation: Installation, snapshot: Snapshot, card: Definition, found: Landmarks
) -> tuple[Undated | None, Definition | None]:
    """Say what a card reads that has no history in the months that are judged, none where it has, and give the card without that."""
    first: dict[str, date] = {}
    for row in found.rows:
        first[row.account_id] = min(row.on, first.get(row.account_id, row.on))
    columns = undated_values.read(SYSTEM, installation, snapshot, first)
    read = undated_parts.of(card, (each.name for each in columns), snapshot.tables)
    if not read.columns:
        return None, None
    own = tuple(each for each in columns if each.name in read.columns)
    return Undated(own, read.measures, read.segments, read.rules), read.rest
