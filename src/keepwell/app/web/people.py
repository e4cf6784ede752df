"""This file is the page of people: who is here, as what, whom imports mean by an owner, and who covers for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from keepwell.app import actions, queries, rights
from keepwell.app.queries.users import UserRow
from keepwell.app.web.requests import Request, allows
from keepwell.errors import Conflict, Invalid, NotAllowed
from keepwell.health.definition.customer import Kind

SHOWN = 50  # unmatched owners


@dataclass(frozen=True)
class Person:
    """One person as the page shows them: how many customers they have, and what else."""

    user: UserRow
    accounts: int
    others: str
    signed_in: str
    is_me: bool


@dataclass(frozen=True)
class Owner:
    """One imported owner who is nobody here yet: their customers and what else they have, and whom the page proposes."""

    text: str
    customers: int
    others: str
    revenue: str
    proposed: int | None


@allows("assign")
@require_GET
def people(request: Request) -> HttpResponse:
    """Show who is here; to a leader the teams and absences alone."""
    return _page(request)


@allows("people")
@require_POST
def invite(request: Request) -> HttpResponse:
    """Invite somebody, and show their link: it is kept nowhere, so no other page can."""
    said = {key: request.POST.get(key, "") for key in ("email", "name", "role", "team", "owner")}
    unmatched = queries.ownership.unmatched_names(request.viewer)
    if not said["owner"].strip() and said["name"].strip() in unmatched:
        said["owner"] = said["name"].strip()  # who is called so in the import, and is nobody yet
    try:
        made = actions.users.invite(**said, by=request.actor, at=request.at)
    except (Invalid, Conflict) as error:
        return _page(request, status=422, said=said, wrong=str(error))
    return _with_link(request, made.token, said["name"] or said["email"])


@allows("people")
@require_POST
def link(request: Request, user_id: int) -> HttpResponse:
    """Make another link for somebody, and show it once."""
    row = queries.users.user(request.viewer, user_id)
    made = actions.users.new_link(user_id=user_id, by=request.actor, at=request.at)
    return _with_link(request, made.token, row.label)


@allows("people")
@require_POST
def change(request: Request, user_id: int) -> HttpResponse:
    """Change somebody's address, name, role or team."""
    said: dict[str, Any] = {
        "installation": request.here,
        "user_id": user_id,
        "by": request.actor,
        "at": request.at,
    }
    with transaction.atomic():
        if email := request.POST.get("email", "").strip():
            actions.addresses.change(email=email, **said)
        actions.users.change(
            name=request.POST.get("name"), role=request.POST.get("role"), team=request.POST.get("team"), **said
        )  # fmt: skip
    messages.success(request, "Changed. It takes effect at once.")
    return redirect("people")


@allows("people")
@require_POST
def forget_factor(request: Request, user_id: int) -> HttpResponse:
    """Turn off the second factor that somebody else lost; of one's own the page of it asks for the password first."""
    queries.users.user(request.viewer, user_id)
    if user_id == request.viewer.user_id:
        raise NotAllowed("Turn off your own second factor on your own page. Nothing was changed.")
    if not request.POST.get("sure"):
        raise Invalid("Tick that you know who asks for it first. Nothing was changed.")
    had = actions.second_factors.forget(user_id=user_id, by=request.actor, at=request.at)
    said = "Their second factor is off." if had else "They had no second factor."
    messages.success(request, said)
    return redirect("people")


@allows("people")
@require_POST
def deactivate(request: Request, user_id: int) -> HttpResponse:
    """Let somebody go."""
    actions.users.deactivate(user_id=user_id, by=request.actor, at=request.at)
    messages.success(request, "They are signed out everywhere, and cannot sign in any more.")
    return redirect("people")


@allows("people")
@require_POST
def reactivate(request: Request, user_id: int) -> HttpResponse:
    """Let somebody in again."""
    actions.users.reactivate(user_id=user_id, by=request.actor, at=request.at)
    messages.success(request, "They can sign in again.")
    return redirect("people")


@allows("people")
@require_POST
def name_owner(request: Request) -> HttpResponse:
    """Say which user an imported owner is."""
    actions.users.name_owner(
        text=request.POST.get("text", ""),
        user_id=_number(request, "user"),
        by=request.actor,
        at=request.at,
    )
    messages.success(request, "Their accounts are theirs now.")
    return redirect("people")


@allows("teams")
@require_POST
def team(request: Request) -> HttpResponse:
    """Say whether the members of a team read each other's accounts."""
    actions.users.set_team(
        team=request.POST.get("team", ""),
        sees_each_other=bool(request.POST.get("sees")),
        by=request.actor,
        at=request.at,
    )
    messages.success(request, "Changed. It takes effect at once.")
    return redirect("people")


