"""This file scores one parent by its children, after each of them has its own score."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from keepwell.health.definition.condition import AnyOf, Compare, IsMissing
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.parents import Parents
from keepwell.health.definition.scale import Steps
from keepwell.health.definition.scorecard import Definition
from keepwell.health.definition.window import Window
from keepwell.health.engines.oracle.scores import band_of
from keepwell.health.engines.oracle.values import DECIMALS
from keepwell.health.engines.protocol import Line, Score

# What a child weighs by revenue: the yearly amounts of its recurring lines in force, and of those
# of all below it.
REVENUE = Measure(
    "revenue",
    "contracts",
    "sum",
    Steps((), 0.0),  # it earns no points
    Window(is_now=True),
    column="annual_amount",
    where=AnyOf((IsMissing("kind"), Compare("kind", "=", "recurring"))),
)


def order(
    above: Mapping[str, str], scored: Mapping[str, Score], itself: Container[str] = ()
) -> list[tuple[str, list[str]]]:
    """List each parent with its children, after all parents that are below it; those in `itself` are
    parents also where nobody is left below them."""

    def height(account: str) -> int:
        return 1 + max((height(child) for child in children(account)), default=0)

    def children(account: str) -> list[str]:
        return sorted(child for child in scored if above.get(child) == account)

    return [
        (account, children(account))
        for account in sorted(scored, key=height)
        if children(account) or account in itself
    ]


def score(
    definition: Definition,
    own: tuple[Score, list[Line]],
    children: Sequence[Score],
    revenue: Mapping[str, float | None],
    before: str | None,
    itself: tuple[Score, list[Line]] | None = None,
) -> tuple[Score, list[Line]]:
    """Score a parent by its children; gives its score, and its lines with what each child
    contributes.

    `itself` is the parent by what its contract covers, where it is one of its children.
    """
    assert definition.parents, "the card scores parents by their children"
    children = [*([itself[0]] if itself else []), *children]
    counted = _counted(definition.parents, children, revenue)
    total = sum(counted.values())
    shares = {name: weight / total for name, weight in counted.items()} if total else {}
    by_name = {child.account_id: child for child in children}
    points = (
        sum(share * (by_name[name].score or 0) for name, share in shares.items())
        if shares
        else None
    )
    days = [(share, by_name[name].freshness_days) for name, share in shares.items()]
    dated = [(share, each) for share, each in days if each is not None]
    freshness = (
        sum(share * each for share, each in dated) / sum(share for share, _ in dated)
        if dated
        else None
    )
    coverage = _coverage(definition.parents, children, revenue)
    found = replace(own[0], coverage=coverage, freshness_days=freshness)
    if points is None or coverage < definition.least_coverage - 1e-12:
        found = replace(found, score=None, band=None, meaning=None, status="not enough data")
    else:
        band = band_of(points, definition, before)
        found = replace(found, score=points, band=band.name, meaning=band.meaning, status="scored")
    root, *measures = own[1]
    root = replace(
        root,
        points=points,
        effective_weight=1.0 if points is not None else 0.0,
        contribution=points or 0.0,
    )
    lines = [root]
    for child in children:
        line = _line(root, definition.parents, child, shares, revenue)
        if itself and child is itself[0]:
            lines.append(replace(line, path="own:", kind="own", label=None))
            share = line.effective_weight
            lines += [
                replace(
                    each,
                    path="own:" + each.path,
                    effective_weight=share * each.effective_weight,
                    contribution=share * each.contribution,
                )
                for each in itself[1][1:]
            ]
        else:
            lines.append(line)
    lines += [replace(line, effective_weight=0.0, contribution=0.0) for line in measures]
    return found, lines


def _weight(how: Parents, child: Score, revenue: Mapping[str, float | None]) -> float | None:
    if how.by != "revenue":
        return 1.0
    paid = revenue[child.account_id]
    return None if paid is None else max(0.0, paid)


def _counted(
    how: Parents, children: Sequence[Score], revenue: Mapping[str, float | None]
) -> dict[str, float]:
    """Give the children that make the score, and what they weigh."""
    scored = [
        child for child in children if child.score is not None and _weight(how, child, revenue)
    ]
    if how.by == "worst":
        scored.sort(key=lambda child: (round(child.score or 0.0, DECIMALS), child.account_id))
        scored = scored[: how.worst]
    by_name = sorted(scored, key=lambda child: child.account_id)
    return {child.account_id: _weight(how, child, revenue) or 0.0 for child in by_name}


def _coverage(
    how: Parents, children: Sequence[Score], revenue: Mapping[str, float | None]
) -> float:
    """Take the mean coverage of the children by weight; a child without a score or a weight covers
    nothing."""
    weights = {child.account_id: _weight(how, child, revenue) for child in children}
    weighed = [child for child in children if weights[child.account_id] is not None]
    whole = sum(weights[child.account_id] or 0.0 for child in weighed)
    covered = sum(
        (weights[child.account_id] or 0.0) * child.coverage
        for child in weighed
        if child.score is not None
    )
    return covered / whole * len(weighed) / len(children) if whole else 0.0


def _line(
    root: Line,
    how: Parents,
    child: Score,
    shares: Mapping[str, float],
    revenue: Mapping[str, float | None],
) -> Line:
    weight, share = _weight(how, child, revenue), shares.get(child.account_id, 0.0)
    missing = "not_scored" if child.score is None else "no_revenue" if weight is None else None
    return replace(
        root,
        path=f"child:{child.account_id}",
        kind="child",
        name=child.account_id,
        label=child.band,
        points=child.score,
        weight=weight or 0.0,
        effective_weight=share,
        contribution=share * (child.score or 0.0),
        missing=missing,
    )
