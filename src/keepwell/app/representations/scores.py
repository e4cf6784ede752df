"""This file gives the shapes of scores, of runs and of moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.scores import ScoredRun, ScoreRow
    from keepwell.health.explain.trend import Move

# What scripts are promised: nothing leaves this list, and what joins it stands after the rest.
SCORE = (
    "run_id", "kind", "account_id", "as_of", "card", "version", "through_batch", "score", "computed_score", "band",
    "meaning", "override", "coverage", "freshness_days", "status", "trend",
)  # fmt: skip


def score(row: ScoreRow, moved: Move) -> Json:
    """Show one account's score, with its move over the look-back of the card."""
    return {**{name: plain(getattr(row, name)) for name in SCORE}, "move": move(moved)}


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


def run(made: ScoredRun, rows: Sequence[ScoreRow], hint: str = "") -> Json:
    """Show a run with how many accounts are in each band."""
    return {
        **reference(made),
        "accounts": len(rows),
        "bands": bands(rows),
        "without_score": sum(1 for row in rows if row.score is None),
        "hint": hint or None,
    }


def runs(made: Sequence[ScoredRun], latest_rows: Sequence[ScoreRow], at: datetime) -> Json:
    """Show the latest of many runs, then all of them; those made at this moment are new."""
    return {
        **run(made[-1], latest_rows),
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


def bands(rows: Iterable[ScoreRow]) -> Mapping[str, int]:
    """Count accounts by band; those without a score are in none."""
    return dict(Counter(row.band for row in rows if row.band))
