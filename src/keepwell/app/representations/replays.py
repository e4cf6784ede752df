"""This file gives the shape of a replay: whether a run is the same to the bit, and where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations import scores
from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.actions.replays import Difference, Replay


def replay(found: Replay) -> Json:
    """Show what was compared and how many differences there are, the first of them in full."""
    return {
        **scores.reference(found.run),
        "is_same": not found.different,
        "scores": found.scores,
        "lines": found.lines,
        "peers": found.peers,
        "different": found.different,
        "differences": [difference(each) for each in found.differences],
    }


def difference(found: Difference) -> Json:
    """Show one number or word that was kept and does not come out again."""
    return {
        "account_id": found.account_id,
        "path": found.path,
        "what": found.what,
        "kept": plain(found.kept),
        "computed": plain(found.computed),
    }
