"""This file is the page of an account: how healthy it is, how sure that is, why, and what to do before it decides."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from keepwell import charts
from keepwell.app import actions, queries
from keepwell.app.formats import NONE
from keepwell.app.queries.explanations import Explanation
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.trends import Lately
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import account_head, cells, group, score_tree, trend, undoing
from keepwell.app.web.requests import Request
from keepwell.health.definition.band import Band, band_of
from keepwell.health.explain import display, playbooks, prose
from keepwell.health.explain.trend import Move

ALL_KNOWN = 0.995  # what is shown as 100 %
PULSES = (("green", "healthy"), ("amber", "watch"), ("red", "at risk"))


@dataclass(frozen=True)
class Said:
    """One clause of why a score is what it is: the words that matter, and the rest of them."""

    bold: str
    rest: str


def health(request: Request, account_id: str) -> HttpResponse:
    """Show the health of an account: as it was scored last, or with all facts so far where `live` asks for that."""
    viewer, here, on = request.viewer, request.here, request.today
    queries.accounts.account(viewer, account_id)
    run = queries.runs.newest(viewer)
    if request.GET.get("live"):
        live = actions.live_scores.explained(
            installation=here, account_id=account_id, as_of=on + timedelta(days=1), by=request.actor
        )
        lately = _lately(request, run, account_id) if run else None
        return render(
            request,
            "account/page.html",
            _context(request, live.explanation, live.moves, run, lately),
        )
    if run is None:
        return _unscored(request, account_id, run)
    lately = _lately(request, run, account_id)
    row = lately.rows.get(account_id, {}).get(run.as_of)
    if row is None:
        return _unscored(request, account_id, run)
    row = queries.scores.overridden_on(viewer, run, on, [account_id]).get(account_id, row)
    found = queries.explanations.explanation(viewer, here, run, account_id, on=on, row=row)
    moves = queries.trends.moves_of_many(viewer, here, run, [account_id])[account_id]
    moves[""] = lately.moves[account_id]
    return render(request, "account/page.html", _context(request, found, moves, run, lately))


def _likely(request: Request, explanation: Explanation) -> dict[str, object] | None:
    """Say how likely accounts with this score are to renew, to whoever may know that."""
    found = queries.likelihoods.of_explanation(request.viewer, explanation)
    if found is None:
        return None
    share = request.formats.share
    said = f"{share(found.low)} to {share(found.high)}"
    interval = charts.step(100 * found.low, 100 * found.high, "override", 0.0, 100.0, label=said)
    return {
        "renew": share(found.share),
        "whose": prose.accounts_alike(explanation.root, found.beside),
        "between": said,
        "interval": SafeString(interval),
    }


def _lately(request: Request, run: ScoredRun, account_id: str) -> Lately:
    overridden = queries.scores.overridden_on(request.viewer, run, request.today, [account_id])
    return queries.trends.lately(
        request.viewer, run, [account_id], weeks=trend.WEEKS, overridden=overridden
    )


def _unscored(request: Request, account_id: str, run: ScoredRun | None) -> HttpResponse:
    """Show an account without a score in the newest run, and what it is instead."""
    why = "Nothing is scored yet."
    if run is not None:
        standing = queries.population.standings(
            request.viewer, request.here, run, [account_id]
        ).get(account_id)
        why = f"It has no score on {request.formats.day(run.as_of)}: "
        why += (
            prose.standing(standing.kind, standing.ended)
            if standing
            else "the account did not exist yet"
        )
        why += "."
    bands = queries.scorecards.bands_of_run(SYSTEM, run) if run else ()
    context = {
        "head": account_head.head(request, account_id, "account"),
        "undoable": undoing.offered(request, account_id),
        "why": why,
        "group": group.card(request, account_id, run, bands),
    }
    return render(request, "account/unscored.html", context)  # fmt: skip


def _context(
    request: Request,
    found: Explanation,
    moves: Mapping[str, Move],
    run: ScoredRun | None,
    lately: Lately | None,
) -> dict[str, object]:
    row, bands, formats = found.row, found.bands, request.formats
    is_live = row.run_id is None
    head = account_head.head(request, found.account_id, "account", row=row, bands=bands)
    overrides = queries.overrides.history(request.viewer, found.account_id)
    override = next(
        (each for each in reversed(overrides) if row.override and each.ended_on is None), None
    )
    back = moves.get("", Move()).since
    tree = score_tree.rows(found, moves)
    has_pulse = any(each.is_pulse for each in tree)  # nothing is asked for what is not shown
    return {
        "head": head,
        "undoable": undoing.offered(request, found.account_id),
        "row": row,
        "score": cells.score(row, bands),
        "move": cells.move(moves.get("", Move())),
        "move_since": formats.day(back) if back else "",
        "next_band": _next_band(row.computed_score, bands),
        "override": override,
        "override_until": override and formats.day(override.until_on),
        "override_from": override and formats.day(override.from_on),
        "said": _said(found),
        "coverage": formats.coverage(row.coverage),
        "coverage_bar": SafeString(charts.step(0.0, 100 * (row.coverage or 0.0), "override", 0.0, 100.0, label=f"{formats.coverage(row.coverage)} of the weight is known")),
        "missing": _missing(found, request),
        "age_days": None if row.freshness_days is None else round(row.freshness_days),
        "oldest": _oldest(found),
        "likely": _likely(request, found),
        "card": row.card,
        "segment": row.segment,
        "segment_why": row.segment_why,
        "scored_for": "now" if is_live else formats.day(row.as_of),
        "is_live": is_live,
        "age": 0 if is_live or run is None else (request.today - run.as_of).days,
        "tree": tree,
        "total": score_tree.total(found, moves),
        "do_next": playbooks.steps(found.root, bands),
        "pulses": queries.pulses.given(request.viewer, found.account_id)[:1] if has_pulse else (),
        "reasons": queries.pulses.REASONS,
        "pulse_choices": PULSES,
        "message_id": str(uuid.uuid4()),
        "bands": bands,
        "below": _below(request, found),
        "group": group.card(request, found.account_id, run, bands),
        **_trend(request, found, lately, bands),
    }  # fmt: skip


def _said(found: Explanation) -> list[Said]:
    """Say why, clause by clause, what matters in bold."""
    said = []
    for part in found.summary.parts:
        if part.kind in ("biggest_drag", "biggest_contributor"):
            lead = "is the biggest drag" if part.kind == "biggest_drag" else "contributes most"
            value = f": {prose.value(part.reading)}" if part.reading else ""
            points = prose.signed(
                part.points if part.shown is None else part.shown, part.shown is not None
            )
            said.append(Said(part.title, f"{lead}{value} ({points})."))
        elif part.kind in ("cap", "floor", "boost", "low_coverage", "band_held"):
            words = prose.part(part)
            said.append(Said("", f"{words[:1].upper()}{words[1:]}."))
    late = [part.title for part in found.summary.of_kind("late_data")]
    if late:
        more = f" and {len(late) - 2} more" if len(late) > 2 else ""
        said.append(
            Said("Late data", f"for {', '.join(late[:2])}{more}: latest known values are used.")
        )
    return said  # fmt: skip


def _missing(found: Explanation, request: Request) -> str:
    """Name what is not scored, with its reason."""
    parts = found.summary.of_kind("not_scored")
    if not parts:
        is_whole = (found.row.coverage or 0.0) >= ALL_KNOWN
        return "nothing is missing" if is_whole else "the rest is not known of those below"
    more = f" and {len(parts) - 1} more" if len(parts) > 1 else ""
    return f"missing: {prose.part(parts[0])}{more}"


def _oldest(found: Explanation) -> str:
    ages = [
        (leaf.line.data_age_days, leaf.title)
        for leaf in found.root.leaves()
        if leaf.line.data_age_days is not None and not leaf.line.missing
    ]
    if not ages:
        return "no dated data"
    days, title = max(ages)
    return f"oldest: {title}, {days} d"


def _next_band(score: float | None, bands: Sequence[Band]) -> str:
    """Say which band is next above, and from which score on."""
    above = [band for band in bands if score is not None and band.least > score]
    if not above:
        return ""
    nearest = min(above, key=lambda band: band.least)
    return f"{nearest.name} from {nearest.least:g}"


def _trend(
    request: Request, found: Explanation, lately: Lately | None, bands: Sequence[Band]
) -> dict[str, object]:
    """Draw the scores of the last weeks; the one that is shown stands in place of a published one of its date."""
    rows: Sequence[ScoreRow] = ()
    if lately:
        own = lately.rows.get(found.account_id, {}).values()
        rows = [found.row if row.run_id == found.row.run_id else row for row in own]
    if found.row.run_id is None:
        rows = [*(row for row in rows if row.as_of < found.row.as_of), found.row]
    return trend.drawn(request, found.name, rows, bands)


@dataclass(frozen=True)
class Below:
    """One account below, with its own score."""

    account_id: str
    name: str
    score: str
    word: str
    meaning: str | None
    contribution: str


def _below(request: Request, found: Explanation) -> list[Below]:
    """List the accounts below that make this one's score."""
    shown = display.contributions(found.root, found.bands)
    bands = {band.name: band for band in found.bands}
    rows = []
    for child in found.root.accounts():
        line, is_own = child.line, child.line.kind == "own"
        band = bands.get(line.label or "")
        if (
            is_own and line.points is not None and found.bands
        ):  # it has points, and no band of its own
            band = band_of(min(100.0, max(0.0, line.points)), found.bands)
        rows.append(
            Below(
                "" if is_own else line.name,
                child.title,
                NONE if line.points is None else cells.whole(line.points, found.bands),
                band.name if band else "No score",
                band.meaning if band else None,
                f"{shown[line.path]:.1f}",
            )
        )
    return rows
