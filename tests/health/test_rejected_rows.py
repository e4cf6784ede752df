"""This file holds on which days a rejected row may have been inside a window, day by day at its edges."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from keepwell.health.compile.rejected_rows import Rows, are_within
from keepwell.health.definition.window import Window

AS_OF = date(2026, 3, 29)
WEEK, EVER, NOW = Window(7), Window(), Window(is_now=True)


def rejected(first: str | None, last: str | None, ends: str | None) -> Rows:
    """One row of one account, with the days between which it happened, and on which it ended."""
    days = [np.array([np.datetime64(each or "NaT", "D")]) for each in (first, last, ends)]
    one = np.array([1])
    return Rows(np.array([0]), np.array(["crm"], dtype=object), *days, one, one)


@pytest.mark.parametrize(
    ("window", "first", "last", "ends", "is_within"),
    [
        (WEEK, "2026-03-22", "2026-03-22", None, True),  # the first day of seven
        (WEEK, "2026-03-21", "2026-03-21", None, False),
        (WEEK, "2026-03-28", "2026-03-28", None, True),
        (WEEK, "2026-03-29", "2026-03-29", None, False),  # the day of the score is not over
        (WEEK, "2026-01-01", "2026-03-22", None, True),  # on any day of these, so perhaps on the last
        (WEEK, None, "2026-03-28", None, True),  # the day could not be read
        (WEEK, None, "2026-03-21", None, False),
        (EVER, "2020-01-01", "2020-01-01", None, True),
        (EVER, "2026-03-29", "2026-03-29", None, False),
        (NOW, "2026-01-01", "2026-01-01", None, True),  # in force for ever
        (NOW, "2026-01-01", "2026-01-01", "2026-03-29", True),  # ends with the day of the score
        (NOW, "2026-01-01", "2026-01-01", "2026-03-28", False),
        (NOW, "2026-03-29", "2026-03-29", None, False),
    ],
)  # fmt: skip
def test_a_rejected_row_is_inside_a_window_as_an_accepted_one_is(
    window: Window, first: str | None, last: str | None, ends: str | None, is_within: bool
) -> None:
    assert are_within(rejected(first, last, ends), window, AS_OF).tolist() == [is_within]
