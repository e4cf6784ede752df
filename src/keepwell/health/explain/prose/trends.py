"""This file says why a score has no arrow."""

from __future__ import annotations

from keepwell.health.explain.trend import Move


def no_arrow(move: Move) -> str:
    """Say why a move has no arrow; empty where it has one.

    >>> no_arrow(Move(4.0, "flat", why="below_least_move"))
    'below the 5 points that count as a move'
    """
    match move.why:
        case None:
            return ""
        case "overridden":
            return "the score is overridden"
        case "no_score":
            return "no score on this date"
        case "no_earlier_score":
            return f"no score from {move.card.look_back_days} days earlier"
        case "below_least_move":
            return f"below the {move.card.least_move:g} points that count as a move"
        case "within_usual":
            # Rounded up: what is called usual must not be less than it is.
            usual = -int(-(move.usual or 0.0) * 10 // 1) / 10
            return f"moves of up to {usual:g} points are usual for this account"