@require_POST
def cover(request: Request) -> HttpResponse:
    """Record who is away and who covers; of themselves anybody does."""
    try:
        begin, end = (date.fromisoformat(request.POST.get(key, "")) for key in ("from", "until"))
    except ValueError:
        raise Invalid("An absence needs its first and its last day.") from None
    actions.absences.cover(
        installation=request.here, user_id=_required(request, "user"), covered_by=_required(request, "by"), from_on=begin,
        until_on=end, by=request.actor, at=request.at,
    )  # fmt: skip
    messages.success(request, "Recorded. Who covers sees and changes their accounts meanwhile.")
    return redirect("people" if request.viewer.may("assign") else "home")


@require_POST
def end_cover(request: Request, absence_id: int) -> HttpResponse:
    """End an absence today."""
    actions.absences.end(installation=request.here, absence_id=absence_id, by=request.actor, at=request.at)  # fmt: skip
    messages.success(request, "The absence has ended.")
    return redirect("people" if request.viewer.may("assign") else "home")


@allows("assign")
@require_POST
def assign(request: Request) -> HttpResponse:
    """Give one account or many to somebody."""
    try:
        begin, end = (
            date.fromisoformat(said) if (said := request.POST.get(key, "")) else None
            for key in ("from", "until")
        )
    except ValueError:
        raise Invalid("A date is written as 2026-03-01.") from None
    count = actions.ownership.assign(
        installation=request.here, account_ids=request.POST.getlist("account"), user_id=_required(request, "user"),
        kind=request.POST.get("kind", "csm"), from_on=begin, until_on=end, note=request.POST.get("note", ""),
        by=request.actor, at=request.at,
    )  # fmt: skip
    messages.success(request, f"{count} account{'' if count == 1 else 's'} assigned.")
    return redirect("home")


def _with_link(request: Request, token: str, name: str) -> HttpResponse:
    address = request.build_absolute_uri(reverse("sign_in_link", args=[token]))
    return _page(request, link=address, linked=name)


def _page(request: Request, status: int = 200, **more: Any) -> HttpResponse:
    viewer, formats = request.viewer, request.formats
    may_manage = viewer.may("people")
    standing = queries.ownership.standing(viewer, request.here, request.today)
    counts = queries.ownership.counts(viewer, standing, request.today)
    found = [
        Person(
            row, counts.get(row.user_id, Counter())["customer"], _others(counts.get(row.user_id, {})),
            formats.day(request.here.day(row.signed_in_at)) if row.signed_in_at else "never",
            row.user_id == viewer.user_id,
        )
        for row in queries.users.everyone(viewer)
    ]  # fmt: skip
    unmatched = [
        Owner(
            row.text, row.accounts["customer"], _others(row.accounts),
            formats.money(row.revenue, request.here.currency), row.proposed,
        )
        for row in queries.ownership.unmatched(viewer, standing)
    ]  # fmt: skip
    present = [owner for owner in unmatched if owner.customers]
    edited = _asked(request.GET.get("edit", ""))
    context = {
        "may_manage": may_manage,
        "people": found,
        "edited": edited,
        "has_factor": may_manage and Authenticator.objects.filter(user_id=edited).exists(),
        "roles": rights.ROLES,
        "teams": queries.users.teams(viewer),
        "choices": queries.users.choices(viewer),
        "owners": present[:SHOWN],
        "unmatched": len(present),
        "past_owners": [owner for owner in unmatched if not owner.customers][:SHOWN],
        "past": len(unmatched) - len(present),
        "absences": queries.absences.coming(viewer, request.today),
        "day": request.today.isoformat(),
        **more,
    }  # fmt: skip
    response = render(request, "people/page.html", context, status=status)
    response["Cache-Control"] = "no-store"  # it may show a link that signs somebody in
    return response


def _others(counted: Mapping[Kind, int]) -> str:
    """Say what else than customers somebody has."""
    kinds: tuple[Kind, ...] = ("former customer", "trial", "prospect")
    words = ("former", "in trial", f"prospect{'' if counted.get('prospect') == 1 else 's'}")
    return ", ".join(
        f"{counted[kind]} {word}"
        for kind, word in zip(kinds, words, strict=True)
        if counted.get(kind)
    )


def _required(request: Request, key: str) -> int:
    number = _number(request, key)
    if number is None:
        raise Invalid("Choose a person.")
    return number


def _number(request: Request, key: str) -> int | None:
    return _asked(request.POST.get(key, ""))


def _asked(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 18 else None
