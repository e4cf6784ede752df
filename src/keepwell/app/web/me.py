"""This file is a person's own page: their name and address, password, second factor, devices and tokens."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from keepwell.app import actions, queries
from keepwell.app.web import sign_in
from keepwell.app.web.requests import Request, allows
from keepwell.errors import Conflict, Invalid

ROLES = {"admin": "Administrator", "csm": "CSM"}  # others are said as they are called


def me(request: Request) -> HttpResponse:
    """Show what somebody can change about themselves and their sign-in."""
    return _page(request)


@require_POST
def rename(request: Request) -> HttpResponse:
    """Change one's own name."""
    said = request.POST.get("name", "")
    try:
        actions.addresses.rename(
            installation=request.here, name=said, by=request.actor, at=request.at
        )
    except Invalid as error:
        return _page(request, wrong=str(error), name=said)
    messages.success(request, "You are called so from now on.")
    return redirect("me")


@allows("people")
@require_POST
def change_address(request: Request) -> HttpResponse:
    """Change one's own address; others ask an administrator."""
    said = request.POST.get("email", "")
    try:
        actions.addresses.change(
            installation=request.here, user_id=request.user.pk, email=said, by=request.actor, at=request.at
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        return _page(request, wrong=str(error), email=said)
    messages.success(request, "You sign in by this address from now on.")
    return redirect("me")


def _page(request: Request, *, wrong: str = "", name: str | None = None, email: str | None = None) -> HttpResponse:  # fmt: skip
    found = queries.users.user(request.viewer, request.user.pk)
    context = {
        "me": found,
        "role": ROLES.get(found.role, found.role.replace("_", " ").capitalize()),
        "has_password": request.user.has_usable_password(),
        "came_by_link": sign_in.came_by_link(request),
        "has_factor": is_mfa_enabled(request.user, [Authenticator.Type.TOTP]),
        "tokens": sum(row.works(request.at) for row in queries.tokens.of(request.viewer)),
        "may_change_address": request.viewer.may("people"),
        "is_first_address": found.email == actions.users.FIRST,
        "wrong": wrong,
        "name": found.name if name is None else name,
        "email": found.email if email is None else email,
        "edits_name": name is not None,
        "edits_address": email is not None,
        "devices": len(UserSession.objects.purge_and_list(request.user)),
    }
    return render(request, "me/page.html", context, status=422 if wrong else 200)
