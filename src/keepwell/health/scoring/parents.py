"""This file scores parents by their children: accounts from the bottom of the tree up, each by
those right below it, and by itself where it pays for itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from keepwell.health.definition.scorecard import Definition
from keepwell.health.scoring.arrays import DECIMALS, HAIR


@dataclass(frozen=True)
class Health:
    """What one account has of its score that its parent's is made of; `score` is none where too
    little is known."""

    score: float | None
    coverage: float
    freshness_days: float | None


@dataclass(frozen=True)
class Child:
    """One account below another: its health, its weight there (none where its revenue is not
    known), and its share.

    With `is_itself` it is the parent, as far as it has contracts of its own.
    """

    account_id: str
    health: Health
    weight: float | None
    share: float
    is_itself: bool = False

    @property
    def missing(self) -> str | None:
        if self.health.score is None:
            return "not_scored"
        return "no_revenue" if self.weight is None else None

    @property
    def contribution(self) -> float:
        return self.share * (self.health.score or 0.0)


@dataclass(frozen=True)
class ParentScoring:
    """How accounts are scored that have others below them.

    `above` names the parent of each account that has one; `revenue` is what each pays with all below
    it, `own_revenue` what it pays by itself, none where that is not known. A contract of an account
    above pays for those in `covered`, which never had one of their own.
    """

    definition: Definition
    above: Mapping[str, str]
    revenue: Mapping[str, float | None]
    own_revenue: Mapping[str, float | None] = field(default_factory=dict)
    covered: Collection[str] = frozenset()

    def score(
        self, own: Mapping[str, Health], itself: Mapping[str, Health] | None = None
    ) -> tuple[dict[str, Health], dict[str, tuple[Child, ...]]]:
        """Replace the own health of each parent; gives the health of all accounts, and the children
        of each parent.

        `itself` is the health of parents by what their own contracts cover, of those that are
        among their own children.
        """
        itself = itself or {}
        health = dict(own)
        # A parent comes before its children, and is a parent also where all of them have left.
        below: dict[str, list[str]] = defaultdict(list, {account: [] for account in itself})
        for account in sorted(own):
            if (parent := self.above.get(account)) is not None and parent in own:
                below[parent].append(account)
        children: dict[str, tuple[Child, ...]] = {}
        # The deepest parents first: those above them are made from their new scores.
        for parent in sorted(below, key=lambda account: -self._depth(account)):
            if self._is_covered_whole(parent, below):
                continue  # nobody in it pays, so that nothing could weigh its children
            theirs = {name: health[name] for name in below[parent]}
            children[parent] = self._children(theirs, parent, itself.get(parent))
            health[parent] = self._parent(children[parent])
        return health, children

    def _is_covered_whole(self, account: str, below: Mapping[str, Sequence[str]]) -> bool:
        """Say whether a contract above pays for an account and everybody below it."""
        assert self.definition.parents is not None
        return (
            self.definition.parents.by == "revenue"
            and account in self.covered
            and all(self._is_covered_whole(child, below) for child in below.get(account, ()))
        )

    def _depth(self, account: str) -> int:
        depth, parent = 0, self.above.get(account)
        while parent is not None:
            depth, parent = depth + 1, self.above.get(parent)
        return depth

    def _children(
        self, health: Mapping[str, Health], parent: str, itself: Health | None
    ) -> tuple[Child, ...]:
        """Share a parent out among the children that have a score and weigh anything."""
        how = self.definition.parents
        assert how is not None, "parents are scored where the card asks for it"
        if itself is not None:  # nobody is below themselves, so its id is free among the children
            health = {parent: itself, **health}
        weights: dict[str, float | None] = dict.fromkeys(health, 1.0)
        if how.by == "revenue":
            for account in health:
                paid = (self.own_revenue if account == parent else self.revenue).get(account)
                if paid is None and account in self.covered:
                    paid = 0.0  # what is paid for it weighs on the account above that pays
                weights[account] = None if paid is None else max(0.0, paid)  # credits weigh nothing
        counted = {
            account: (weights[account] or 0.0) if each.score is not None else 0.0
            for account, each in health.items()
        }
        if how.by == "worst":
            ranked = sorted(
                (round(each.score, DECIMALS), account)
                for account, each in health.items()
                if each.score is not None
            )
            worst = {account for _, account in ranked[: how.worst]}
            counted = {account: 1.0 if account in worst else 0.0 for account in health}
        whole = sum(counted.values())
        return tuple(
            Child(
                account,
                each,
                weights[account],
                counted[account] / whole if whole > 0 else 0.0,
                account == parent,
            )
            for account, each in health.items()
        )

    def _parent(self, children: Sequence[Child]) -> Health:
        # The mean coverage of the children by what they weigh. Of a child without a score or
        # without a weight nothing is known; how much one without a weight would count is guessed by
        # its number among the others.
        weighed = [(child, child.weight) for child in children if child.weight is not None]
        whole = sum(weight for _, weight in weighed)
        covered = sum(
            weight * child.health.coverage
            for child, weight in weighed
            if child.health.score is not None
        )
        coverage = covered / whole * (len(weighed) / len(children)) if whole else 0.0
        dated = [
            (child.share, child.health.freshness_days)
            for child in children
            if child.share and child.health.freshness_days is not None
        ]
        dated_share = sum(share for share, _ in dated)
        freshness = sum(share * days for share, days in dated) / dated_share if dated else None
        score = points(children)
        if coverage < self.definition.least_coverage - HAIR:
            score = None
        return Health(score, coverage, freshness)


def points(children: Sequence[Child]) -> float | None:
    """Add up what children contribute to their parent; none where none of them counts."""
    counted = [child.contribution for child in children if child.share]
    return sum(counted) if counted else None
