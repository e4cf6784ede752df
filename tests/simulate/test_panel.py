"""This file tests the plain tables of many accounts: the same each time, and what was planted in them is there."""

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
def drawn() -> pa.Table:
    return panel.drawn(WORLD)


def test_the_same_world_gives_the_same_table(drawn: pa.Table) -> None:
    assert panel.drawn(WORLD).equals(drawn)
    assert not panel.drawn(World(4_000, 3, WORLD.until)).equals(drawn)


def test_nobody_who_has_given_notice_is_in_it(drawn: pa.Table) -> None:
    noticed = drawn.filter(pc.is_valid(drawn["noticed_on"]))
    assert len(noticed) > 1_000
    assert pc.all(pc.greater(noticed["noticed_on"], noticed["on"])).as_py()


@pytest.mark.parametrize(
    ("measure", "way"),
    [
        ("seats_in_use", -1), ("active_days", -1), ("features_used", -1), ("recommendation", -1), ("meetings_held", -1),
        ("data_exports", 1), ("tickets", 1), ("days_late", 1), ("newsletter_opens", 0),
    ],
)  # fmt: skip
def test_a_measure_points_where_it_was_planted_to(drawn: pa.Table, measure: str, way: int) -> None:
    """Within a segment, where the base rates are alike; the useless one says nothing."""
    small = drawn.filter(pc.and_(pc.equal(drawn["segment"], "small"), pc.is_valid(drawn[measure])))
    found = float(np.corrcoef(small[measure].to_numpy(), small["chance"].to_numpy())[0, 1])
    assert abs(found) < 0.03 if way == 0 else way * found > 0.03, found
