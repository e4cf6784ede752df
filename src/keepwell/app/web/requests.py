"""This file holds what every page knows of its request: who reads, on which day, and how they write numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import TypeVar, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from keepwell.app.formats import Formats
from keepwell.app.installation import Installation
from keepwell.app.rights import Right
from keepwell.app.viewers import Actor, Viewer
from keepwell.errors import Invalid

# Each names itself among those that it wants to be taken for, so the rarest stands first.
PROGRAMS = (
    ("Edge", "Edg/"), ("Opera", "OPR/"), ("Firefox", "Firefox/"), ("Chrome", "Chrome/"), ("Safari", "Safari/"),
    ("curl", "curl/"), ("Python", "python"),
)  # fmt: skip
View = TypeVar("View", bound=Callable[..., HttpResponse])


class Request(HttpRequest):
    """A request behind the middleware; `actor` and `viewer` are there once somebody is signed in."""

    here: Installation
    at: datetime
    today: date
    formats: Formats
    actor: Actor
    viewer: Viewer
    user: AbstractBaseUser
    htmx: HtmxDetails


def place(request: HttpRequest) -> str:
    """Say where a request comes from: its address, and the kind of program that sent it.

    >>> from django.test import RequestFactory
    >>> place(RequestFactory().get("/", headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Gecko/1 Firefox/139.0"}))
    '127.0.0.1, Firefox'
    """
    said = request.headers.get("User-Agent", "")
    kind = next(
        (name for name, mark in PROGRAMS if mark in said), "another program" if said else ""
    )
    return ", ".join(filter(None, (str(request.META.get("REMOTE_ADDR") or ""), kind)))[:200]


def day(request: Request, name: str) -> date | None:
    """Read a date from an address; none where it says none. Raises `Invalid` where it is no date."""
    given = request.GET.get(name, "")
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise Invalid(f"`{given[:20]}` is not a date. Write one like {request.today}.") from None


def allows(right: Right) -> Callable[[View], View]:
    """Let those alone see a page who have a right; to all others there is no such page."""

    def guarded(view: View) -> View:
        @wraps(view)
        def answer(request: Request, *args: object, **kwargs: object) -> HttpResponse:
            if not request.viewer.may(right):
                raise Http404
            return view(request, *args, **kwargs)

        return cast(View, answer)

    return guarded


def open_to_all(view: View) -> View:
    """Mark a page that needs nobody to be signed in."""
    view.is_open_to_all = True  # type: ignore[attr-defined]
    return view
