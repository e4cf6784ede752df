"""This file checks loads by the checksums that they had before data files knew their contents; it is frozen with that time."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from keepwell.errors import IntegrityError

WAY_OUT = "Restore the app database from a backup and try again; nothing was changed."


def check_loads(
    loads: Iterable[Any],
    datafiles: Iterable[Any],
    declarations: Iterable[Any],
    days: Iterable[Any],
    deliveries: Iterable[Any],
) -> None:
    """Check all loads; raises `IntegrityError` at the first that is not what was written."""
    by_batch: dict[int, tuple[list[Any], ...]] = defaultdict(lambda: ([], [], [], []))
    for datafile in datafiles:
        by_batch[datafile.last_batch][0].append(datafile)
    for place, rows in enumerate((declarations, days, deliveries), 1):
        for row in rows:
            by_batch[row.batch][place].append(row)
    expected = 1
    for load in loads:
        if load.batch != expected:
            raise _lost(f"The app database has lost load {expected}.")
        if _of_load(load, *by_batch.pop(load.batch, ((), (), (), ()))) != load.checksum:
            raise _lost(f"The app database's lines of load {load.batch} are not what was written.")
        expected += 1
    if by_batch:
        raise _lost("The app database has lines of a load that never happened.")


def _lost(what: str) -> IntegrityError:
    return IntegrityError(what, way_out=WAY_OUT, code="I103")


def _of_load(
    load: Any,
    datafiles: Iterable[Any],
    declarations: Iterable[Any],
    days: Iterable[Any],
    deliveries: Iterable[Any],
) -> str:
    parts = (
        load.batch,
        (load.received, load.accepted, load.repeated, load.rejected),
        sorted(
            (f.path, f.table, f.kind, f.last_batch, f.rows, f.bytes, f.sha256, str(f.first_on), str(f.last_on),
             f.retired_at is None)
            for f in datafiles
        ),
        sorted(
            (d.feed, sorted(d.tables), d.covers, str(d.since), d.expected_every_days, str(d.lag_days), str(d.through))
            for d in declarations
        ),
        sorted((day.feed, str(day.on)) for day in days),
        sorted((delivery.feed, str(delivery.on)) for delivery in deliveries),
    )  # fmt: skip
    text = json.dumps(parts, default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
