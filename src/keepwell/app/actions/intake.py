"""This file takes in the facts that people make in the app, and moves them among the facts by the way that every import takes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from keepwell.app.actions import datafiles, loads, locks
from keepwell.app.installation import Installation
from keepwell.app.models import checksums, integrity
from keepwell.app.models.intake import Intake
from keepwell.app.queries import accounts, intake, snapshots
from keepwell.app.queries.intake import IntakeRow
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import Conflict
from keepwell.facts import app_feed, staging

if TYPE_CHECKING:
    from keepwell.app.actions.loads import Comparison


class OtherContent(Conflict):
    """A message of this id came before and said something else; what it said then stays."""

    code = "N101"


def receive(
    *,
    table: str,
    account_id: str,
    row: Mapping[str, str],
    message_id: str,
    happened_at: datetime,
    by: Actor,
    at: datetime,
) -> bool:
    """Keep a fact until a load moves it; false where this very message was kept before. Call it in a transaction.

    Raises `OtherContent` where the id was that of another message.
    """
    before = intake.by_message(SYSTEM, intake.APP, message_id)
    if before is not None:
        if (before.table, before.account_id, before.row) != (table, account_id, row):
            raise OtherContent(
                f"The message `{message_id}` has been received before, with other content.",
                way_out="Give a new message an id of its own.",
            )
        return False
    kept = Intake(
        source=intake.APP,
        message_id=message_id,
        table=table,
        account_id=account_id,
        row=dict(row),
        at=happened_at.astimezone(UTC),
        by=by.name,
        by_user=by.viewer.user_id,
        received_at=at.astimezone(UTC),
    )
    kept.checksum = checksums.of_intake(kept)
    kept.save(force_insert=True)
    return True


def withdraw(*, message_id: str, by: Actor, at: datetime) -> bool:
    """Let a fact stand no longer; false where it was withdrawn before. Call it in a transaction.

    One that still waits is never moved; one that was moved goes from among the facts with the next `move`.
    """
    kept = Intake.objects.select_for_update().get(source=intake.APP, message_id=message_id)
    integrity.check_intake(kept)
    if kept.withdrawn_at is not None:
        return False
    kept.withdrawn_at, kept.withdrawn_by = at.astimezone(UTC), by.name
    kept.checksum = checksums.of_intake(kept)
    kept.save(update_fields=["withdrawn_at", "withdrawn_by", "checksum"])
    return True


def move(*, installation: Installation, by: Actor, at: datetime) -> int | None:
    """Load what waits, take back what was withdrawn, and give the number of the load; none where there was neither.

    Imports and runs call it first, so what a process typed that died before its load is moved by the next one. Each fact
    is marked in the transaction that lists its rows: it is moved once, or still waits. Facts about an account that is
    not known any more go on waiting. Raises what `loads.load` raises.
    """
    if not intake.waiting(SYSTEM) and not intake.to_withdraw(SYSTEM):
        return None
    # Two movers would stage the same rows. Imports go on meanwhile: the lock of loads comes later, and decides.
    with locks.hold(installation, "intake"):
        known = set(accounts.ids(SYSTEM))
        rows, gone = (
            [row for row in some if row.account_id in known]
            for some in (intake.waiting(SYSTEM), intake.to_withdraw(SYSTEM))
        )
        return _load(installation, rows, gone, by, at) if rows or gone else None


def _load(
    installation: Installation,
    rows: Sequence[IntakeRow],
    gone: Sequence[IntakeRow],
    by: Actor,
    at: datetime,
) -> int | None:
    """Load new facts and, once more, those that are to go: the load sees which rows are theirs."""
    both = [*rows, *gone]
    withdrawn: dict[str, set[str]] = {}
    for row in gone:
        withdrawn.setdefault(row.table, set()).add(row.row["id"])
    with tempfile.TemporaryDirectory(dir=installation.tmp) as scratch:
        paths = app_feed.write(Path(scratch), ((row.table, row.row) for row in both))
        with installation.duckdb.isolated(paths) as con:
            with snapshots.take(SYSTEM, installation) as snapshot:
                known_rates = snapshot.rates(con)
            stage = staging.stage(
                con,
                app_feed.mapping_of(row.table for row in both),
                paths,
                known_accounts=accounts.ids(SYSTEM),
                known_rates=known_rates,
                zone=installation.zone,
                currency=installation.currency,
                at=at,
            )
            batch, comparison = loads.load(
                stage,
                con=con,
                installation=installation,
                by=by,
                at=at,
                look=_require_all_usable,
                within=partial(_mark, rows, gone),
                withdrawn=withdrawn,
            )
    if batch is None:
        # A database from a backup can be older than the data files that it was given again: these are loaded already.
        assert comparison.repeated == len(both), "what is neither loaded nor known must be new"
        with transaction.atomic():
            _mark(rows, gone, comparison.snapshot.batch)
    return batch


def _require_all_usable(comparison: Comparison) -> None:
    """Stop the load where a row is rejected: each was checked when it was typed, so none can be."""
    if comparison.rejected:
        raise datafiles.RowsDiffer(
            f"{comparison.rejected} of the facts that were typed into Keepwell were rejected when they were loaded. "
            "Nothing was changed, and all of them are kept."
        )


def _mark(rows: Sequence[IntakeRow], gone: Sequence[IntakeRow], batch: int) -> None:
    """Note which load moved each fact, or withdrew it; as many must be marked as lines were written for it."""
    for name, some in (("moved_in", rows), ("withdrawn_in", gone)):
        # Locked where the database has rows to lock: a fact may be withdrawn while it is moved, and the next move sees that.
        waiting = Intake.objects.select_for_update().filter(
            pk__in=[row.number for row in some], **{name: None}
        )
        marked = 0
        for stored in waiting:
            setattr(stored, name, batch)
            stored.checksum = checksums.of_intake(stored)
            stored.save(update_fields=[name, "checksum"])
            marked += 1
        if marked != len(some):
            raise datafiles.RowsDiffer(
                f"{len(some)} facts that were typed were loaded, but {marked} of them were still waiting; nothing is kept"
            )
