"""This file gives the shape of a feed on a day: what it fills, for whom, how far its data reach, and whether it is late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.feeds import FeedStatus


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
    }
