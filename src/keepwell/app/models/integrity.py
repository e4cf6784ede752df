"""This file tells whether the records are still what was written: by the seals that landings, runs and accounts carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

from keepwell.app.models import checksums
from keepwell.app.models.accounts import Account, Projection
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.feeds import Declaration, Delivery, FeedDay
from keepwell.app.models.loads import Load
from keepwell.app.models.scores import Run, Score
from keepwell.errors import IntegrityError

Row = TypeVar("Row")
WAY_OUT = "Restore the app database from a backup; nothing was computed."
REBUILD = "Import any accounts file again: that writes them anew."


def stored(rows: Iterable[Row]) -> list[Row]:
    """Fetch the rows of a query set; a stored value that is none of its column's type is damage, and is said to be.

    Only fetching is looked after: a filter that has no meaning has raised before, when the query set was made.
    """
    try:
        return list(rows)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise IntegrityError(
            f"A stored value cannot be read ({error}).", way_out=WAY_OUT, code="I104"
        ) from error


def check_loads() -> None:
    """Raise `IntegrityError` where the manifest or the feeds' days are not as their landings left them."""
    datafiles = _by_batch(DataFile.objects.exclude(kind=DataFile.Kind.RESULTS))
    declarations = _by_batch(Declaration.objects.all())
    days, deliveries = _by_batch(FeedDay.objects.all()), _by_batch(Delivery.objects.all())
    loads = stored(Load.objects.order_by("batch"))
    if [load.batch for load in loads] != list(range(1, len(loads) + 1)):
        raise IntegrityError(
            f"The app database has lost a landing: {len(loads)} are left. {WAY_OUT}"
        )
    for load in loads:
        batch = load.batch
        parts = (
            datafiles.pop(batch, []),
            declarations.pop(batch, []),
            days.pop(batch, []),
            deliveries.pop(batch, []),
        )
        if checksums.of_landing(load, *parts) != load.checksum:
            raise IntegrityError(
                f"The app database's lines of landing {batch} are not what was written. {WAY_OUT}"
            )
    if datafiles or declarations or days or deliveries:
        raise IntegrityError(f"The app database has lines of a landing that never was. {WAY_OUT}")


def check_run(run: Run, scores: list[Score]) -> None:
    """Raise `IntegrityError` where a run's scores are not what was computed."""
    if checksums.of_run(run, scores) != run.checksum:
        raise IntegrityError(
            f"The app database's scores of run {run.run_id} are not what was computed. {WAY_OUT}"
        )


def check_accounts(accounts: list[Account]) -> None:
    """Raise `IntegrityError` where the projection is not what was written, or not all of it."""
    for account in accounts:
        if checksums.of_account(account) != account.checksum:
            raise IntegrityError(
                f"The app database's line of account {account.account_id} is not what was written. {REBUILD}"
            )
    whole = Projection.objects.first()
    expected = whole.checksum if whole else checksums.of_accounts(())
    if checksums.of_accounts(account.checksum for account in accounts) != expected:
        raise IntegrityError(
            f"The app database has lost or gained an account since they were written. {REBUILD}"
        )


def _by_batch(rows: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in stored(rows):
        grouped[row.batch].append(row)
    return grouped
