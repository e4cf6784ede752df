"""This file tells whether the records are still what was written: by the seals that landings, runs and accounts carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from keepwell.desk.databases import Damaged
from keepwell.desk.records import sealing
from keepwell.desk.records.accounts import Account, Projection
from keepwell.desk.records.feeds import Arrival, Declaration, FeedDay
from keepwell.desk.records.landings import Landing
from keepwell.desk.records.scores import Run, Score
from keepwell.desk.records.segments import Segment

WAY_OUT = "Restore the desk database from a backup; nothing was computed."
REBUILD = "Import any accounts file again: that writes them anew."


def check_landings() -> None:
    """Raise `Damaged` where the manifest or the feeds' days are not as their landings left them."""
    segments = _by_batch(Segment.objects.exclude(kind=Segment.Kind.RESULTS))
    declarations = _by_batch(Declaration.objects.all())
    days, arrivals = _by_batch(FeedDay.objects.all()), _by_batch(Arrival.objects.all())
    landings = list(Landing.objects.order_by("batch"))
    if [landing.batch for landing in landings] != list(range(1, len(landings) + 1)):
        raise Damaged(f"The desk database has lost a landing: {len(landings)} are left. {WAY_OUT}")
    for landing in landings:
        batch = landing.batch
        parts = (segments.pop(batch, []), declarations.pop(batch, []), days.pop(batch, []), arrivals.pop(batch, []))
        if sealing.of_landing(landing, *parts) != landing.seal:
            raise Damaged(f"The desk database's lines of landing {batch} are not what was written. {WAY_OUT}")
    if segments or declarations or days or arrivals:
        raise Damaged(f"The desk database has lines of a landing that never was. {WAY_OUT}")


def check_run(run: Run, scores: list[Score]) -> None:
    """Raise `Damaged` where a run's scores are not what was computed."""
    if sealing.of_run(run, scores) != run.seal:
        raise Damaged(f"The desk database's scores of run {run.run_id} are not what was computed. {WAY_OUT}")


def check_accounts(accounts: list[Account]) -> None:
    """Raise `Damaged` where the projection is not what was written, or not all of it."""
    for account in accounts:
        if sealing.of_account(account) != account.seal:
            raise Damaged(
                f"The desk database's line of account {account.account_id} is not what was written. {REBUILD}"
            )
    whole = Projection.objects.first()
    expected = whole.seal if whole else sealing.of_accounts(())
    if sealing.of_accounts(account.seal for account in accounts) != expected:
        raise Damaged(f"The desk database has lost or gained an account since they were written. {REBUILD}")


def _by_batch(rows: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.batch].append(row)
    return grouped
