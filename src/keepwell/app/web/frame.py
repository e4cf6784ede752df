"""This file gives every page its frame: who reads, where they can go, and how fresh what they see is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from keepwell.app import queries
from keepwell.app.rights import Right
from keepwell.app.web.requests import Request

# Title, icon, name of the page, keys, and the right without which there is no such page.
PLACES: tuple[tuple[str, str, str, str, Right | None], ...] = (
    ("My book", "inbox", "book", "gb", None),
    ("Portfolio", "layout-dashboard", "portfolio", "gp", None),
    ("Data", "database", "data", "gd", None),
    ("People", "users", "people", "", "assign"),
    ("Tokens", "key-round", "tokens", "", "tokens"),
    ("Audit", "scroll-text", "audit", "", "audit"),
)


@dataclass(frozen=True)
class Place:
    """One page that stands in the navigation; `key` are the keys that open it."""

    title: str
    icon: str
    url: str
    key: str = ""
    on_phone: bool = True
    count: int | None = None
    is_current: bool = False


def context(request: Request) -> dict[str, Any]:
    """What the frame shows beside each page; strangers get the name of the company alone."""
    if not hasattr(request, "viewer"):
        return {"company": request.here.name if hasattr(request, "here") else "Keepwell"}
    run = queries.runs.newest(request.viewer)
    return {
        "company": request.here.name,
        "who": request.actor.name,
        "places": places(request),
        "saved_views": queries.saved_views.of(request.viewer),
        "today": request.formats.weekday(request.today),
        "newest_run": run,
        "may_import": request.viewer.may("import"),
        "may_score": request.viewer.may("score"),
        "may_touch": request.viewer.may("touch"),
        "scored_on": run and request.formats.day(run.as_of),
    }


def places(request: Request) -> list[Place]:
    """The pages that this reader can go to."""
    return [
        Place(title, icon, url, key, on_phone=right is None, is_current=request.path == url)
        for title, icon, name, key, right in PLACES
        if right is None or request.viewer.may(right)
        for url in [reverse(name)]
    ]
