"""This file shows what makes up a score as a table: groups and measures with values, points, weights, and how they add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from keepwell import charts
from keepwell.app.formats import NONE
from keepwell.app.queries.explanations import Explanation
from keepwell.app.web import cells
from keepwell.health.definition.band import band_of
from keepwell.health.definition.rule import Rule
from keepwell.health.explain import display, prose
from keepwell.health.explain.tree import Branch
from keepwell.health.explain.trend import Move


@dataclass(frozen=True)
class Row:
    """One row of the tree. `kind` is group, measure, rule, account or total; `bar` and `stair` are drawings."""

    path: str
    title: str
    kind: str
    depth: int
    value: str
    note: str
    points: str
    bar: SafeString
    weight: str
    contribution: str
    stair: SafeString
    move: cells.MoveCell | None
    age: str
    is_missing: bool
    is_quiet: bool  # counts for nothing: it is only watched, or its weight went to others
    is_pulse: bool
    playbook: str


def rows(found: Explanation, moves: Mapping[str, Move]) -> list[Row]:
    """List the tree of a score from top to bottom; contributions shown add up to the total shown."""
    shown = display.contributions(found.root, found.bands)
    high = max(100.0, sum(max(0.0, leaf.line.contribution) for leaf in found.root.leaves()))
    running = 0.0
    listed = []
    for branch, depth in _walk(found.root):
        line = branch.line
        adds = line.kind in ("measure", "rule") or branch.entry is None
        start, end = running, running + (line.contribution if adds else 0.0)
        running = end
        listed.append(
            _row(found, branch, depth, shown, moves, (start, end, high) if adds else None)
        )
    return listed


def total(found: Explanation, moves: Mapping[str, Move]) -> Row | None:
    """Give the last row, the score as it was computed; none without one, as known parts say nothing of the whole."""
    line = found.root.line
    if found.row.computed_score is None or line.points is None:
        return None
    shown = display.contributions(found.root, found.bands)
    meaning = (
        cells.kind(band_of(found.row.computed_score, found.bands).meaning) if found.bands else None
    )
    return Row(
        path="", title="Total, computed" if found.row.override else "Total", kind="total", depth=0, value="", note="",
        points=prose.points(line.points, found.bands), bar=SafeString(charts.bar(min(100.0, max(0.0, line.points)), meaning)), weight="100 %",
        contribution=f"{shown['']:.1f}", stair=SafeString(charts.step(0.0, min(100.0, max(0.0, line.points)), "total", 0.0, 100.0)),
        move=cells.move(moves.get("", Move())), age=_age(round(found.row.freshness_days) if found.row.freshness_days is not None else None),
        is_missing=False, is_quiet=False, is_pulse=False, playbook="",
    )  # fmt: skip


def _walk(root: Branch, depth: int = 0) -> Iterator[tuple[Branch, int]]:
    for child in root.children:
        is_idle_rule = isinstance(child.entry, Rule) and not child.line.contribution
        if not is_idle_rule or child.line.missing:
            yield child, depth
        if child.entry is not None:  # an account below has a page of its own
            yield from _walk(child, depth + 1)


def _row(
    found: Explanation, branch: Branch, depth: int, shown: Mapping[str, float], moves: Mapping[str, Move],
    stair: tuple[float, float, float] | None,
) -> Row:  # fmt: skip
    line, bands = branch.line, found.bands
    kind = "account" if branch.entry is None else line.kind
    is_missing = line.points is None and kind != "rule"
    meaning = (
        None
        if is_missing or not bands
        else cells.kind(band_of(min(100.0, max(0.0, line.points or 0.0)), bands).meaning)
    )
    value, note = _value(branch)
    move = moves.get(line.path)
    measure = branch.measure
    return Row(
        path=line.path,
        title=branch.title,
        kind=kind,
        depth=depth,
        value=value,
        note=note,
        points="" if line.points is None or kind == "rule" else str(round(line.points)),
        bar=SafeString("") if kind == "rule" else SafeString(charts.bar(None if line.points is None else min(100.0, max(0.0, line.points)), meaning)),
        weight="" if kind == "rule" else prose.percent(line.effective_weight),
        contribution=NONE if is_missing else f"{shown[line.path]:.1f}",
        stair=_stair(stair, line.contribution) if stair and not is_missing else SafeString(""),
        move=cells.move(move) if move and move.points is not None else None,
        age=_age(line.data_age_days) if measure else "",
        is_missing=is_missing,
        is_quiet=line.effective_weight == 0 and not is_missing,
        is_pulse=bool(measure and measure.table == "pulses"),
        playbook=(measure.playbook or "") if measure else "",
    )  # fmt: skip


def _value(branch: Branch) -> tuple[str, str]:
    """Write what a measure read, and what is to be said of it besides."""
    line = branch.line
    if branch.measure and branch.reading:
        lacking = prose.lacking(branch.reading)
        if line.missing in ("rows_rejected", "no_number") and lacking:
            return lacking, ""
        notes = [lacking] if lacking else []
        notes += ["late feed"] if line.is_stale and not line.missing else []
        return prose.value(branch.reading), ", ".join(notes)
    if branch.entry is None:
        return line.label or prose.reason(line.missing or ""), ""
    if isinstance(branch.entry, Rule):
        return (prose.reason(line.missing) if line.missing else ""), ""
    return "", ""


def _stair(step: tuple[float, float, float], contribution: float) -> SafeString:
    start, end, high = step
    kind: charts.StepKind = "healthy" if contribution >= 0 else "at risk"
    inside = [min(high, max(0.0, each)) for each in (start, end)]
    return SafeString(charts.step(inside[0], inside[1], kind, 0.0, high))


def _age(days: int | None) -> str:
    return "" if days is None else f"{days} d"
