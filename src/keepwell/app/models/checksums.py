"""This file makes the checksums by which stored rows show that they are what Keepwell wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC
from typing import Any

DIGESTS = 1 << 128
NOTHING = f"{0:032x}"  # the sum of no digests


def checksum(*parts: Any) -> str:
    """Fingerprint plain values; one bit that a disk flipped in any of them changes it.

    >>> checksum("A-1", 7) == checksum("A-1", 7), checksum("A-1", 7) == checksum("A-1", 3)
    (True, False)
    """
    text = json.dumps(parts, default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def of_account(account: Any) -> str:
    """Fingerprint one line of the projection."""
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
    """Fingerprint the projection as a whole by the checksums of its lines."""
    return checksum(sorted(checksums))


def added(digests: Iterable[str]) -> str:
    """Add digests of 32 hex digits up, in whatever order; a part can be taken out of the sum again (`without`).

    >>> added(["f" * 32, "0" * 31 + "3"])
    '00000000000000000000000000000002'
    """
    return f"{sum(int(digest, 16) for digest in digests) % DIGESTS:032x}"


def without(digest: str, parts: Iterable[str]) -> str:
    """Take parts out of a sum of digests.

    >>> without(added(["a", "b", "c"]), ["b", "a"]) == added(["c"])
    True
    """
    return f"{(int(digest, 16) - int(added(parts), 16)) % DIGESTS:032x}"


def of_datafile(file: Any) -> str:
    """Fingerprint what the manifest says of one data file; its retirement is no part of that."""
    return checksum(
        file.path,
        file.table,
        file.kind,
        file.first_batch,
        file.last_batch,
        file.rows,
        file.bytes,
        file.sha256,
        str(file.first_on),
        str(file.last_on),
        file.first_account,
        file.last_account,
        file.content_digest,
    )


def of_manifest(manifest: Any) -> str:
    """Fingerprint the row that says of what the manifest consists."""
    return checksum(
        manifest.generation,
        manifest.batch,
        manifest.files,
        manifest.files_digest,
        manifest.feeds_digest,
        manifest.columns_digest,
    )


def of_feeds(
    batch: int, declarations: Iterable[Any], days: Iterable[Any], deliveries: Iterable[Any]
) -> str:
    """Fingerprint what one load added to the feeds."""
    return checksum(
        batch,
        sorted(
            (each.feed, sorted(each.tables), each.covers, str(each.since), each.expected_every_days, str(each.lag_days),
             str(each.through))
            for each in declarations
        ),
        sorted((each.feed, str(each.on)) for each in days),
        sorted((each.feed, str(each.on)) for each in deliveries),
    )  # fmt: skip


def of_columns(extras: Iterable[Any]) -> str:
    """Fingerprint the extra columns of all tables."""
    return checksum(sorted((each.table, each.name, each.type, each.meaning) for each in extras))


def of_load(load: Any, feeds: str) -> str:
    """Fingerprint one load with what it brought; `feeds` is the fingerprint of what it added to the feeds.

    Data files are no part of it, only the digests of the rows in them: what merges files leaves it as it is.
    """
    counts = (load.received, load.accepted, load.repeated, load.rejected)
    sources = json.dumps(load.sources, sort_keys=True)  # a database may keep keys in its own order
    at = load.at.astimezone(UTC).isoformat()
    return checksum(
        load.batch, at, load.by, load.mapping, load.rejects, counts, sources, load.contents, feeds
    )


def of_run(run: Any, scores: Iterable[Any]) -> str:
    """Fingerprint one run with its score lines; floats by their exact text, so that a flipped bit shows.

    What only some runs have (shared results, bands that were held, overrides, a later meaning) counts only there.
    """
    shared = (run.results,) if run.results != run.run_id else ()
    later = (run.engine_meaning,) if run.engine_meaning != 1 else ()
    held = (run.before_id or "", run.overridden) if run.before_id or run.overridden else ()
    return checksum(
        (run.kind, str(run.as_of), run.digest, run.through_batch, run.inputs, *shared, *held, *later),
        sorted(
            (s.account_id, str(s.as_of), s.card, repr(s.score), repr(s.computed_score), s.band, s.meaning, s.override, repr(s.coverage),
             repr(s.freshness_days), s.status, repr(s.trend), s.segment, s.segment_why,
             *((s.computed_band,) if s.computed_band != s.band else ()))
            for s in scores
        ),
    )  # fmt: skip


def of_override(override: Any) -> str:
    """Fingerprint one override as it was set, and how it ended."""
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
