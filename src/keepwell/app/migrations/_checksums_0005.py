"""This file makes the checksums of migration 0005; it is frozen with it and shares no code with today's."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from keepwell.app.migrations import _checksums_0002 as earlier
from keepwell.errors import IntegrityError

WAY_OUT = "Restore the app database from a backup; nothing was migrated."
SCORE = (
    "account_id", "as_of", "card", "score", "computed_score", "band", "meaning", "override", "coverage", "freshness_days",
    "status", "trend", "segment", "segment_why", "computed_band",
)  # fmt: skip


def check(apps: Any) -> None:
    """Check runs and accounts by the checksums that they have had since 0002; raises `IntegrityError`."""
    models = {name: apps.get_model("keepwell", name) for name in ("Run", "Score", "Account")}
    for run in models["Run"].objects.order_by("as_of", "run_id").iterator():
        scores = models["Score"].objects.filter(run=run)
        _require(earlier._of_run(run, scores), run.checksum, f"scores of run {run.run_id}")
    for account in models["Account"].objects.iterator():
        _require(
            earlier._of_account(account), account.checksum, f"row of account {account.account_id}"
        )


def _require(found: str, expected: str, what: str) -> None:
    if found != expected:
        raise IntegrityError(
            f"The {what} in the app database is not what was written.", way_out=WAY_OUT, code="I103"
        )


def of_score(run_id: str, stored: tuple[Any, ...]) -> str:
    return _checksum(run_id, *stored)


def added(checksums: list[str]) -> str:
    return f"{sum(int(each, 16) for each in checksums) % (1 << 128):032x}"


def of_run(run: Any) -> str:
    return _checksum(
        run.run_id, run.kind, str(run.as_of), run.version_id, run.digest, run.through_batch, run.inputs, run.before_id,
        run.overridden, run.engine_meaning, run.results, run.accounts, run.scores_checksum,
    )  # fmt: skip


def of_account(account: Any) -> str:
    revenue = None if account.revenue is None else f"{account.revenue:.6f}"
    return _checksum(
        account.account_id, account.name, account.folded_name, account.owner, account.segment, account.parent_id, revenue,
        account.started_on, account.next_notice_on, account.next_renewal_on, account.last_touch_on,
    )  # fmt: skip


def _checksum(*parts: Any) -> str:
    text = json.dumps(parts, default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
