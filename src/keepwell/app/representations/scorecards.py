"""This file gives the shapes of cards: a published version, and what differs between two cards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from keepwell.app.representations import errors
from keepwell.app.representations.values import Json, plain
from keepwell.health.explain import prose

if TYPE_CHECKING:
    from keepwell.app.queries.differences import Compared, Side
    from keepwell.app.queries.scorecards import Use, Version
    from keepwell.errors import Fault
    from keepwell.health.explain.card_difference import Difference


def version(published: Version) -> Json:
    """Show one published version, without its text."""
    return {
        "version": published.number,
        "name": published.name,
        "note": published.note,
        "by": published.by,
        "published_at": plain(published.published_at),
        "parent": published.parent,
        "digest": published.digest,
    }


def published(made: Version, *, is_new: bool, advice: Iterable[Fault] = ()) -> Json:
    """Show what publishing or rolling back gave."""
    return {
        **version(made),
        "is_new": is_new,
        "advice": [errors.fault(each) for each in advice],
    }


def used(of: Version, use: Use | None) -> Json:
    """Show a version with what was scored with it."""
    return {
        **version(of),
        "dates": use.dates if use else 0,
        "latest_on": plain(use.latest_on) if use else None,
        "accounts": use.accounts if use else None,
    }


def compared(found: Compared) -> Json:
    """Show what differs between two cards, in sentences and line by line."""
    listed = found.differences
    return {
        "before": side(found.before),
        "after": side(found.after),
        "differences": None if listed is None else [difference(each) for each in listed],
        "lines": list(found.lines),
    }


def side(of: Side) -> Json:
    """Name one of two cards: the version that it is, or its file."""
    return {"version": of.version, "file": None if of.version else of.label}


def difference(found: Difference) -> Json:
    """Show one difference."""
    return {
        "kind": found.kind,
        "path": found.path,
        "what": found.what,
        "label": found.label,
        "field": found.field or None,
        "sentence": prose.difference(found),
    }
