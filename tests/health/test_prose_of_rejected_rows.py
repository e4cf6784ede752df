"""This file holds how explanations say that rows behind a measure were rejected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keepwell.health.explain import prose
from keepwell.health.explain.reading import EmptyCells, Reading, Rejected
from keepwell.health.explain.summary import Part, Summary

ONE = Rejected(3, 10, (4,))
PARTLY = Part("partly_known", "uses", "Uses", reading=Reading(7.0, rejected=ONE))
GONE = Part(
    "not_scored",
    "uses",
    "Uses",
    reading=Reading(missing="rows_rejected", rejected=Rejected(3, 3, (4,))),
    reason="rows_rejected",
)


@pytest.mark.parametrize(
    ("rejected", "text"),
    [
        (ONE, "3 of 10 rows rejected in import 4"),
        (Rejected(1, 1, (4,)), "1 of 1 row rejected in import 4"),
        (Rejected(2, 4, (3, 4)), "2 of 4 rows rejected in imports 3 and 4"),
        (Rejected(1200, 9000, (3, 5, 9)), "1,200 of 9,000 rows rejected in 3 imports from 3 to 9"),
    ],
)
def test_what_was_rejected_is_said_with_its_imports(rejected: Rejected, text: str) -> None:
    assert prose.rejected(rejected) == text


def test_a_summary_says_what_is_known_in_part() -> None:
    summary = Summary("Harbour", 81.0, "Green", 81.0, "Green", 0.9, (PARTLY,))
    said = "Harbour is Green at 81. Partly known: Uses (3 of 10 rows rejected in import 4)."
    assert prose.sentence(summary) == said
    assert prose.part(PARTLY) == "Uses (3 of 10 rows rejected in import 4)"


def test_what_was_rejected_is_the_reason_for_no_value() -> None:
    assert prose.part(GONE) == "Uses (3 of 3 rows rejected in import 4)"
    without = replace(GONE, reading=Reading(missing="rows_rejected"))
    assert prose.part(without) == "Uses (too many rows rejected)"


def test_rows_without_their_number_are_said_with_its_column() -> None:
    read = Reading(7.0, empty=EmptyCells(3, 40, "amount"))
    assert prose.part(replace(PARTLY, reading=read)) == "Uses (3 of 40 rows have no amount)"
    both = replace(read, rejected=ONE)
    said = "Uses (3 of 10 rows rejected in import 4; 3 of 40 rows have no amount)"
    assert prose.part(replace(PARTLY, reading=both)) == said
    gone = Reading(missing="no_number", empty=EmptyCells(1, 1, "amount"))
    part = replace(GONE, reading=gone, reason="no_number")
    assert prose.part(part) == "Uses (1 of 1 row has no amount)"
    assert prose.part(replace(part, reading=None)) == "Uses (too many empty cells)"
