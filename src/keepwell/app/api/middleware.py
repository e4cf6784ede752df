"""This file answers whatever is asked under /api/ before the pages hear of it: no cookie, no session, no form."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NoReturn

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse

from keepwell.app import actions, answers, installation
from keepwell.app.actions.tokens import NotValid
from keepwell.app.api import failures, openapi, routes, said
from keepwell.app.api.calls import Answer, Call
from keepwell.app.api.failures import MissingScope, NoSuchAddress, TooMany, WrongMethod
from keepwell.app.api.routes import Route
from keepwell.app.viewers import Actor

ROOT = "/api/"
SCHEME = "bearer"
FAILURES = "20/m/ip"  # wrong tokens; a right one is answered all the same, as nobody can guess it
CHALLENGE = 'Bearer realm="Keepwell"'


class Api:
    """Stands before the middleware of the pages, which never sees a call."""

    def __init__(self, pages: Callable[[HttpRequest], HttpResponse]) -> None:
        self.pages = pages

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ROOT):
            return self.pages(request)
        try:
            request.get_host()  # another host's name is not answered, as of pages
            found, error = _answer(request), None
        except Exception as raised:  # an interface is where nobody should read a traceback unasked
            found, error = failures.answer(raised), raised
        body = json.dumps(found.json, allow_nan=False)
        response = HttpResponse(body, status=found.status, content_type="application/json")
        response["Content-Length"] = str(len(response.content))
        response["Cache-Control"] = "no-store, private"
        if isinstance(error, NotValid):
            response["WWW-Authenticate"] = CHALLENGE
        if isinstance(error, MissingScope):
            response["WWW-Authenticate"] = f'{CHALLENGE}, error="insufficient_scope"'
        if isinstance(error, TooMany):
            response["Retry-After"] = "60"
        if isinstance(error, WrongMethod):
            response["Allow"] = ", ".join(routes.methods(request.path_info))
        return response


def _answer(request: HttpRequest) -> Answer:
    method = "GET" if request.method == "HEAD" else request.method or ""
    if (method, request.path_info) == ("GET", openapi.PATH):
        return Answer(openapi.description())
    at = datetime.now(UTC)
    actor = _actor(request, at)
    route, account_id = _route(method, request.path_info)
    _require_scopes(route, actor)
    here = installation.current()
    heard = said.body(request, route.body) if method == "POST" else {}
    heard |= said.parameters(request.GET, route.parameters)
    call = Call(here, at, here.day(at), actor, heard)
    arguments = [] if account_id is None else [account_id]
    if method == "POST":
        return route.view(call, *arguments)
    with answers.kept():
        return route.view(call, *arguments)


def _actor(request: HttpRequest, at: datetime) -> Actor:
    """Find out by their token who calls; who fails too often from one place is told to wait."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    place = str(request.META.get("REMOTE_ADDR") or "")
    stranger = Actor("token", "somebody", place)
    if scheme.lower() != SCHEME:
        raise NotValid(
            "Every call needs a token.",
            way_out="Send `Authorization: Bearer kw_...`; tokens are made on the page of tokens.",
        )
    try:
        return actions.tokens.use(
            installation=installation.current(), token=token.strip(), by=stranger, at=at
        )
    except NotValid:
        allowed = ratelimit.consume(
            request, app="keepwell.api", action="token", config={"token": FAILURES}, limit_get=True
        )
        if allowed is None:
            raise TooMany("Too many wrong tokens came from here. Wait a minute.") from None
        raise


def _route(method: str, path: str) -> tuple[Route, str | None]:
    found = routes.found(path)
    if not found:
        raise NoSuchAddress("The API has no such address. See /api/v1/openapi.json.")
    for route, account_id in found:
        if route.method == method:
            return route, account_id
    _wrong_method(path)


def _wrong_method(path: str) -> NoReturn:
    raise WrongMethod(f"This address is for {' and '.join(routes.methods(path))} alone.")


def _require_scopes(route: Route, actor: Actor) -> None:
    missing = [each for each in route.scopes if each not in (actor.viewer.scopes or ())]
    if missing:
        raise MissingScope(
            f"This token has no scope to {' and '.join(missing)}; nothing was changed.",
            way_out="Make a token with that scope.",
        )
