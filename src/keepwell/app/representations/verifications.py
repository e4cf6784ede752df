"""This file gives the shape of a verification: how much was read, and everything that is not what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json

if TYPE_CHECKING:
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
