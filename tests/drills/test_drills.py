"""This file runs the short form of each drill, and sees that each catches lines that were broken on purpose.

One such line for each drill here; all of them in `just whole` and in `just drill NAME --mutants`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import installations
from tests.conftest import EVERYTHING
from tests.drills import (
    audit,
    conservation,
    contention,
    definitions,
    disk_full,
    injection,
    kills,
    order_of_fsync,
    permissions,
    slow_clients,
    together,
    torn_files,
    uploads,
)
from tests.drills.drill import Drill
from tests.drills.mutants import Mutant, broken

QUICK = (
    order_of_fsync.DRILL,
    torn_files.DRILL,
    conservation.DRILL,
    uploads.DRILL,
    definitions.DRILL,
)
# These start hundreds of commands: by hand, and in the whole run.
SLOW = (
    kills.DRILL,
    disk_full.DRILL,
    together.DRILL,
    slow_clients.DRILL,
    contention.DRILL,
    injection.DRILL,
    audit.DRILL,
    permissions.DRILL,
)
DRILLS = QUICK + SLOW
RUN = DRILLS if EVERYTHING else QUICK
MUTANTS = [
    pytest.param(drill, mutant, id=f"{drill.name}-{mutant.name}")
    for drill in RUN
    for mutant in (drill.mutants if EVERYTHING else drill.mutants[:1])
]
EVERY_MUTANT = [mutant for drill in DRILLS for mutant in drill.mutants]


@pytest.fixture(autouse=True)
def left() -> Iterator[None]:
    yield
    installations.leave()


@pytest.mark.parametrize("drill", RUN, ids=lambda drill: drill.name)
def test_no_promise_is_broken(drill: Drill, tmp_path: Path) -> None:
    assert [
        sentence for case in drill.tried(tmp_path, drill.quick_cases) for sentence in case
    ] == []


@pytest.mark.parametrize(("drill", "mutant"), MUTANTS)
def test_a_broken_line_is_noticed(drill: Drill, mutant: Mutant, tmp_path: Path) -> None:
    assert drill.notices(mutant, tmp_path)


@pytest.mark.parametrize("mutant", EVERY_MUTANT, ids=lambda mutant: mutant.name)
def test_the_line_that_a_mutant_breaks_is_still_there(mutant: Mutant) -> None:
    with broken(mutant):
        pass


@pytest.mark.parametrize("drill", DRILLS if EVERYTHING else QUICK[:1], ids=lambda drill: drill.name)
def test_a_drill_can_be_run_by_hand(drill: Drill) -> None:
    module = f"tests.drills.{drill.name.replace('-', '_')}"
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, drill.name in done.stdout) == (0, True), done.stderr
