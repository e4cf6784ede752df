"""This file gives the shape of an account, and of a page of the list of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations import scores
from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.accounts import AccountRow
    from keepwell.app.queries.listings import Listing
    from keepwell.app.queries.runs import ScoredRun
    from keepwell.app.score_row import ScoreRow
    from keepwell.health.explain.trend import Move


def account(row: AccountRow, score: ScoreRow | None, move: Move | None = None) -> Json:
    """Show an account as it is now; `score` is null where it has none, or where whoever asks reads no scores."""
    return {
        "account_id": row.account_id,
        "account_name": row.label,
        "owner": row.owner or None,
        "segment": row.segment or None,
        "parent_id": row.parent_id,
        "started_on": plain(row.started_on),
        "revenue": None if row.revenue is None else float(row.revenue),
        "running_lines": row.running_lines,
        "unpriced_lines": row.unpriced_lines,
        "next_renewal_on": plain(row.next_renewal_on),
        "next_notice_on": plain(row.next_notice_on),
        "notice_given_on": plain(row.notice_given_on),
        "last_touch_on": plain(row.last_touch_on),
        "score": score and _score(score, move),
    }


def listing(found: Listing, run: ScoredRun, currency: str, *, with_scores: bool) -> Json:
    """Show a page of the list; `total` counts the accounts of all pages."""
    moves = found.lately.moves
    return {
        "as_of": plain(run.as_of),
        "run_id": run.run_id,
        "currency": currency,
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        "accounts": [
            account(row.account, row.score if with_scores else None, moves.get(row.account.account_id))
            for row in found.rows
        ],
    }  # fmt: skip


def _score(row: ScoreRow, move: Move | None) -> Json:
    return {
        "as_of": plain(row.as_of),
        "score": row.score,
        "band": row.band,
        "meaning": row.meaning,
        "override": row.override,
        "coverage": row.coverage,
        "move": scores.move(move),
    }
