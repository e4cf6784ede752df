"""This file gives the shapes of what is said of a whole workspace: begun, made as a demo, migrated, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app.representations import feeds, loads, scorecards, scores
from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.actions.demo import Demo
    from keepwell.app.actions.migrations import Migrated
    from keepwell.app.installation import Installation
    from keepwell.app.queries.feeds import FeedStatus
    from keepwell.app.queries.loads import LoadRow, TableRow
    from keepwell.app.queries.orphans import Orphan
    from keepwell.app.queries.rejects import RejectList
    from keepwell.app.queries.runs import ScoredRun
    from keepwell.app.queries.scorecards import Version
    from keepwell.app.queries.scores import Bands
    from keepwell.app.queries.today import Call
    from keepwell.app.workspace import Workspace
    from keepwell.facts.scratch import Left


def begun(workspace: Workspace, folder: Path, card: Path, ready: str | None) -> Json:
    """Show a new workspace; `ready` is the ready card that was written, none where one was there already."""
    return {
        "workspace": str(folder),
        "name": workspace.name,
        "zone": workspace.zone,
        "currency": workspace.currency,
        "card": str(card),
        "ready": ready,
    }


def demo(
    installation: Installation,
    made: Demo,
    bands: Bands,
    urgent: Sequence[Call],
) -> Json:
    """Show a demo: what its import did, what was scored, whom to call first, and whether the score told who left."""
    return {
        "workspace": str(installation.folder),
        "as_of": plain(made.latest.as_of),
        "run_id": made.latest.run_id,
        "dates": made.runs,
        "received": made.summary.received,
        "accepted": made.summary.accepted,
        "repeated": made.summary.repeated,
        "rejected": made.summary.rejected,
        "bands": scores.bands(bands),
        "call_first": [each.account.account.account_id for each in urgent],
        "verdict": made.judged and made.judged.backtest.verdict.as_data(),
    }


def migrated(done: Migrated) -> Json:
    """Show which migrations were applied, and where the copy from before lies."""
    return {
        "applied": list(done.applied),
        "backup": plain(done.backup),
    }


def rebuilt(accounts: int) -> Json:
    """Show how many accounts' read model was made anew."""
    return {"accounts": accounts}


def status(
    installation: Installation,
    day: date,
    *,
    accounts: int,
    latest_load: LoadRow | None,
    tables: Sequence[TableRow],
    feed_statuses: Sequence[FeedStatus],
    version: Version | None,
    run: ScoredRun | None,
    orphans: Sequence[Orphan],
    scratch: Left,
    rejects: Sequence[RejectList],
    waiting: int,
) -> Json:
    """Show how a workspace stands on a day."""
    return {
        "workspace": str(installation.folder),
        "name": installation.name,
        "zone": installation.zone,
        "currency": installation.currency,
        "day": plain(day),
        "accounts": accounts,
        "load": loads.load(latest_load) if latest_load else None,
        "tables": [loads.table(each) for each in tables],
        "feeds": [feeds.feed(each) for each in feed_statuses],
        "scorecard": scorecards.version(version) if version else None,
        "run": scores.reference(run) if run else None,
        "orphans": {"files": len(orphans), "bytes": sum(each.bytes for each in orphans)},
        "scratch": {"files": scratch.folders, "bytes": scratch.bytes},
        "rejects": {
            "files": len(rejects),
            "bytes": sum(each.bytes for each in rejects),
            "oldest": plain(rejects[0].at) if rejects else None,
        },
        "intake": {"waiting": waiting},
    }
