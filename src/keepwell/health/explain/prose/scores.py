"""This file says why an account has its score."""

from __future__ import annotations

from keepwell.health.definition.parents import OWN
from keepwell.health.explain.parents import CHILD
from keepwell.health.explain.prose.numbers import (
    lacking,
    percent,
    points,
    reason,
    signed,
    tenths,
    value,
)
from keepwell.health.explain.summary import Part, Summary

MOST_LISTED = 2


def sentence(summary: Summary) -> str:
    """Say a whole summary; for a parent also that of its biggest drag.

    >>> sentence(Summary("Kiln", 81.0, "Green", 81.0, "Green", 1.0, ()))
    'Kiln is Green at 81.'
    >>> sentence(Summary("The account itself", 76.9, None, 76.9, None, 1.0, ()))
    'The account itself is at 76.9.'
    """
    text = f"{summary.account} {_score_and_band(summary)}"
    overrides = summary.of_kind("override")
    if overrides:
        text = (
            f"{summary.account} is {summary.band} at {points(summary.score or 0.0, summary.bands)}"
        )
        text += f" by override: {overrides[0].reason}. Computed: {_score_and_band(summary, is_computed=True)}"
    missing = summary.of_kind("not_scored")
    unscored = f"Not scored: {_listed(missing)}" if missing else ""
    is_parent = any(each.path.startswith((CHILD, OWN)) for each in missing)
    lines = [text, *([unscored] if unscored and is_parent else [])]
    lines += [part(each) for each in summary.of_kind("biggest_drag", "biggest_contributor")]
    lines += [unscored] if unscored and not is_parent else []
    if filled := summary.of_kind("default_points"):
        lines.append(f"Default points: {_listed(filled)}")
    if late := summary.of_kind("late_data"):
        lines.append(f"Late data, latest known values used: {_listed(late)}")
    if partly := summary.of_kind("partly_known"):
        lines.append(f"Partly known: {_listed(partly)}")
    whole = " ".join(f"{line}." for line in lines)
    return f"{whole} {sentence(summary.below)}" if summary.below else whole


def part(part: Part) -> str:
    """Say one part of a summary, as a clause without its full stop.

    >>> part(Part("cap", limit=49, reason="Nobody has logged in for 30 days."))
    'capped at 49 (Nobody has logged in for 30 days)'
    """
    match part.kind:
        case "override":
            return f"overridden: {part.reason}"
        case "low_coverage":
            required = part.limit or 0.0
            # 49.6 % of 50 %: what is too little must not read as enough.
            known = percent(part.weight, [required])
            return f"coverage is {known}, {percent(required)} is required"
        case "band_held":
            return (
                f"band held: a change needs {tenths(part.limit or 0.0)} points past the threshold"
            )
        case "cap" | "floor" | "boost":
            return _rule(part)
        case "biggest_drag":
            return f"Biggest drag: {measured(part)} ({signed(part.points)})"
        case "biggest_contributor":
            return f"Biggest contributor: {measured(part)} ({signed(_shown(part), is_rounded=part.shown is not None)})"
        case "not_scored" | "partly_known" if part.reading and lacking(part.reading):
            return f"{part.title} ({lacking(part.reading)})"
        case "not_scored":
            return f"{part.title} ({reason(part.reason)})"
        case "default_points":
            return f"{part.title} ({reason(part.reason)}, counts as {tenths(part.limit or 0.0)})"
        case "late_data" | "partly_known":
            return part.title


def _score_and_band(summary: Summary, is_computed: bool = False) -> str:
    """Say score and band, and what holds them there."""
    if summary.computed_score is None:
        (gap,) = summary.of_kind("low_coverage")
        return f"no score, {part(gap)}" if is_computed else f"has no score: {part(gap)}"
    text = "" if is_computed else "is "
    text += f"{summary.computed_band} at " if summary.computed_band else "at "
    text += points(summary.computed_score, summary.bands)
    text += "".join(f" ({part(each)})" for each in summary.of_kind("band_held"))
    rules = summary.of_kind("cap", "floor", "boost")[:MOST_LISTED]
    if not rules:
        return text
    return f"{text}{',' if is_computed else ':'} {' and '.join(part(each) for each in rules)}"


def _rule(part: Part) -> str:
    limit = tenths(part.limit or 0.0)
    words = {"cap": f"capped at {limit}", "floor": f"raised to {limit}"}.get(part.kind, "")
    if part.kind == "boost":
        words = f"{'boosted' if part.points > 0 else 'lowered'} by {points(abs(_shown(part))) if part.shown is not None else tenths(abs(part.points))}"
    because = part.reason.rstrip(".")
    if not part.title:
        return f"{words} ({because})"
    # The score does not show what a rule did to a group, so its points are written as well.
    return f"{part.title} {words} ({signed(_shown(part), is_rounded=part.shown is not None)}; {because})"


def _shown(part: Part) -> float:
    return part.points if part.shown is None else part.shown


def measured(part: Part) -> str:
    """Name the measure or account that a part is about, with its value."""
    return f"{part.title}, {value(part.reading)}" if part.reading else part.title


def _listed(parts: tuple[Part, ...]) -> str:
    text = ", ".join(part(each) for each in parts[:MOST_LISTED])
    more = len(parts) - MOST_LISTED
    return f"{text} and {more} more" if more > 0 else text
