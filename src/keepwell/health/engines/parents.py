"""This file gives accounts that others stand below the health of those: score by score, from the bottom of the tree up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from keepwell.health.definition.band import band_of
from keepwell.health.definition.parents import Parents
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Line, Score
from keepwell.health.scoring.scores import HAIR

DECIMALS = 9  # engines agree to this much: who is among the worst must not hang on less


@dataclass(frozen=True)
class Child:
    """One account below another: its score, what it weighs there (none where its revenue is not known), and its part."""

    score: Score
    weight: float | None
    share: float

    @property
    def missing(self) -> str | None:
        if self.score.score is None:
            return "not_scored"
        return "no_revenue" if self.weight is None else None


@dataclass(frozen=True)
class Family:
    """The scores of accounts of which some stand below others.

    `above` names the account above each; `revenue` what each weighs (below 0 nothing), none where that is not known.
    """

    definition: Definition
    above: Mapping[str, str]
    revenue: Mapping[str, float | None]

    def scored(
        self, own: Sequence[Score], before: Mapping[str, str]
    ) -> tuple[dict[str, Score], dict[str, tuple[Child, ...]]]:
        """Give each parent the score that its children make; gives all scores, and the children of each parent."""
        scores = {score.account_id: score for score in own}
        below: dict[str, list[str]] = defaultdict(list)
        for account in sorted(scores):
            if (parent := self.above.get(account)) in scores:
                below[parent].append(account)
        children: dict[str, tuple[Child, ...]] = {}
        for parent in sorted(below, key=lambda account: -self._depth(account)):
            children[parent] = self._children([scores[account] for account in below[parent]])
            scores[parent] = self._parent(scores[parent], children[parent], before.get(parent))
        return scores, children

    def _depth(self, account: str) -> int:
        depth, at = 0, self.above.get(account)
        while at is not None:
            depth, at = depth + 1, self.above.get(at)
        return depth

    def _children(self, scores: Sequence[Score]) -> tuple[Child, ...]:
        """Share the parent out among those that have a score and weigh anything."""
        asked = self._asked
        weights = [self._weight(each.account_id) for each in scores]
        counted = [
            weight if weight and each.score is not None else 0.0
            for weight, each in zip(weights, scores, strict=True)
        ]
        if asked.by == "worst":
            ranked = sorted(
                (round(each.score, DECIMALS), at)
                for at, each in enumerate(scores)
                if each.score is not None
            )
            worst = {at for _, at in ranked[: asked.worst]}
            counted = [1.0 if at in worst else 0.0 for at in range(len(scores))]
        whole = sum(counted)
        shares = [each / whole if whole > 0 else 0.0 for each in counted]
        return tuple(Child(*each) for each in zip(scores, weights, shares, strict=True))

    def _weight(self, account: str) -> float | None:
        if self._asked.by != "revenue":
            return 1.0
        paid = self.revenue.get(account)
        return None if paid is None else max(0.0, paid)

    def _parent(self, own: Score, children: Sequence[Child], before: str | None) -> Score:
        """The score of a parent: nothing of it is its own but its name, its segment and the bands."""
        coverage = self._coverage(children)
        counted = [(child.share, child.score) for child in children if child.share]
        points = _points(children)
        aged = [
            (share, score.freshness_days)
            for share, score in counted
            if score.freshness_days is not None
        ]
        weight = sum(share for share, _ in aged)
        freshness = sum(share * days for share, days in aged) / weight if weight else None
        known = replace(own, coverage=coverage, freshness_days=freshness)
        if points is None or coverage < self.definition.least_coverage - HAIR:
            return replace(known, score=None, band=None, meaning=None, status="not enough data")
        band = band_of(points, self.definition.bands, before, self.definition.band_margin)
        return replace(known, score=points, band=band.name, meaning=band.meaning, status="scored")

    def _coverage(self, children: Sequence[Child]) -> float:
        """The mean coverage of the children, by what they weigh; of one without a score, or a weight, nothing is known."""
        weighed = [child for child in children if child.weight is not None]
        whole = sum(child.weight or 0.0 for child in weighed)
        if not whole:
            return 0.0
        known = sum(
            (child.weight or 0.0) * child.score.coverage
            for child in weighed
            if child.score.score is not None
        )
        return known / whole * (len(weighed) / len(children))

    @property
    def _asked(self) -> Parents:
        assert self.definition.parents is not None, "a family is scored where the card asks for it"
        return self.definition.parents


def _points(children: Sequence[Child]) -> float | None:
    counted = [child.share * (child.score.score or 0.0) for child in children if child.share]
    return sum(counted) if counted else None


def lines(own: Sequence[Line], children: Sequence[Child]) -> list[Line]:
    """The lines of a parent: what its children add, and its own measures, which are watched and add nothing."""
    whole = own[0]
    points = _points(children)
    share = 0.0 if points is None else 1.0
    head = replace(whole, points=points, effective_weight=share, contribution=points or 0.0)
    below = [
        replace(
            whole,
            path=f"child:{child.score.account_id}",
            kind="child",
            name=child.score.account_id,
            label=child.score.band,
            points=child.score.score,
            weight=child.weight or 0.0,
            effective_weight=child.share,
            contribution=child.share * (child.score.score or 0.0),
            missing=child.missing,
        )
        for child in children
    ]
    watched = [replace(line, effective_weight=0.0, contribution=0.0) for line in own[1:]]
    return [head, *below, *watched]
