"""This file tests the plain table of many accounts: its measures point where they should."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from keepwell.simulate import panel
from keepwell.simulate.world import World

WORLD = World(4_000, 2, date(2026, 11, 2))


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return panel.generate(WORLD)


def test_the_same_world_gives_the_same_table(table: pa.Table) -> None:
    assert panel.generate(WORLD).equals(table)
    assert not panel.generate(World(4_000, 3, WORLD.until)).equals(table)


def test_accounts_are_left_out_once_they_have_given_notice(table: pa.Table) -> None:
    noticed = table.filter(pc.is_valid(table["noticed_on"]))
    assert len(noticed) > 1_000
    assert pc.all(pc.greater(noticed["noticed_on"], noticed["on"])).as_py()


@pytest.mark.parametrize(
    ("measure", "direction"),
    [
        ("seats_in_use", -1), ("active_days", -1), ("features_used", -1), ("recommendation", -1),
        ("meetings_held", -1), ("data_exports", 1), ("tickets", 1), ("days_late", 1),
        ("newsletter_opens", 0),
    ],
)  # fmt: skip
def test_a_measure_moves_with_the_chance_to_leave(
    table: pa.Table, measure: str, direction: int
) -> None:
    """Within a segment, where base rates are alike; the useless measure says nothing."""
    small = table.filter(pc.and_(pc.equal(table["segment"], "small"), pc.is_valid(table[measure])))
    found = float(np.corrcoef(small[measure].to_numpy(), small["chance"].to_numpy())[0, 1])
    assert abs(found) < 0.03 if direction == 0 else direction * found > 0.03, found
