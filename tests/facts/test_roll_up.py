"""This file tests that the daily roll-up of usage keeps sums that are larger than any cell can be, and counts quantities."""

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


def test_a_day_counts_the_events_that_have_a_quantity() -> None:
    con = duckdb.connect()

    def rows(*quantities: str) -> str:
        listed = ", ".join(f"({each}::DECIMAL(18,6))" for each in quantities)
        return (
            "(SELECT 'a' AS account_id, 'u1' AS \"user\", 'f' AS feature, NULL::VARCHAR AS product, DATE '2026-03-01' AS \"on\", "
            f"DATE '2026-03-02' AS known_on, 'product' AS feed, quantity FROM (VALUES {listed}) AS given(quantity))"
        )

    added = rows("3", "NULL", "0")
    query = "SELECT events, quantities, quantity::INTEGER FROM ({})"
    assert con.execute(query.format(rollup.increment(added, None, 1))).fetchall() == [(3, 2, 3)]
    # One with a quantity is replaced by one without.
    replaced = rollup.increment(rows("NULL"), rows("3"), 2)
    assert con.execute(query.format(replaced)).fetchall() == [(0, -1, -3)]
    none = rollup.increment(rows("NULL"), None, 1)
    assert con.execute(query.format(none)).fetchall() == [(1, 0, None)]
