"""This file gives the shape of data files that were set aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json

if TYPE_CHECKING:
    from keepwell.app.queries.orphans import Orphan


def orphans(found: Sequence[Orphan], *, removed: bool) -> Json:
    """Show each file with its size, and whether they were removed."""
    return {
        "removed": removed,
        "files": [{"file": str(each.path), "bytes": each.bytes} for each in found],
    }
