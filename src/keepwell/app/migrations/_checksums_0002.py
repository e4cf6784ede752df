"""This file checks what migration 0002 left by the checksums of its time; it is frozen with it and shares no code with today's."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from keepwell.errors import IntegrityError

WAY_OUT = "Restore the app database from a backup; nothing was migrated."


def check(apps: Any) -> None:
    """Check landings, runs, accounts, overrides and published texts; raises `IntegrityError` at the first that differs."""
    models = {name: apps.get_model("keepwell", name) for name in (
        "Landing", "Segment", "Declaration", "FeedDay", "Arrival", "Run", "Score", "Account", "Projection", "Override",
        "Scorecard",
    )}  # fmt: skip
    _check_landings(models)
    _check_accounts(models)
    for run in models["Run"].objects.order_by("as_of", "run_id").iterator():
        _require(
            _of_run(run, models["Score"].objects.filter(run=run)),
            run.seal,
            f"scores of run {run.run_id}",
        )
    for override in models["Override"].objects.all():
        _require(
            _of_override(override), override.seal, f"override of account {override.account_id}"
        )
    for version in models["Scorecard"].objects.all():
        digest = hashlib.sha256(version.text.encode()).hexdigest()
        _require(digest, version.digest, f"text of version {version.number}")


def _require(found: str, expected: str, what: str) -> None:
    if found != expected:
        raise IntegrityError(
            f"The {what} in the app database is not what was written.", way_out=WAY_OUT, code="I103"
        )


def _check_landings(models: dict[str, Any]) -> None:
    parts = [models["Segment"].objects.exclude(kind="results")]
    parts += [models[name].objects.all() for name in ("Declaration", "FeedDay", "Arrival")]
    by_batch: list[dict[int, list[Any]]] = []
    for rows in parts:
        grouped: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            grouped[row.batch].append(row)
        by_batch.append(grouped)
    landings = list(models["Landing"].objects.order_by("batch"))
    if [landing.batch for landing in landings] != list(range(1, len(landings) + 1)):
        raise IntegrityError("The app database has lost an import.", way_out=WAY_OUT, code="I103")
    for landing in landings:
        own = [grouped.pop(landing.batch, []) for grouped in by_batch]
        _require(_of_landing(landing, *own), landing.seal, f"lines of import {landing.batch}")
    if any(by_batch):
        raise IntegrityError(
            "The app database has lines of an import that never happened.",
            way_out=WAY_OUT,
            code="I103",
        )


def _check_accounts(models: dict[str, Any]) -> None:
    accounts = list(models["Account"].objects.all())
    for account in accounts:
        _require(_of_account(account), account.seal, f"line of account {account.account_id}")
    whole = models["Projection"].objects.first()
    expected = whole.seal if whole else _of_accounts(())
    _require(_of_accounts(account.seal for account in accounts), expected, "list of accounts")


def _checksum(*parts: Any) -> str:
    """Fingerprint plain values."""
    text = json.dumps(parts, default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _of_account(account: Any) -> str:
    """Seal one line of the projection."""
    revenue = None if account.revenue is None else f"{account.revenue:.6f}"
    dates = (
        account.started_on,
        account.next_notice_on,
        account.next_renewal_on,
        account.current_on,
    )
    return _checksum(
        account.account_id,
        account.name,
        account.owner,
        account.segment,
        account.parent_id,
        revenue,
        *dates,
    )


def _of_accounts(seals: Iterable[str]) -> str:
    """Seal the projection as a whole by the seals of its lines."""
    return _checksum(sorted(seals))


def _of_landing(
    landing: Any, segments: list[Any], declarations: list[Any], days: list[Any], arrivals: list[Any]
) -> str:
    """Seal one landing with everything in records by which readers find its facts."""
    counts = (landing.received, landing.accepted, landing.repeated, landing.refused)
    return _checksum(
        landing.batch,
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
            for s in segments
        ),
        sorted(
            (
                d.feed,
                sorted(d.tables),
                d.covers,
                str(d.since),
                d.rhythm_days,
                str(d.lag_days),
                str(d.through),
            )
            for d in declarations
        ),
        sorted((day.feed, str(day.on)) for day in days),
        sorted((arrival.feed, str(arrival.on)) for arrival in arrivals),
    )


def _of_run(run: Any, scores: Iterable[Any]) -> str:
    """Seal one run with its score lines; floats by their exact text, so a bit that turned over shows.

    What is only there where a card has a margin, a score was overridden, or runs share their results, is only sealed there.
    """
    shared = (run.results,) if run.results != run.run_id else ()
    held = (run.before_id or "", run.overridden) if run.before_id or run.overridden else ()
    return _checksum(
        (run.kind, str(run.as_of), run.digest, run.through_batch, run.inputs, *shared, *held),
        sorted(
            (s.account_id, str(s.as_of), s.card, repr(s.score), repr(s.computed_score), s.band, s.meaning, s.override, repr(s.coverage),
             repr(s.freshness_days), s.status, repr(s.trend), s.segment, s.segment_why,
             *((s.computed_band,) if s.computed_band != s.band else ()))
            for s in scores
        ),
    )  # fmt: skip


def _of_override(override: Any) -> str:
    """Seal one override as it was set, and how it ended."""
    dates = (override.from_on, override.until_on, override.ended_on)
    return _checksum(
        override.account_id,
        repr(override.score),
        override.because,
        override.by,
        *map(str, dates),
        override.ended_by,
    )
