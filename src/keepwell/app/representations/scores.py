"""This file gives the shapes of scores, of runs and of moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from keepwell.app import score_row
from keepwell.app.representations import feeds
from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.accounts import AccountRow
    from keepwell.app.queries.feeds import LateFeed
    from keepwell.app.queries.population import LeftOut
    from keepwell.app.queries.runs import ScoredRun
    from keepwell.app.queries.scores import Bands
    from keepwell.app.score_row import ScoreRow
    from keepwell.health.definition.customer import Kind
    from keepwell.health.engines.protocol import Standing
    from keepwell.health.explain.trend import Move


def score(
    row: ScoreRow, moved: Move, late: Sequence[str], account: AccountRow, standing: Standing | None
) -> Json:
    """Show one account's score, with its move over the look-back of the card and the feeds that were late.

    `trend` is the points of that move: the score's own, since the run before, would be a second truth beside it.
    """
    return {
        **{name: plain(getattr(row, name)) for name in score_row.PROMISED},
        "trend": moved.points,
        "move": move(moved),
        "late_feeds": list(late),
        **_account(account, standing),
    }


def left_out(run: ScoredRun, row: LeftOut, late: Sequence[str]) -> Json:
    """Show an account that has no score in a run in the shape of one that has."""
    of_run = {"account_id": row.account.account_id, "status": "left out"}
    of_run |= {
        name: plain(getattr(run, name))
        for name in ("run_id", "kind", "as_of", "version", "through_batch")
    }
    return {
        **{name: of_run.get(name) for name in score_row.PROMISED},
        "move": None,
        "late_feeds": list(late),
        **_account(row.account, row.standing),
    }


def _account(account: AccountRow, standing: Standing | None) -> Json:
    return {
        "name": account.label,
        "account_status": standing and standing.kind,
        "ended": standing and plain(standing.ended),
    }


def move(found: Move | None) -> Json | None:
    """Show a move; a rule has none."""
    if found is None:
        return None
    return {
        "points": found.points,
        "direction": found.direction,
        "usual": found.usual,
        "since": plain(found.since),
        "why": found.why,
    }


def run(
    made: ScoredRun,
    counted: Bands,
    late: Sequence[LateFeed],
    with_rejected: int,
    left: Mapping[Kind, int],
    hint: str = "",
) -> Json:
    """Show a run with how many accounts are in each band and how many were left out, the feeds that were late, and how many accounts lack rejected rows."""
    return {
        **reference(made),
        "accounts": sum(counted.values()),
        "bands": bands(counted),
        "without_score": sum(accounts for (band, _), accounts in counted.items() if band is None),
        "left_out": dict(left),
        "late_feeds": [feeds.late(each) for each in late],
        "accounts_with_rejected_rows": with_rejected,
        "hint": hint or None,
    }


def runs(
    made: Sequence[ScoredRun],
    counted: Bands,
    late: Sequence[LateFeed],
    with_rejected: int,
    left: Mapping[Kind, int],
    at: datetime,
) -> Json:
    """Show the latest of many runs, then all of them; those made at this moment are new."""
    return {
        **run(made[-1], counted, late, with_rejected, left),
        "dates": len(made),
        "new": sum(1 for each in made if each.at == at),
        "runs": [
            {"run_id": each.run_id, "as_of": plain(each.as_of), "is_new": each.at == at}
            for each in made
        ],
    }


def reference(made: ScoredRun) -> Json:
    """Name a run: of which kind, on which date, by which version, over which facts."""
    return {
        "run_id": made.run_id,
        "kind": made.kind,
        "as_of": plain(made.as_of),
        "version": made.version,
        "through_batch": made.through_batch,
    }


def bands(counted: Bands) -> Mapping[str, int]:
    """Show how many accounts each band has; those without a score are in none."""
    return {band: accounts for (band, _), accounts in counted.items() if band}
