"""This file shows what went wrong: what was not found, not accepted or is not ready, and our own faults by a reference."""

from __future__ import annotations

import logging
import secrets

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from keepwell.errors import (
    Conflict,
    IntegrityError,
    Invalid,
    NotAllowed,
    NotFound,
    NotReady,
    Unavailable,
    UserError,
)

log = logging.getLogger(__name__)
STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (NotFound, 404, "Not found"),
    (NotAllowed, 403, "You may not do this"),
    (Conflict, 409, "Somebody else was first"),
    (Invalid, 422, "Not accepted"),
    (NotReady, 409, "Not ready yet"),
    (Unavailable, 503, "Not available now"),
    (UserError, 400, "This cannot be done"),
    (IntegrityError, 500, "Stored data are damaged"),
)


def page(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Give the page of an error of ours; what Django knows itself is left to it."""
    if isinstance(error, Http404 | PermissionDenied | SuspiciousOperation):
        return None
    for kind, status, title in STATUS:
        if isinstance(error, kind):
            return _page(request, status, title, str(error))
    reference = secrets.token_hex(4)
    log.exception("Internal error %s at %s", reference, request.path)
    return _page(
        request,
        500,
        "Internal error",
        f"Something failed on our side. Its reference is {reference}; the log has the details.",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404, "Not found", "There is no such page, or it is not yours to see.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request, 403, "Not allowed", "This is not yours to do, or your password has to be set first. Nothing was changed.",
    )  # fmt: skip


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer whoever tries too often."""
    response = _page(
        request, 429, "Too many tries", "Wait a minute, then try again. Nothing was changed."
    )
    response["Retry-After"] = "60"
    return response


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old: nothing was changed."""
    return _page(
        request, 403, "This form has expired", "Go back, load the page again, then repeat what you did. Nothing was changed.",
    )  # fmt: skip


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, "This request has no meaning", "Nothing was changed.")


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Keepwell failed while it made this page; its log says why.", status=500)


def _page(request: HttpRequest, status: int, title: str, said: str) -> HttpResponse:
    context = {"title": title, "said": said, "status": status}
    is_part = bool(getattr(request, "htmx", False))
    template = "failures/part.html" if is_part else "failures/page.html"
    return render(request, template, context, status=status)
