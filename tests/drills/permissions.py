"""This file drills the permission matrix: every query, action, page and route, in every role, of every account, against an oracle written apart."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.drills import by_tests
from tests.drills.drill import Drill, say
from tests.drills.mutants import Mutant
from tests.house.rooms import ROOT

TESTS = (
    "tests/app/test_permissions.py",
    "tests/app/test_page_permissions.py",
    "tests/app/test_tokens.py",
    "tests/app/test_api.py",
)
COUNT = "from tests import installations\nfrom tests.app import permission_cells\nprint(permission_cells.total())"
MUTANTS = (
    Mutant("everybody-sees-all", "keepwell.app.viewers", "Viewer.visible", "if self.sees_all else", "if True else"),
    Mutant("team-may-change", "keepwell.app.viewers", "Viewer.changeable", "self._of(rows, column, self.own)", "self._of(rows, column, self.own | self.seen)"),
    Mutant("search-sees-all", "keepwell.app.queries.accounts", "search", "viewer.visible(", "(lambda rows: rows)("),
    Mutant("pages-for-everybody", "keepwell.app.web.requests", "allows", "if not request.viewer.may(right):", "if False:"),
    Mutant("scopes-not-asked", "keepwell.app.viewers", "Viewer._has", "return ", "return True or "),
    Mutant("routes-ask-no-scope", "keepwell.app.api.middleware", "_require_scopes", "for each in route.scopes", "for each in ()"),
)  # fmt: skip


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Run the tests of the matrix; the second case is all that they sample: each role, and each account."""
    is_whole = cases > 1
    passed, broken = by_tests.broken_promises(TESTS, whole=is_whole)
    env = os.environ | ({"KEEPWELL_EXAMPLES": "1"} if is_whole else {})
    cells = int(
        subprocess.check_output([sys.executable, "-c", COUNT], cwd=ROOT, env=env, text=True)
    )
    say(f"permissions: {cells:,} cells, {passed} tests passed, {len(broken)} did not")
    yield broken or ([] if cells >= 10_000 else [f"{cells} cells are too few"])


DRILL = Drill("permissions", tried, MUTANTS, cases=2, quick_cases=1, mutant_cases=1)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
