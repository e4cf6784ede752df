"""This file reads the facts behind a measure of a score, in the snapshot that the score was computed from, and keeps nothing."""

from __future__ import annotations

from datetime import timedelta

from keepwell.app.actions import engines
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, facts_behind, snapshots
from keepwell.app.queries.explanations import Explanation
from keepwell.app.queries.facts_behind import FactsBehind
from keepwell.app.viewers import Actor


def of_measure(
    *, installation: Installation, found: Explanation, wanted: str, limit: int, by: Actor
) -> FactsBehind:
    """Read the newest rows behind a measure of an explained score, and what all of them add up to.

    Where a value was carried over, they are those of the date that it comes from. Raises `facts_behind.NoSuchMeasure` and
    `IntegrityError`.
    """
    viewer, account_id, row = by.viewer, found.account_id, found.row
    leaf = facts_behind.leaf(viewer, found, wanted)
    measure = facts_behind.measure_of(viewer, leaf)
    read_on = row.as_of - timedelta(days=leaf.line.carried_days or 0)
    dates = [read_on]
    if measure.is_growth:
        dates.append(read_on - timedelta(days=measure.window.days or 1))
    with (
        snapshots.take(viewer, installation, row.through_batch) as snapshot,
        engines.opened(snapshot, [account_id]) as engine,
    ):
        whose = [account_id]
        if measure.scope == "subtree":
            whose = list(engine.with_descendants(whose, row.as_of))
        seen = accounts.visible(viewer, whose)
        among = [each for each in whose if each in seen]
        windows = [
            engine.rows_behind(measure, account_id, row.as_of, on, limit, among) for on in dates
        ]
        table = snapshot.tables[measure.table]
    return facts_behind.named(viewer, found, leaf, table, read_on, windows)
