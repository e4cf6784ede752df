"""This file tests that the import of a demo reports the faults planted into it on whatever day it is looked at."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from keepwell.app.actions import imports
from keepwell.simulate import company_folder
from keepwell.simulate.world import World
from tests import installations
from tests.app.test_demo import planted, reported
from tests.cast import ANA
from tests.conftest import EVERYTHING

DAYS = [
    (2028, date(2028, 2, 29)),  # so many meetings fall out that their gaps are warned about
    (278, date(2026, 11, 2)),  # the dice want to spoil a row twice
    (1, date(1990, 1, 1)),
    (2, date(2099, 12, 31)),
]


@pytest.mark.parametrize(("seed", "until"), DAYS if EVERYTHING else DAYS[:1], ids=str)
def test_the_faults_of_a_demo_are_those_planted(seed: int, until: date, tmp_path: Path) -> None:
    faults = company_folder.write(World(30, seed, until), tmp_path / "demo")
    summary = imports.run(
        installation=installations.serve(tmp_path / "demo"),
        paths=tmp_path / "demo" / "exports",
        by=ANA,
        at=datetime.combine(until, time(6), UTC),
    )
    installations.leave()
    assert reported(summary) == planted(faults)
