"""This file tests that the daily roll-up of usage keeps sums that are larger than any cell can be."""

from __future__ import annotations

import duckdb

from keepwell.facts import rollup


def test_a_day_may_add_up_to_more_than_a_cell_can_hold() -> None:
    con = duckdb.connect()
    rows = (
        "(SELECT 'a' AS account_id, 'u1' AS \"user\", 'f' AS feature, NULL::VARCHAR AS product, DATE '2026-03-01' AS \"on\", "
        "DATE '2026-03-02' AS known_on, 'product' AS feed, 900000000000::DECIMAL(18,6) AS quantity FROM range(2))"
    )
    found = con.execute(
        f"SELECT events, quantity FROM ({rollup.increment(rows, None, 1)})"
    ).fetchall()
    assert [(events, int(quantity)) for events, quantity in found] == [(2, 1_800_000_000_000)]
