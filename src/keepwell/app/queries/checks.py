"""This file answers what a check needs besides the card: when it was changed, how often it is scored, its feeds."""

from __future__ import annotations

from datetime import date

from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.scores import Run
from keepwell.app.queries import facts, scorecards
from keepwell.app.viewers import Viewer
from keepwell.health.checks.evidence import Evidence

RUNS_LOOKED_AT = 12


def surroundings(viewer: Viewer, installation: Installation, *, text: str, today: date) -> Evidence:
    """What can be said without computing anything; a text that is not the latest version counts as one of today."""
    latest = scorecards.latest(viewer)
    published_on = [installation.day(at) for at in scorecards.published_at(viewer)]
    is_new = latest is None or latest.digest != checksums.of_text(text)
    dates = (
        Run.objects.filter(kind="published", is_complete=True)
        .order_by("-as_of")
        .values_list("as_of", flat=True)
        .distinct()
    )
    return Evidence(
        published_on=(*published_on, *((today,) if is_new else ())),
        scored_on=tuple(sorted(dates[:RUNS_LOOKED_AT])),
        feeds=facts.feeds(viewer, facts.latest_batch(viewer)),
    )


def newest(viewer: Viewer, today: date) -> date:
    """The date that sees the newest facts: the day after the latest of the quickest feeds, tomorrow at the latest."""
    fed = [feed for feed in facts.feeds(viewer, facts.latest_batch(viewer)) if feed.event_days]
    often = min((feed.expected_every_days for feed in fed), default=0)
    days = [
        on
        for feed in fed
        if feed.expected_every_days == often
        for on in feed.event_days
        if on <= today
    ]
    return date.fromordinal(max(days, default=today).toordinal() + 1)
