"""This file tests that a demo reports the faults planted into it on whatever day it is looked at."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests import demos, installations
from tests.app.test_demo import planted, reported


@pytest.mark.parametrize(
    ("seed", "until"),
    [
        (1, date(1990, 1, 1)),
        (2028, date(2028, 2, 29)),  # so many meetings fall out that their gaps are warned about
        (2, date(2099, 12, 31)),
        (278, date(2026, 11, 2)),  # the dice want to spoil a row twice
    ],
    ids=str,
)
def test_the_faults_of_a_demo_are_those_planted(seed: int, until: date, tmp_path: Path) -> None:
    small = demos.make(tmp_path / "demo", accounts=30, seed=seed, until=until)
    installations.leave()
    assert reported(small) == planted(small)
