"""This file makes the checksums by which stored rows show that they are what Keepwell wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

# An encoder made once: `json.dumps` would make one for every row.
_encode = json.JSONEncoder(default=str, ensure_ascii=True, separators=(",", ":")).encode
DIGESTS = 1 << 128
NOTHING = f"{0:032x}"  # the sum of no digests


def checksum(*parts: Any) -> str:
    """Fingerprint plain values; one bit that a disk flipped in any of them changes it.

    >>> checksum("A-1", 7) == checksum("A-1", 7), checksum("A-1", 7) == checksum("A-1", 3)
    (True, False)
    """
    return hashlib.blake2b(_encode(parts).encode(), digest_size=16).hexdigest()


def of_account(account: Any) -> str:
    """Fingerprint one row of the projection."""
    revenue = None if account.revenue is None else f"{account.revenue:.6f}"
    dates = (
        account.started_on,
        account.next_notice_on,
        account.next_renewal_on,
        account.last_touch_on,
    )
    # Rows that were written before notice was kept have none, and stay as they are.
    notice = (account.notice_given_on,) if account.notice_given_on else ()
    is_counted = account.running_lines is not None
    lines = ("lines", account.running_lines, account.unpriced_lines) if is_counted else ()
    has_owner = account.imported_owner or account.folded_owner
    imported = ("imported", account.imported_owner, account.folded_owner) if has_owner else ()
    return checksum(
        account.account_id,
        account.name,
        account.folded_name,
        account.owner,
        account.segment,
        account.parent_id,
        revenue,
        *dates,
        *notice,
        *imported,
        *lines,
    )


def of_accounts(checksums: Iterable[str]) -> str:
    """Fingerprint the projection as a whole by the checksums of its rows."""
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


def contents(parts: Iterable[tuple[str, str, int, str]]) -> list[list[Any]]:
    """Sum up what a load brought, given as table, kind, rows and digest: a line for each table and kind.

    >>> contents([("usage", "facts", 2, "a"), ("usage", "facts", 1, "b")])
    [['usage', 'facts', 3, '00000000000000000000000000000015']]
    """
    rows: dict[tuple[str, str], int] = {}
    digests: dict[tuple[str, str], list[str]] = {}
    for table, kind, count, digest in parts:
        rows[table, kind] = rows.get((table, kind), 0) + count
        digests.setdefault((table, kind), []).append(digest)
    return [[*about, rows[about], added(digests[about])] for about in sorted(rows)]


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
             str(each.through), *([] if each.stale_for_days is None else [each.stale_for_days]))
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


def of_score(run_id: str, stored: Sequence[Any]) -> str:
    """Fingerprint one score by its run and its columns (`score_row.STORED`); floats by their exact text."""
    return checksum(run_id, *stored)


def of_run(run: Any) -> str:
    """Fingerprint what decided a run's numbers, and how many scores it has with which sum of checksums."""
    return checksum(
        run.run_id,
        run.kind,
        str(run.as_of),
        run.version_id,
        run.digest,
        run.through_batch,
        run.inputs,
        run.before_id,
        run.overridden,
        run.engine_meaning,
        run.results,
        run.accounts,
        run.scores_checksum,
    )


def of_count(count: Any) -> str:
    """Fingerprint one count of a run."""
    revenue = f"{float(count.revenue):.15g}"  # all the digits that SQLite keeps
    cell = (count.owner, count.segment, count.band, count.meaning)
    return checksum(count.run_id, *cell, count.accounts, revenue, count.without_revenue)


def of_lines(run_id: str, account_id: str, lines: bytes) -> str:
    """Fingerprint the stored lines of one account in a run."""
    whose = f"{run_id}\0{account_id}\0".encode()
    return hashlib.blake2b(whose + lines, digest_size=16).hexdigest()


def of_feed_table(row: Any) -> str:
    """Fingerprint what one feed has brought into one table."""
    return checksum(row.feed, row.table, row.rows, row.first_on, row.latest_on)


def of_intake(row: Any) -> str:
    """Fingerprint one fact that was made in the app, which load moved it, and who undid it."""
    moments = [moment.astimezone(UTC).isoformat() for moment in (row.at, row.received_at)]
    values = json.dumps(row.row, sort_keys=True)  # a database may keep keys in its own order
    # Only where there is any of it: facts of earlier versions keep their fingerprint.
    later: tuple[Any, ...] = () if row.by_user is None else (row.by_user,)
    if row.withdrawn_at is not None:
        later += (row.withdrawn_at.astimezone(UTC).isoformat(), row.withdrawn_by, row.withdrawn_in)
    return checksum(
        row.source,
        row.message_id,
        row.table,
        row.account_id,
        values,
        row.by,
        *moments,
        row.moved_in,
        *later,
    )


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


def of_judgement(judgement: Any) -> str:
    """Fingerprint one judgement as it was found."""
    at = judgement.at.astimezone(UTC).isoformat()
    return checksum(judgement.version_id, judgement.until, at, judgement.by, judgement.found)


def of_likelihood(likelihood: Any) -> str:
    """Fingerprint one likelihood to renew as it was frozen."""
    at = likelihood.at.astimezone(UTC).isoformat()
    return checksum(
        likelihood.judgement_id,
        likelihood.version_id,
        likelihood.note,
        at,
        likelihood.by,
        likelihood.curve,
    )


def of_overrides(in_force: Iterable[Any]) -> str:
    """Fingerprint the overrides in force for a run; empty where there are none."""
    rows = sorted((row.account_id, repr(row.score), row.note) for row in in_force)
    return checksum(rows) if rows else ""


def of_audit(entry: Any, before: str) -> str:
    """Fingerprint one line of the audit and the one before it, so that none can be changed or left out.

    What its JSON says counts, not how a database writes it: one that keeps numbers as decimals gives 3.0 or 1e22 otherwise.
    """
    at = entry.at.astimezone(UTC).isoformat()
    said = [_plain(each) for each in (entry.detail, entry.before, entry.after)]
    return checksum(before, at, entry.by, entry.verb, entry.object, said, entry.place)


def of_audit_end(end: Any) -> str:
    """Fingerprint how many lines the audit has, and with which it ends."""
    return checksum("audit", end.entries, end.chain)


def _plain(value: Any) -> Any:
    """Write JSON in one way: sorted keys, and each number as a float.

    >>> _plain({"b": 1, "a": [True, 2.0]})
    [['a', [True, 'n 2.0']], ['b', 'n 1.0']]
    """
    if isinstance(value, dict):
        return [[str(key), _plain(value[key])] for key in sorted(value, key=str)]
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"n {float(value) + 0.0!r}"
    return value


def of_text(text: str) -> str:
    """Fingerprint a definition's text (SHA-256)."""
    return hashlib.sha256(text.encode()).hexdigest()
