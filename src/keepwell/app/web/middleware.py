"""This file stands around every page: it says who reads, on which day and in which language, and turns errors into pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from whitenoise.middleware import WhiteNoiseMiddleware

from keepwell.app import answers, formats, installation, queries
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import failures, requests
from keepwell.app.web.requests import Request

Answer = Callable[[HttpRequest], HttpResponse]


class Static(WhiteNoiseMiddleware):  # type: ignore[misc]  # it has no types
    """Serves styles, scripts and the font whole: they are small, and WhiteNoise's own streams are for threaded servers."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        body = b"" if found.file is None else found.file.read()
        response = HttpResponse(body, status=int(found.status))
        del response["content-type"]
        for name, value in found.headers:
            response[name] = value
        return response


class Reader:
    """Gives a request its installation, viewer, day and formats; whoever is not signed in may see the sign-in pages alone."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: Request) -> HttpResponse:
        here = installation.current()
        request.here = here
        request.at = datetime.now(UTC)
        request.today = here.day(request.at)
        request.formats = formats.of(request.headers.get("Accept-Language", ""), request.today)
        if request.user.is_authenticated:
            place = requests.place(request)
            request.actor = queries.users.acting(SYSTEM, request.user, request.today, place)
            request.viewer = request.actor.viewer
        if request.method in ("GET", "HEAD"):
            with answers.kept():
                response = self.answer(request)
        else:
            response = self.answer(request)
        if "Cache-Control" not in response:
            # On a shared machine nobody reads what the last one read.
            response["Cache-Control"] = "no-store, private"
        return response

    def process_view(
        self, request: Request, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Send strangers to the sign-in page; a view that is for them too says so: `requests.open_to_all`."""
        is_open = getattr(view, "is_open_to_all", False) or view.__module__.startswith("allauth.")
        if is_open or request.user.is_authenticated:
            return None
        where = request.get_full_path() if request.method == "GET" else reverse("home")
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': where})}")


class Failures:
    """Turns what goes wrong into a page that says what, and what to do."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return failures.page(request, error)
