"""This file finds which measures and rules change an account's score under another card, on the
same facts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal, TypeAlias

from keepwell.health.engines.protocol import Line
from keepwell.health.explain.tree import Branch

LEAST_SHARE = 0.0005  # a smaller change of weight does not show in a percentage
Kind = Literal["added", "removed", "rule", "points", "weight", "points and weight"]
Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Earned:
    """What an entry earns by one card: points, share of the score, contribution, or why it is
    missing."""

    points: float | None
    weight: float
    contribution: float
    missing: str | None


@dataclass(frozen=True)
class Effect:
    """One measure, rule or account below that contributes differently by the second card.

    `before` is none if it was added, `after` if it was removed.
    """

    kind: Kind
    path: str
    label: str
    points: float
    before: Earned | None
    after: Earned | None


def between(before: Branch, after: Branch) -> tuple[Effect, ...]:
    """List what contributes differently, the largest effect first; effects add up to the difference
    of the scores."""
    old, new = _by_key(before), _by_key(after)
    found = []
    for key in dict.fromkeys((*new, *old)):
        then, now = old.get(key), new.get(key)
        branch = now or then
        assert branch is not None, "a key comes from one of the two"
        was, earned = _earned(then), _earned(now)
        points = (earned.contribution if earned else 0.0) - (was.contribution if was else 0.0)
        if points:
            kind = _kind(branch, was, earned)
            found.append(Effect(kind, branch.line.path, branch.title, points, was, earned))
    return tuple(sorted(found, key=lambda effect: -abs(effect.points)))


def _by_key(root: Branch) -> dict[Key, Branch]:
    # Rules are known by what they say: another card may number them otherwise. Two that say the same are counted.
    found: dict[Key, Branch] = {("measure", leaf.line.name): leaf for leaf in root.leaves()}
    found |= {("child", account.line.name): account for account in root.accounts()}
    seen: Counter[Key] = Counter()
    for branch in root.rules():
        key = ("rule", branch.line.path.rpartition("rule_")[0], branch.title)
        seen[key] += 1
        found[*key, str(seen[key])] = branch
    return found


def _earned(branch: Branch | None) -> Earned | None:
    if branch is None:
        return None
    line: Line = branch.line
    return Earned(line.points, line.effective_weight, line.contribution, line.missing)


def _kind(branch: Branch, before: Earned | None, after: Earned | None) -> Kind:
    if before is None or after is None:
        return "added" if before is None else "removed"
    if branch.line.kind == "rule":
        return "rule"
    is_earned = before.points != after.points or bool(before.missing) != bool(after.missing)
    is_weighed = abs(after.weight - before.weight) >= LEAST_SHARE
    if is_earned:
        return "points and weight" if is_weighed else "points"
    return "weight"
