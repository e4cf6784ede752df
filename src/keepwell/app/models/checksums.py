"""This file makes the seals by which a record shows that nobody but Keepwell has written in it since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any


def checksum(*parts: Any) -> str:
    """Fingerprint plain values; a byte that a disk turned over in any of them changes it.

    >>> checksum("A-1", 7) == checksum("A-1", 7), checksum("A-1", 7) == checksum("A-1", 3)
    (True, False)
    """
    text = json.dumps(parts, default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def of_account(account: Any) -> str:
    """Seal one line of the projection."""
    revenue = None if account.revenue is None else f"{account.revenue:.6f}"
    dates = (
        account.started_on,
        account.next_notice_on,
        account.next_renewal_on,
        account.current_on,
    )
    return checksum(
        account.account_id,
        account.name,
        account.owner,
        account.segment,
        account.parent_id,
        revenue,
        *dates,
    )


def of_accounts(checksums: Iterable[str]) -> str:
    """Seal the projection as a whole by the seals of its lines."""
    return checksum(sorted(checksums))


def of_landing(
    load: Any, datafiles: list[Any], declarations: list[Any], days: list[Any], deliveries: list[Any]
) -> str:
    """Seal one landing with everything in records by which readers find its facts."""
    counts = (load.received, load.accepted, load.repeated, load.rejected)
    return checksum(
        load.batch,
        counts,
        sorted(
            (
                s.path,
                s.table,
                s.kind,
                s.batch,
                s.rows,
                s.bytes,
                s.sha256,
                str(s.first_on),
                str(s.last_on),
                s.retired_at is None,
            )
            for s in datafiles
        ),
        sorted(
            (
                d.feed,
                sorted(d.tables),
                d.covers,
                str(d.since),
                d.expected_every_days,
                str(d.lag_days),
                str(d.through),
            )
            for d in declarations
        ),
        sorted((day.feed, str(day.on)) for day in days),
        sorted((delivery.feed, str(delivery.on)) for delivery in deliveries),
    )


def of_run(run: Any, scores: Iterable[Any]) -> str:
    """Seal one run with its score lines; floats by their exact text, so a bit that turned over shows.

    What is only there where a card has a margin, a score was overridden, or runs share their results, is only sealed there.
    """
    shared = (run.results,) if run.results != run.run_id else ()
    held = (run.before_id or "", run.overridden) if run.before_id or run.overridden else ()
    return checksum(
        (run.kind, str(run.as_of), run.digest, run.through_batch, run.inputs, *shared, *held),
        sorted(
            (s.account_id, str(s.as_of), s.card, repr(s.score), repr(s.computed_score), s.band, s.meaning, s.override, repr(s.coverage),
             repr(s.freshness_days), s.status, repr(s.trend), s.segment, s.segment_why,
             *((s.computed_band,) if s.computed_band != s.band else ()))
            for s in scores
        ),
    )  # fmt: skip


def of_override(override: Any) -> str:
    """Seal one override as it was set, and how it ended."""
    dates = (override.from_on, override.until_on, override.ended_on)
    return checksum(
        override.account_id,
        repr(override.score),
        override.because,
        override.by,
        *map(str, dates),
        override.ended_by,
    )


def of_overrides(in_force: Iterable[Any]) -> str:
    """Tell the overrides of one run from those of another; empty where none stands."""
    rows = sorted((row.account_id, repr(row.score), row.said) for row in in_force)
    return checksum(rows) if rows else ""


def of_text(text: str) -> str:
    """Fingerprint a definition's text (SHA-256)."""
    return hashlib.sha256(text.encode()).hexdigest()
