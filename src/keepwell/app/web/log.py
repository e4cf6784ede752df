"""This file is the form of a touch: what kind, when, who came, what was said and what comes next; and the button that undoes one."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from keepwell.app import actions, queries
from keepwell.app.actions.touchpoints import NotAccepted
from keepwell.app.queries.touchpoints import TouchRow
from keepwell.app.web import account_head, undoing
from keepwell.app.web.requests import Request

KINDS = {"call": "phone", "meeting": "calendar-check", "email reply": "mail", "note": "sticky-note"}
SAVED = {
    "note": "Your note is written down.",
    "no-show": "It is written down that they did not come.",
}
LATEST = 4


@dataclass(frozen=True)
class Typed:
    """What stands in the form: what was typed where it was not accepted, else what is usual."""

    kind: str
    when: str
    status: str
    people: tuple[str, ...]
    executive: bool
    note: str
    next_step: str
    id: str


@dataclass(frozen=True)
class Logged:
    """A touch that was logged before; `undo` is its id where the reader may still undo it."""

    day: str
    icon: str
    title: str
    by: str
    note: str
    next_step: str
    undo: str


def log(request: Request, account_id: str) -> HttpResponse:
    """Show the form, or keep the touch and show the account scored with it."""
    account = queries.accounts.changeable(request.viewer, account_id)
    if request.method != "POST":
        return _page(request, account_id, _empty(request))
    form = _given(request)
    try:
        kept = actions.touchpoints.log(
            installation=request.here, account_id=account_id, kind=form.kind, status=form.status, happened_at=_moment(request, form.when),
            people=form.people, is_executive_present=form.executive, note=form.note, next_step=form.next_step, id=form.id,
            by=request.actor, at=request.at,
        )  # fmt: skip
    except NotAccepted as error:
        return _page(request, account_id, form, str(error))
    actions.intake.move(installation=request.here, by=request.actor, at=request.at)
    said = SAVED.get(kept.kind) or SAVED.get(kept.status)
    messages.success(request, said or f"Your {kept.kind} with {account.label} counts now.")
    return redirect(f"{reverse('account', args=[account_id])}?live=1")


@require_POST
def undo(request: Request, account_id: str) -> HttpResponse:
    """Take a touch back and show the account scored without it."""
    account = queries.accounts.changeable(request.viewer, account_id)
    return undoing.undone(
        request,
        account_id,
        actions.touchpoints.undo,
        lambda row: f"{row.kind} with {account.label}",
    )


def _page(request: Request, account_id: str, form: Typed, fault: str = "") -> HttpResponse:
    mine = {
        each.id for each in queries.touchpoints.undoable(request.viewer, account_id, request.at)
    }
    known = queries.contacts.of_account(request.viewer, request.here, account_id, on=request.today)
    context = {
        "head": account_head.head(request, account_id, "log"),
        "form": form,
        "fault": fault,
        "kinds": KINDS.items(),
        "contacts": [each for each in known if not each.has_left],
        "latest": [
            _logged(request, row, mine) for row in queries.touchpoints.logged(request.viewer, account_id)[:LATEST]
        ],
        "now": _local(request, request.at),
    }  # fmt: skip
    return render(request, "log/page.html", context, status=422 if fault else 200)


def _empty(request: Request) -> Typed:
    kind = request.GET.get("kind", "")
    return Typed(
        kind if kind in KINDS else "call", _local(request, request.at), "held", (), False, "", "", str(uuid.uuid4())
    )  # fmt: skip


def _given(request: Request) -> Typed:
    given = request.POST.get
    return Typed(
        given("kind", ""), given("when", ""), given("status", "held"), tuple(request.POST.getlist("people")),
        bool(given("executive")), given("note", ""), given("next_step", ""), given("id", ""),
    )  # fmt: skip


def _moment(request: Request, when: str) -> datetime | None:
    """Read a moment by the clock of the workspace; none where it is empty, which means now."""
    if not when.strip():
        return None
    try:
        given = datetime.fromisoformat(when)
        local = given if given.tzinfo else given.replace(tzinfo=ZoneInfo(request.here.zone))
        local.astimezone(ZoneInfo("UTC"))  # some have no moment there: the year 1 in the far east
    except (ValueError, OverflowError):
        raise NotAccepted(f"`{when[:30]}` is not a date and time. Write it like {_local(request, request.at)}.") from None  # fmt: skip
    return local


def _local(request: Request, at: datetime) -> str:
    return at.astimezone(ZoneInfo(request.here.zone)).strftime("%Y-%m-%dT%H:%M")


def _logged(request: Request, row: TouchRow, mine: Collection[str]) -> Logged:
    missed = ", they did not come" if row.status == "no-show" else ""
    title = f"{row.kind[:1].upper()}{row.kind[1:]}{missed}"
    return Logged(
        request.formats.day(request.here.day(row.at)), KINDS[row.kind], title, row.by, row.note, row.next_step,
        row.id if row.id in mine else "",
    )  # fmt: skip
