"""This file tests that duplicates are found, in however many parts they are looked for."""

from __future__ import annotations

import duckdb
import pytest

from keepwell.facts import duplicates

DIFFERENT = "SELECT 'e' || i AS key FROM range(1000) AS numbers(i)"


@pytest.mark.parametrize("most", [16_000_000, 100, 7])
def test_duplicates_are_found_in_one_part_and_in_many(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(duplicates, "MAX_SORTED", most)
    con = duckdb.connect()
    assert not duplicates.possible(con, DIFFERENT, 1000)
    for place in (0, 1, 500, 999):
        assert duplicates.possible(con, f"{DIFFERENT} UNION ALL SELECT 'e{place}'", 1001)


def test_no_rows_have_no_duplicates() -> None:
    assert not duplicates.possible(duckdb.connect(), f"{DIFFERENT} LIMIT 0", 0)
