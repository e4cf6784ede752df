"""This file gives one parent the health of its children, after each of them has its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from keepwell.health.definition.band import band_of
from keepwell.health.definition.parents import Parents
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Line, Score
from keepwell.health.engines.reference.combining import DECIMALS


def order(above: Mapping[str, str], scored: Mapping[str, Score]) -> list[tuple[str, list[str]]]:
    """Each parent with its children, all that stand below it before it."""

    def height(account: str) -> int:
        return 1 + max((height(child) for child in children(account)), default=0)

    def children(account: str) -> list[str]:
        return sorted(child for child in scored if above.get(child) == account)

    return [
        (account, children(account)) for account in sorted(scored, key=height) if children(account)
    ]


def score(
    definition: Definition,
    own: tuple[Score, list[Line]],
    children: Sequence[Score],
    revenue: Mapping[str, float | None],
    before: str | None,
) -> tuple[Score, list[Line]]:
    """Score a parent by its children, and tell what each of them adds."""
    assert definition.parents, "the card says how"
    chosen = _chosen(definition.parents, children, revenue)
    total = sum(chosen.values())
    parts = {name: weight / total for name, weight in chosen.items()} if total else {}
    by_name = {child.account_id: child for child in children}
    points = (
        sum(part * (by_name[name].score or 0) for name, part in parts.items()) if parts else None
    )
    days = [(part, by_name[name].freshness_days) for name, part in parts.items()]
    aged = [(part, each) for part, each in days if each is not None]
    fresh = (
        sum(part * each for part, each in aged) / sum(part for part, _ in aged) if aged else None
    )
    known = _known(definition.parents, children, revenue)
    found = replace(own[0], coverage=known, freshness_days=fresh)
    if points is None or known < definition.least_coverage - 1e-12:
        found = replace(found, score=None, band=None, meaning=None, status="not enough data")
    else:
        band = band_of(points, definition.bands, before, definition.band_margin)
        found = replace(found, score=points, band=band.name, meaning=band.meaning, status="scored")
    whole = replace(
        own[1][0],
        points=points,
        effective_weight=1.0 if points is not None else 0.0,
        contribution=points or 0.0,
    )
    told = [_line(whole, definition.parents, child, parts, revenue) for child in children]
    return found, [
        whole,
        *told,
        *(replace(line, effective_weight=0.0, contribution=0.0) for line in own[1][1:]),
    ]


def _weight(asked: Parents, child: Score, revenue: Mapping[str, float | None]) -> float | None:
    if asked.by != "revenue":
        return 1.0
    paid = revenue[child.account_id]
    return None if paid is None else max(0.0, paid)


def _chosen(
    asked: Parents, children: Sequence[Score], revenue: Mapping[str, float | None]
) -> dict[str, float]:
    """The children that make the score, and what they weigh."""
    speaking = [
        child for child in children if child.score is not None and _weight(asked, child, revenue)
    ]
    if asked.by == "worst":
        speaking.sort(key=lambda child: (round(child.score or 0.0, DECIMALS), child.account_id))
        speaking = speaking[: asked.worst]
    return {
        child.account_id: _weight(asked, child, revenue) or 0.0
        for child in sorted(speaking, key=_name)
    }


def _name(child: Score) -> str:
    return child.account_id


def _known(asked: Parents, children: Sequence[Score], revenue: Mapping[str, float | None]) -> float:
    """How much is known: of the weight what was covered, and of a child without a weight nothing."""
    weights = {child.account_id: _weight(asked, child, revenue) for child in children}
    weighed = [child for child in children if weights[child.account_id] is not None]
    whole = sum(weights[child.account_id] or 0.0 for child in weighed)
    covered = sum(
        (weights[c.account_id] or 0.0) * c.coverage for c in weighed if c.score is not None
    )
    return covered / whole * len(weighed) / len(children) if whole else 0.0


def _line(
    whole: Line,
    asked: Parents,
    child: Score,
    parts: Mapping[str, float],
    revenue: Mapping[str, float | None],
) -> Line:
    weight, part = _weight(asked, child, revenue), parts.get(child.account_id, 0.0)
    missing = "not_scored" if child.score is None else "no_revenue" if weight is None else None
    return replace(
        whole, path=f"child:{child.account_id}", kind="child", name=child.account_id, label=child.band, points=child.score,
        weight=weight or 0.0, effective_weight=part, contribution=part * (child.score or 0.0), missing=missing,
    )  # fmt: skip
