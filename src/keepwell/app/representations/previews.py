"""This file gives the shape of a preview: a draft beside the published card, account by account and summed up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app.representations import backtests
from keepwell.app.representations.values import Json, plain
from keepwell.health.explain import preview as sums
from keepwell.health.explain import prose

if TYPE_CHECKING:
    from keepwell.app.actions.past_leavers import PastLeavers
    from keepwell.app.actions.previews import Mover, Preview
    from keepwell.health.engines.protocol import Score
    from keepwell.health.explain.effects import Earned, Effect
    from keepwell.health.explain.preview import (
        AccountPreview,
        Distribution,
        SegmentPreview,
        Transition,
    )


def preview(found: Preview, file: Path, left: PastLeavers | None = None) -> Json:
    """Show the whole preview, and what the draft would have said of last year's leavers; null where none can be known."""
    before, after = ([getattr(row, name) for row in found.rows] for name in ("before", "after"))
    return {
        "file": str(file),
        "version": found.version,
        "as_of": plain(found.as_of),
        "through_batch": found.through_batch,
        "currency": found.currency,
        "accounts": len(found.rows),
        "left_out": found.left_out,
        "band_changes": {
            turn: sum(1 for row in found.rows if row.turn == turn) for turn in sums.TURNS
        },
        "transitions": [transition(each) for each in sums.matrix(found.rows)],
        "scores": {
            "before": distribution(sums.distribution(before)),
            "after": distribution(sums.distribution(after)),
        },
        "segments": [segment(each) for each in sums.by_segment(found.rows)],
        "movers": [mover(found, each) for each in found.movers],
        "rows": [account(row) for row in found.rows],
        "past_leavers": left and past_leavers(left),
    }


def past_leavers(found: PastLeavers) -> Json:
    """Show those who left between two days, as either card had them up to 90 days before."""
    return {
        "since": plain(found.since),
        "until": plain(found.until),
        "rows": [
            {
                "account_name": row.name,
                "before": backtests.loss(row.before),
                "after": backtests.loss(row.after),
            }
            for row in found.rows
        ],
    }


def transition(found: Transition) -> Json:
    """Show how many accounts go from one band to another, with their revenue."""
    return {
        "before": found.before,
        "after": found.after,
        "accounts": found.accounts,
        "revenue": plain(found.revenue),
        "without_revenue": found.without_revenue,
    }


def distribution(found: Distribution) -> Json:
    """Show how scores are spread; `bins` counts them by tens."""
    return {
        "mean": found.mean,
        "median": found.median,
        "bands": dict(found.bands),
        "without_score": found.without_score,
        "bins": list(found.bins),
    }


def segment(found: SegmentPreview) -> Json:
    """Show the accounts of one segment by both cards."""
    return {
        "segment": found.segment,
        "accounts": found.accounts,
        "before": distribution(found.before),
        "after": distribution(found.after),
    }


def mover(of: Preview, found: Mover) -> Json:
    """Show an account whose score moves far, and why."""
    row = found.account
    return {
        "account_id": row.account_id,
        "account_name": row.name,
        "points": row.points,
        "sentence": prose.preview(
            row.name, row.before, row.after, found.effects, (of.before, of.after)
        ),
        "effects": [effect(each) for each in found.effects],
    }


def effect(found: Effect) -> Json:
    """Show what one entry earns differently."""
    return {
        "kind": found.kind,
        "path": found.path,
        "label": found.label,
        "points": found.points,
        "before": earned(found.before),
        "after": earned(found.after),
    }


def earned(found: Earned | None) -> Json | None:
    """Show what an entry earns by one card; none where it has no place in it."""
    if found is None:
        return None
    return {
        "points": found.points,
        "weight": found.weight,
        "contribution": found.contribution,
        "missing": found.missing,
    }


def account(row: AccountPreview) -> Json:
    """Show one account by both cards."""
    return {
        "account_id": row.account_id,
        "account_name": row.name,
        "segment": row.segment,
        "revenue": plain(row.revenue),
        "band_change": row.turn,
        "points": row.points,
        "before": side(row.before),
        "after": side(row.after),
    }


def side(score: Score) -> Json:
    """Show an account's score by one card."""
    return {
        "score": score.score,
        "band": score.band,
        "meaning": score.meaning,
        "coverage": score.coverage,
        "segment": score.segment,
    }
