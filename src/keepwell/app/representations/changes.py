"""This file gives the shape of a change: two sides of an account's score, and the steps between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain
from keepwell.health.explain import prose

if TYPE_CHECKING:
    from keepwell.app.queries.changes import Change, Side
    from keepwell.health.explain.score_change import RuleChange, Step


def change(found: Change) -> Json:
    """Show what moved a score."""
    return {
        "account_id": found.account_id,
        "account_name": found.name,
        "before": side(found.before),
        "after": side(found.after),
        "points": found.points,
        "causes": dict(found.causes),
        "sentence": prose.change(*found.sides, found.steps),
        "steps": [step(found, each) for each in found.steps],
    }


def side(of: Side) -> Json:
    """Show one side of a change."""
    return {
        "run_id": of.run_id,
        "as_of": plain(of.as_of),
        "version": of.version,
        "score": of.score,
        "computed_score": of.computed_score,
        "band": of.band,
        "segment": of.segment,
        "override": of.override,
        "account_status": of.standing and of.standing.kind,
        "ended": of.standing and plain(of.standing.ended),
    }


def step(found: Change, of: Step) -> Json:
    """Show one step; what stood before and stands after it is in words for people."""
    title, before, after = words(found, of)
    return {
        "cause": of.cause,
        "path": of.path,
        "title": title,
        "before": before or None,
        "after": after or None,
        "points": of.points,
        "rules": [rule(each) for each in of.rules],
    }


def rule(changed: RuleChange) -> Json:
    """Show a rule that began or ceased to apply."""
    return {
        "kind": changed.kind,
        "limit": changed.limit,
        "because": changed.because,
        "applies": changed.applies,
    }


def words(found: Change, of: Step) -> tuple[str, str, str]:
    """Say what moved, where it stood and where it stands."""
    before, after = found.sides
    if of.path:
        was, is_now = (each and prose.bare_value(each) for each in (of.before, of.after))
        return of.label, was or "", is_now or ""
    match of.cause:
        case "population":
            said = prose.step(of, before, after)
            return ("Customers", said, "scored") if of.has_joined else ("Customers", "scored", said)
        case "definition":
            return "Card", before.card, after.card
        case "override":
            return "Override", before.override or "none", after.override or "none"
        case "children":
            return "Accounts below", "", prose.step(of, before, after)
        case _:
            return "Rules", "", prose.step(of, before, after)
