"""This file gives the shape of an explanation: the account's score, the parts of its summary, and the tree of its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from keepwell.app.representations import likelihoods, profiles, scores
from keepwell.app.representations.values import Json, plain
from keepwell.health.explain import playbooks, prose

if TYPE_CHECKING:
    from keepwell.app.queries.explanations import Explanation
    from keepwell.app.queries.likelihoods import Likely
    from keepwell.app.queries.profiles import Profile
    from keepwell.health.explain.playbooks import Step
    from keepwell.health.explain.reading import EmptyCells, Reading, Rejected
    from keepwell.health.explain.summary import Part
    from keepwell.health.explain.tree import Branch
    from keepwell.health.explain.trend import Move


def explanation(
    found: Explanation, moves: Mapping[str, Move], profile: Profile, likely: Likely | None = None
) -> Json:
    """Show why an account has its score, beside the profile of the account and how likely it is to renew, where that is known.

    `moves` has those of its entries by path.
    """
    row = found.row
    return {
        "account_id": found.account_id,
        "account_name": found.name,
        "run_id": row.run_id,
        "kind": row.kind,
        "as_of": plain(row.as_of),
        "card": row.card,
        "version": row.version,
        "through_batch": row.through_batch,
        "score": row.score,
        "computed_score": row.computed_score,
        "band": row.band,
        "meaning": row.meaning,
        "override": row.override,
        "coverage": row.coverage,
        "freshness_days": row.freshness_days,
        "status": row.status,
        "segment": row.segment,
        "segment_why": row.segment_why,
        "likelihood": likely and likelihoods.likely(likely),
        "account": profiles.profile(profile),
        "sentence": prose.sentence(found.summary),
        "parts": [part(each) for each in found.summary.parts],
        "do_next": [step(each) for each in playbooks.steps(found.root, found.bands)],
        "tree": branch(found.root, moves),
    }


def part(said: Part) -> Json:
    """Show one part of a summary; `path` is the entry of the tree that it is about."""
    return {
        "kind": said.kind,
        "path": said.path,
        "title": said.title,
        "points": said.points,
        "weight": said.weight,
        "reading": said.reading and reading(said.reading),
        "limit": said.limit,
        "reason": said.reason,
    }


def step(found: Step) -> Json:
    """Show what to do about one measure that is at risk."""
    return {
        "path": found.path,
        "title": found.title,
        "points": found.points,
        "playbook": found.playbook,
    }


def reading(read: Reading) -> Json:
    """Show what a measure read, with all that it takes to write it."""
    return {
        "number": read.number,
        "never": read.never,
        "label": read.label,
        "missing": read.missing,
        "unit": read.unit,
        "is_percent": read.is_percent,
        "is_change": read.is_change,
        "target": read.target,
        "baseline": read.baseline,
        "carried_days": read.carried_days,
        "rejected": rejected(read.rejected),
        "empty": empty(read.empty),
    }


def rejected(found: Rejected | None) -> Json | None:
    """Show how many of the rows behind a measure were rejected, of how many, and in which imports."""
    if found is None:
        return None
    return {"rows": found.rows, "of": found.of, "imports": list(found.imports)}


def empty(found: EmptyCells | None) -> Json | None:
    """Show how many of the rows behind a measure lack its number, of how many, and which column is
    empty (null: one of several)."""
    if found is None:
        return None
    return {"rows": found.rows, "of": found.of, "column": found.column or None}


def branch(entry: Branch, moves: Mapping[str, Move]) -> Json:
    """Show one entry of the tree with those below it, in the order of the card."""
    line = entry.line
    return {
        "path": line.path,
        "name": line.name,
        "title": entry.title,
        "kind": line.kind,
        "points": line.points,
        "weight": line.weight,
        "effective_weight": line.effective_weight,
        "contribution": line.contribution,
        "value": line.value if line.label is None else line.label,
        "never": line.never,
        "target": line.target,
        "missing": line.missing,
        "is_stale": line.is_stale,
        "data_age_days": line.data_age_days,
        "carried_days": line.carried_days,
        "rejected": rejected(entry.reading.rejected if entry.reading else None),
        "empty": empty(entry.reading.empty if entry.reading else None),
        "move": scores.move(moves.get(line.path)),
        "playbook": (entry.measure and entry.measure.playbook) or None,
        "children": [branch(child, moves) for child in entry.children],
    }
