"""This file is the page that says whether the score tells who leaves: the newest judgement that was kept, and a button for a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from keepwell.app import actions, queries
from keepwell.app.web import work
from keepwell.app.web.requests import Request, allows
from keepwell.errors import NotReady

if TYPE_CHECKING:
    from keepwell.app.documents.judgements import Document
    from keepwell.app.queries.judgements import KeptJudgement

KINDS = ("judge",)


@allows("publish")
@require_GET
def judge(request: Request) -> HttpResponse:
    """Show the newest judgement."""
    kept, is_outdated = _newest(request)
    newest = queries.scorecards.latest(request.viewer)
    context: dict[str, Any] = {
        "kept": kept,
        "is_outdated": is_outdated,
        "is_published": newest is not None,
        "newer": newest.number if newest and kept and newest.number != kept.version else None,
        **_work(request),
    }
    if kept is not None:
        context["judgement"] = _document(request, kept, is_linked=True)
        context["made"] = _made(request, kept)
        context |= _likelihood(request, kept, newest.number if newest else None)
    return render(request, "judge/page.html", context)


@allows("publish")
@require_GET
def judge_file(request: Request) -> HttpResponse:
    """Give the newest judgement as a file of its own."""
    from keepwell.app.documents import files

    kept, _ = _newest(request)
    if kept is None:
        return redirect("judge")
    document = _document(request, kept, is_linked=False)
    page = files.judgement(document, company=request.here.name, made=_made(request, kept))
    answer = HttpResponse(page)
    name = f"judgement-{request.here.day(kept.at)}.html"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@allows("publish")
@require_POST
def judge_now(request: Request) -> HttpResponse:
    """Ask for a new judgement."""
    actions.jobs.ask(kind="judge", by=request.actor, at=request.at)
    return redirect("judge")


@allows("publish")
@require_POST
def freeze(request: Request) -> HttpResponse:
    """Let the likelihood of the newest judgement stand on all accounts' pages."""
    actions.likelihoods.freeze(note=request.POST.get("note", ""), by=request.actor, at=request.at)
    messages.success(request, "This likelihood to renew stands on the accounts' pages now.")
    return redirect("judge")


@allows("publish")
@require_GET
def judge_work(request: Request) -> HttpResponse:
    """Show how far judging is, once a second; when it has ended the whole page is read again."""
    if not request.htmx:
        return redirect("judge")
    context = _work(request)
    answer = HttpResponse(render_to_string("feeds/work.html", context))
    if not context["is_running"]:
        answer["HX-Refresh"] = "true"
    return answer


def _newest(request: Request) -> tuple[KeptJudgement | None, bool]:
    """Find the newest judgement; and whether there is one of an earlier version of Keepwell, which cannot be read."""
    try:
        return queries.judgements.latest(request.viewer), False
    except NotReady:
        return None, True


def _document(request: Request, kept: KeptJudgement, *, is_linked: bool) -> Document:
    # Loaded for this page alone: statistics take memory that no other needs.
    from keepwell.app.documents import judgements

    return judgements.document(
        kept.judged,
        queries.scorecards.definition(request.viewer, kept.version),
        queries.accounts.names(request.viewer),
        request.formats,
        request.here.currency,
        url=(lambda account_id: reverse("account", args=[account_id])) if is_linked else None,
    )


def _likelihood(request: Request, kept: KeptJudgement, published: int | None) -> dict[str, Any]:
    """Say which likelihood stands, and whether the newest judgement has one that could."""
    from keepwell.health.judge.frozen_likelihood import NotEnough

    frozen = queries.likelihoods.in_force(request.viewer, published)
    is_enough = not isinstance(kept.judged.backtest.likelihood, NotEnough)
    return {
        "frozen": frozen,
        "frozen_on": frozen and request.formats.long_day(request.here.day(frozen.at)),
        "can_freeze": is_enough and kept.version == published,
        "is_frozen": frozen is not None and frozen.judgement == kept.number,
    }


def _made(request: Request, kept: KeptJudgement) -> str:
    return f"judged {request.formats.moment(kept.at, request.here.zone)} by {kept.by}"


def _work(request: Request) -> dict[str, Any]:
    return work.context(request, KINDS, "judge", "judge_work")
