"""This file tests how the feeds of one table combine for each account: one that has stopped stops it only where it covers."""

from __future__ import annotations

from datetime import date

import numpy as np

from keepwell.health.compile import feed_coverage
from keepwell.health.compile.feed_coverage import FeedState
from keepwell.health.compile.frame import Frame

AS_OF = date(2026, 3, 1)
DESK = FeedState("desk", AS_OF, 0, date(2025, 1, 1), is_behind=False, has_stopped=False)
MAIL = FeedState("mail", date(2026, 1, 6), 54, None, is_behind=True, has_stopped=True)


def test_a_stopped_feed_stops_only_the_accounts_that_it_covers() -> None:
    frame = Frame(["both", "desk alone", "nobody's"])
    frame.add_array(
        "tickets__subtree__first__mail", np.array(["2025-06-01", "NaT", "NaT"], "datetime64[D]")
    )
    found = feed_coverage.coverage("tickets", "subtree", frame, [DESK, MAIL])
    assert found.has_stopped.tolist() == [True, False, False]
    assert found.is_stale.tolist() == [True, False, False]
    alone = feed_coverage.coverage("tickets", "subtree", frame, [MAIL])
    assert alone.has_stopped.tolist() == [True, False, False]
    assert alone.is_covered.tolist() == [True, False, False]
