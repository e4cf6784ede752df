"""This file gives the shape of a likelihood to renew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.likelihoods import Frozen, Likely


def frozen(found: Frozen, table: Sequence[Likely]) -> Json:
    """Show a curve as it was frozen, with the share of renewals at some scores."""
    return {
        "likelihood": found.number,
        "version": found.version,
        "judgement": found.judgement,
        "note": found.note,
        "frozen_at": plain(found.at),
        "by": found.by,
        "leavers": found.curve.leavers,
        "stayers": found.curve.stayers,
        "measures": [{"path": path, "share": share} for path, share in found.curve.added],
        "scores": [likely(each) for each in table],
    }


def likely(found: Likely) -> Json:
    """Show the share of accounts with a score that renew (0..1), and the interval in which it lies; `beside` are measures that count too."""
    return {
        "score": found.score,
        "renew": found.share,
        "low": found.low,
        "high": found.high,
        "beside": list(found.beside),
    }
