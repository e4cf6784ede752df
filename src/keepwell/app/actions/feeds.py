"""This file keeps what feeds declare, the days of their events and the days on which they arrive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from keepwell.app.models.feeds import Declaration, Delivery, FeedDay

if TYPE_CHECKING:
    from keepwell.facts.staging.staged import FeedDeclared


def declarations(declared: Iterable[FeedDeclared], batch: int) -> list[Declaration]:
    """Make the declarations that say something new; a feed keeps the tables that it filled before."""
    new = []
    for feed in declared:
        before = Declaration.objects.filter(feed=feed.name).order_by("-batch").first()
        tables = sorted({*feed.tables, *(before.tables if before else ())})
        said = {
            "tables": tables,
            "covers": feed.covers,
            "since": feed.since,
            "expected_every_days": feed.expected_every_days,
            "stale_for_days": feed.stale_for_days,
            "lag_days": feed.lag_days,
            "through": feed.through,
        }
        if before is None or any(getattr(before, name) != value for name, value in said.items()):
            new.append(Declaration(feed=feed.name, batch=batch, **said))
    return new


def days(seen: Iterable[tuple[str, date]], batch: int) -> list[FeedDay]:
    """Make the lines for days on which a feed had no event before."""
    return [FeedDay(feed=feed, on=on, batch=batch) for feed, on in _unknown(FeedDay, seen)]


def deliveries(arrived: Iterable[tuple[str, str]], on: date, batch: int) -> list[Delivery]:
    """Make the lines for feeds (name, and fingerprint of their files) that have delivered something else than ever before.

    The same files again say nothing about the days since: an export that nobody renews stays late.
    """
    contents = dict(arrived)
    known = set(
        Delivery.objects.filter(feed__in=contents)
        .exclude(content="")
        .values_list("feed", "content")
    )
    new = [feed for feed, content in contents.items() if (feed, content) not in known]
    return [
        Delivery(feed=feed, on=on, batch=batch, content=contents[feed])
        for feed, on in _unknown(Delivery, ((feed, on) for feed in new))
    ]


def _unknown(model: Any, seen: Iterable[tuple[str, date]]) -> list[tuple[str, date]]:
    wanted = set(seen)
    if not wanted:
        return []
    days = [on for _, on in wanted]
    # Between the first and the last day alone: a feed may have thousands, and a load mostly brings the latest.
    known = model.objects.filter(
        feed__in={feed for feed, _ in wanted}, on__range=(min(days), max(days))
    )
    return sorted(wanted - set(known.values_list("feed", "on")))
