"""This file answers what an account's score is best remembered by: the few most telling events of a stretch of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from statistics import median

from keepwell.app.installation import Installation
from keepwell.app.queries import timeline, usage
from keepwell.app.queries.happenings import Event
from keepwell.app.viewers import Viewer

MOST = 5
CLUSTER = timedelta(days=7)  # urgent tickets within a week are one thing
QUIET_SHARE = 0.25  # of the people who usually come: fewer are an outage of use
QUIET_WEEKS, USUAL_WEEKS, USUAL_PEOPLE = 2, 8, 3


def of_account(
    viewer: Viewer, installation: Installation, account_id: str, *, since: date, on: date
) -> tuple[Event, ...]:
    """At most five events from one day to another, in their order; raises `accounts.NoSuchAccount` and `IntegrityError`."""
    found = timeline.of_account(
        viewer, installation, account_id, on=on, since=since, limit=timeline.ALL
    ).events
    candidates = [*_clustered(found), *_quiet(viewer, installation, account_id, since, on)]
    candidates.sort(key=lambda event: (event.weight, event.on, event.id), reverse=True)
    return tuple(sorted(_apart(candidates), key=lambda event: (event.on, event.id)))


def _apart(events: Sequence[Event]) -> list[Event]:
    """Keep the weightiest; of one kind within a week only the first of them."""
    kept: list[Event] = []
    for event in events:
        near = any(each.kind == event.kind and abs(each.on - event.on) < CLUSTER for each in kept)
        if not near and len(kept) < MOST:
            kept.append(event)
    return kept


def _clustered(events: Iterable[Event]) -> Iterable[Event]:
    """Give what tells something; escalated and urgent tickets that follow each other within a week are one event."""
    tickets: list[Event] = []
    for event in sorted(events, key=lambda event: event.on):
        if not event.weight:
            continue
        if event.kind != "ticket":
            yield event
        elif tickets and event.on - tickets[-1].on <= CLUSTER:
            tickets.append(event)
        else:
            yield from _as_one(tickets)
            tickets = [event]
    yield from _as_one(tickets)


def _as_one(tickets: Sequence[Event]) -> Iterable[Event]:
    if not tickets:
        return
    first = max(tickets, key=lambda event: event.weight)
    escalated = sum(each.title.startswith("Escalated") for each in tickets)
    if len(tickets) == 1:
        yield first
        return
    kinds = {0: "urgent", len(tickets): "escalated"}
    title = f"{len(tickets)} {kinds.get(escalated, 'urgent or escalated')} tickets"
    yield replace(
        first,
        on=tickets[0].on,
        title=title,
        rest="",
        weight=min(4, first.weight + len(tickets) - 1),
    )


def _quiet(
    viewer: Viewer, installation: Installation, account_id: str, since: date, on: date
) -> Iterable[Event]:
    """Find where use stopped: two weeks of nearly nobody after weeks of the usual people."""
    if not usage.if_known(viewer, on):
        return
    count = (on - since).days // 7 + USUAL_WEEKS
    weeks = usage.weeks(viewer, installation, account_id, on, count=count).weeks
    nth = USUAL_WEEKS
    while nth + QUIET_WEEKS <= len(weeks):
        usual = median(people for _, people, _ in weeks[nth - USUAL_WEEKS : nth])
        few = [people for _, people, _ in weeks[nth : nth + QUIET_WEEKS]]
        if usual >= USUAL_PEOPLE and max(few) <= usual * QUIET_SHARE:
            begin = weeks[nth][0] - timedelta(days=6)
            what = "Use stopped" if not any(few) else "Use fell"
            if begin >= since:
                yield Event(
                    begin, "outage", what, f", from {usual:g} people a week to {max(few)}", tone="bad", weight=4,
                    id=f"outage {begin}",
                )  # fmt: skip
            nth += USUAL_WEEKS
        nth += 1
