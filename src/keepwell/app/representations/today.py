"""This file gives the shape of the list of whom to call first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations import explanations, feeds, scores
from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from keepwell.app.queries.feeds import LateFeed
    from keepwell.app.queries.today import Call, Today


def today(found: Today, left_out: int, on: date, currency: str, late: Sequence[LateFeed]) -> Json:
    """Show whom to call first on a day, and how many accounts are left out, as they are no customers."""
    return {
        "on": plain(on),
        "as_of": plain(found.run.as_of),
        "run_id": found.run.run_id,
        "currency": currency,
        "calls": [call(each) for each in found.calls],
        "waiting": found.waiting,
        "left_out": left_out,
        "late_feeds": [feeds.late(each) for each in late],
    }


def call(each: Call) -> Json:
    """Show one account to call: what is decided, what changed, and why."""
    account, score = each.account.account, each.account.score
    return {
        "account_id": account.account_id,
        "account_name": account.name,
        "reason": each.reason,
        "owner": account.owner or None,
        "revenue": None if account.revenue is None else float(account.revenue),
        "decision": each.decision and {"kind": each.decision.kind, "on": plain(each.decision.on)},
        "score": score.score,
        "band": score.band,
        "meaning": score.meaning,
        "band_before": each.band_before,
        "coverage": each.coverage,
        "move": scores.move(each.move),
        "fell_most": each.fell_most and {"title": each.fell_most[0], "points": each.fell_most[1]},
        "biggest_drag": each.drag and explanations.part(each.drag),
        "playbook": (each.drag and each.drag.playbook) or None,
        "not_scored": [explanations.part(part) for part in each.unknown],
        "late_data": [explanations.part(part) for part in each.late],
        "sentence": "; ".join(each.because),
    }
