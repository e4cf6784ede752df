"""This file says what is behind a step of a change that no rows are behind: the card, rules, peers, an override, an account below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from keepwell.app import queries
from keepwell.app.queries.changes import Change, Side
from keepwell.app.queries.overrides import OverrideRow
from keepwell.app.viewers import SYSTEM
from keepwell.app.web.requests import Request
from keepwell.health.explain import prose
from keepwell.health.explain.parents import CHILD
from keepwell.health.explain.score_change import Among, Step


@dataclass(frozen=True)
class Behind:
    """What a step opens: a line that names it, the sentences below, and the page that says more, if there is one."""

    title: str
    sentences: tuple[str, ...] = ()
    path: str = ""
    path_title: str = ""


def of(request: Request, found: Change, step: Step) -> Behind | None:
    """Say what is behind a step; nothing where its rows say all. Dates are ISO, for the template to write."""
    match step.cause:
        case "definition":
            return _card(request, found, step)
        case "rules":
            return Behind("The rules on both dates", tuple(_rules(found, step)))
        case "override":
            return _override(request, found)
        case "peers":
            return _peers(found, step)
        case "children":
            return _child(request, found, step)
        case "population":
            assert step.standing, "whoever was left out was something else"
            said = prose.standing(step.standing.kind, step.standing.ended)
            on = found.before.as_of if step.has_joined else found.after.as_of
            path = reverse("contracts", args=[found.account_id])
            return Behind(
                "Whom the card is for",
                (f"On {on} it was {said}.",),
                path,
                "Contract lines",
            )
    return None


def _card(request: Request, found: Change, step: Step) -> Behind:
    before, after = found.before, found.after
    said = []
    for side in (before, after) if before.version != after.version else ():
        if side.version is not None:
            kept = queries.scorecards.version(SYSTEM, side.version)
            note = f": {kept.note}" if kept.note else ""
            on = request.here.day(kept.published_at)
            said.append(f"{kept.by} published version {kept.number} on {on}{note.rstrip('.')}.")
    if before.segment != after.segment:
        said.append(f"The segment was {before.segment} and is now {after.segment}.")
    if step.has_children != bool(step.path):  # a parent whose score comes from elsewhere now
        said.append(f"The score comes {'now' if step.has_children else 'no longer'} from the accounts below.")  # fmt: skip
    said += map(prose.difference, found.differences)
    return Behind("What the cards say differently", tuple(said))


def _rules(found: Change, step: Step) -> Iterator[str]:
    for each in step.rules:
        words = prose.rule_change(each)
        yield f"{words[:1].upper()}{words[1:]}."
    for side, points in zip((found.before, found.after), step.rule_points or (), strict=False):
        moved = f"moved the score by {prose.signed(points)}" if points else "moved nothing"
        yield f"On {side.as_of} rules {moved}."


def _override(request: Request, found: Change) -> Behind:
    entries = queries.overrides.history(request.viewer, found.account_id)
    said, seen = [], set()
    for side in (found.before, found.after):
        entry = next((each for each in reversed(entries) if _is_of(each, side)), None)
        if entry and entry not in seen:
            seen.add(entry)
            said.append(_entry(entry, request))
    path = reverse("account", args=[found.account_id])
    return Behind("Who set it, and until when", tuple(said), path, "The account's page")


def _is_of(entry: OverrideRow, side: Side) -> bool:
    """Whether an override is the one that stood on a side: the same words and score, and set by then."""
    return (entry.note, entry.score) == (side.override, side.score)


def _entry(entry: OverrideRow, request: Request) -> str:
    """Say one override: who, when, why, until when, and how it ended where somebody ended it."""
    set_on = request.here.day(entry.at)
    ended = f" {entry.ended_by or 'Somebody'} ended it on {entry.ended_on}." if entry.ended_on else ""  # fmt: skip
    because = entry.because.rstrip(".")
    return f"{entry.by} set {entry.score:g} on {set_on}, until {entry.until_on}: {because}.{ended}"


def _peers(found: Change, step: Step) -> Behind:
    assert step.among, "a step of peers has both sets of them"
    sides = zip((found.before, found.after), step.among, strict=True)
    said = [f"On {side.as_of} it was ranked among {_among(among)}." for side, among in sides]
    return Behind(
        "The peers on both dates",
        (*said, "The value is the account's own; its place among the others is not."),
    )


def _among(among: Among) -> str:
    if among.middle is None:
        return "nobody"
    return f"{among.count:,} values, with {prose.bare_value(among.middle)} in the middle"


def _child(request: Request, found: Change, step: Step) -> Behind | None:
    if not step.path.startswith(CHILD):
        return None  # the parent itself, or all children: the page of the account says it
    child = step.path.removeprefix(CHILD)
    if not request.viewer.may_see(child):
        return None
    dates = f"?from={found.before.as_of}&to={found.after.as_of}"
    return Behind("", (), f"{reverse('changed', args=[child])}{dates}", "What moved it")
