"""This file gives the shape of a feed on a day: what it fills, for whom, how far its data reach, and whether it is late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.feeds import FeedStatus, LateFeed


def feed(status: FeedStatus) -> Json:
    """Show one feed."""
    return {
        "feed": status.name,
        "covers": status.covers,
        "tables": [each.table for each in status.tables],
        "expected_every_days": status.expected_every_days,
        "watermark_on": plain(status.reached_on),
        "delivered_on": plain(status.arrived_on),
        "is_late": status.is_late,
        "has_stopped": status.has_stopped,
    }


def late(found: LateFeed) -> Json:
    """Show a feed that was late on the date of a run."""
    return {
        "feed": found.name,
        "watermark_on": plain(found.reached_on),
        "has_stopped": found.has_stopped,
    }
