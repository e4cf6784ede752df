"""This file gives the shape of a verification: how much was read, and everything that is not what was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json

if TYPE_CHECKING:
    from keepwell.app.actions.manifest_rebuild import Rebuilt
    from keepwell.app.actions.verification import Report


def verification(report: Report) -> Json:
    """Show what was verified, and every problem with its code."""
    return {
        "is_whole": not report.problems,
        "datafiles": report.datafiles,
        "rows": report.rows,
        "loads": report.loads,
        "problems": [
            {"code": each.code, "place": each.place, "what": each.what} for each in report.problems
        ],
    }


def rebuilt(done: Rebuilt, data: Path) -> Json:
    """Show what a rebuilt manifest lists, and what it does not."""
    return {
        "datafiles": done.datafiles,
        "rows": done.rows,
        "new_loads": list(done.new_loads),
        "left": [
            {"place": f"data/{each.path.relative_to(data)}", "why": each.why} for each in done.left
        ],
        "losses": list(done.losses),
    }
