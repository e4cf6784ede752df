"""This file gives the shapes of scores, of runs and of moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from keepwell.app import score_row
from keepwell.app.representations import feeds
from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.feeds import LateFeed
    from keepwell.app.queries.runs import ScoredRun
    from keepwell.app.queries.scores import Bands
    from keepwell.app.score_row import ScoreRow
    from keepwell.health.explain.trend import Move


def score(row: ScoreRow, moved: Move, late: Sequence[str]) -> Json:
    """Show one account's score, with its move over the look-back of the card and the feeds that were late."""
    return {
        **{name: plain(getattr(row, name)) for name in score_row.PROMISED},
        "move": move(moved),
        "late_feeds": list(late),
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


def run(made: ScoredRun, counted: Bands, late: Sequence[LateFeed], hint: str = "") -> Json:
    """Show a run with how many accounts are in each band, and the feeds that were late."""
    return {
        **reference(made),
        "accounts": sum(counted.values()),
        "bands": bands(counted),
        "without_score": sum(accounts for (band, _), accounts in counted.items() if band is None),
        "late_feeds": [feeds.late(each) for each in late],
        "hint": hint or None,
    }


def runs(made: Sequence[ScoredRun], counted: Bands, late: Sequence[LateFeed], at: datetime) -> Json:
    """Show the latest of many runs, then all of them; those made at this moment are new."""
    return {
        **run(made[-1], counted, late),
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
