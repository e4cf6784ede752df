"""This file gives every page its frame: who reads, where they can go, and how fresh what they see is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.urls import reverse

from keepwell.app import queries
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.rights import Right
from keepwell.app.web.requests import Request
from keepwell.errors import KeepwellError

# Group, title, icon, name of the page, keys, and the right without which there is no such page.
PLACES: tuple[tuple[str, str, str, str, str, Right | None], ...] = (
    ("", "My book", "inbox", "book", "gb", None),
    ("", "Portfolio", "layout-dashboard", "portfolio", "gp", None),
    ("Health", "Judge", "scale", "judge", "gj", "publish"),
    ("Health", "Data", "database", "data", "gd", None),
    ("Workspace", "People", "users", "people", "", "assign"),
    ("Workspace", "Tokens", "key-round", "tokens", "", "tokens"),
    ("Workspace", "Audit", "scroll-text", "audit", "", "audit"),
)


@dataclass(frozen=True)
class Place:
    """One page that stands in the navigation, under the name of its group; `key` are the keys that open it, `counted` says what
    its count is of."""

    group: str
    title: str
    icon: str
    url: str
    key: str = ""
    on_phone: bool = True
    count: str = ""
    counted: str = ""
    is_current: bool = False


def context(request: Request) -> dict[str, Any]:
    """What the frame shows beside each page; strangers get the name of the company alone."""
    if not hasattr(request, "viewer"):
        return {"company": request.here.name if hasattr(request, "here") else "Keepwell"}
    run = queries.runs.newest(request.viewer)
    return {
        "company": request.here.name,
        "who": request.actor.name,
        "places": places(request, _counts(request, run)),
        "saved_views": queries.saved_views.of(request.viewer),
        "today": request.formats.weekday(request.today),
        "newest_run": run,
        "may_import": request.viewer.may("import"),
        "may_score": request.viewer.may("score"),
        "may_touch": request.viewer.may("touch"),
        "scored_on": run and request.formats.day(run.as_of),
    }


def places(
    request: Request, counts: Mapping[str, tuple[str, str]] = MappingProxyType({})
) -> list[Place]:
    """The pages that this reader can go to, with what is counted of some."""
    return [
        Place(
            group,
            title,
            icon,
            url,
            key,
            right is None,
            *counts.get(name, ("", "")),
            request.path == url,
        )
        for group, title, icon, name, key, right in PLACES
        if right is None or request.viewer.may(right)
        for url in [reverse(name)]
    ]


def _counts(request: Request, run: ScoredRun | None) -> dict[str, tuple[str, str]]:
    """Count what stands on pages, and say of what; only what goes with the newest run, for no page is to ask more because of it.

    Whom a reader sees changes with owners from one page to the next: those who do not see all accounts get no count of them.
    """
    if run is None:
        return {}
    found = {}
    if request.viewer.sees_all:
        said = "customer" if run.accounts == 1 else "customers"
        found["portfolio"] = (request.formats.number(run.accounts), said)
    try:
        late = queries.feeds.how_many_late(request.viewer, request.here, run, request.today)
    except KeepwellError:
        return found  # the page Data says what is wrong; no other page fails because of it
    if late:
        said = "feed is late or has stopped" if late == 1 else "feeds are late or have stopped"
        found["data"] = (request.formats.number(late), said)
    return found
