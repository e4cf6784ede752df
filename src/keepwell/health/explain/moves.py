"""This file says which measures and rules make an account's score by one card another than by a second card, on the same facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from keepwell.health.definition.rule import Rule
from keepwell.health.engines.protocol import Line, Score
from keepwell.health.explain import wording
from keepwell.health.explain.tree import Branch

LEAST_POINTS = 0.5  # less would not show in the rounded score
LEAST_SHARE = 0.0005
MOST_CLAUSES = 3
Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Move:
    """One measure or rule that adds another number of points by the second card: how many more, and why."""

    path: str
    label: str
    points: float
    why: str


def moves(before: Branch, after: Branch) -> tuple[Move, ...]:
    """List what adds other points, the largest move first; they add up to the difference of the two scores.

    The facts are the same, so whatever moves does so by the card: what it measures, how it weighs it, what it asks.
    """
    then, now = _felt(before), _felt(after)
    found = []
    for key in dict.fromkeys((*now, *then)):
        old, new = then.get(key), now.get(key)
        branch = new or old
        assert branch is not None, "a key is of one of them"
        points = (new.line.contribution if new else 0.0) - (old.line.contribution if old else 0.0)
        if points:
            found.append(Move(branch.line.path, branch.title, points, _why(old, new)))
    return tuple(sorted(found, key=lambda move: -abs(move.points)))


def sentence(name: str, before: Score, after: Score, moved: Sequence[Move]) -> str:
    """Say how far an account moves between two cards, and by what."""
    if before.score is None or after.score is None:
        return f"{name} {'has no score any more' if after.score is None else 'has a score now'}."
    points = after.score - before.score
    spoken = [move for move in moved if abs(move.points) >= LEAST_POINTS][:MOST_CLAUSES]
    clauses = [f"{move.label} {move.why} ({signed(move.points)})" for move in spoken]
    if len(spoken) < len(moved):
        rest = signed(points - sum(move.points for move in spoken))
        clauses.append(
            f"{len(moved) - len(spoken)} more ({rest})" if spoken else f"{len(moved)} small moves"
        )
    if before.segment != after.segment:
        clauses.insert(0, f"the card of {after.segment} applies, not of {before.segment}")
    way = "rises" if points > 0 else "falls"
    head = (
        f"{name} {way} {tenths(abs(points))} points, from {_standing(before)} to {_standing(after)}"
    )
    return f"{head}: {'; '.join(clauses)}." if clauses else f"{head}."


def signed(points: float) -> str:
    """Write points gained or lost.

    >>> signed(4.04), signed(-12.25)
    ('+4', '-12.2')
    """
    return f"{'+' if points > 0 else '-'}{tenths(abs(points))}"


def tenths(points: float) -> str:
    return f"{round(points, 1):g}"


def _felt(root: Branch) -> dict[Key, Branch]:
    """Measures by their name, and rules by their group and what they say, for another card may number them otherwise."""
    found: dict[Key, Branch] = {("measure", leaf.line.name): leaf for leaf in root.leaves()}
    found |= {("child", account.line.name): account for account in root.accounts()}
    met: Counter[Key] = Counter()
    for branch in root.rules():
        says = ("rule", branch.line.path.rpartition("rule_")[0], branch.title)
        met[says] += 1
        found[*says, str(met[says])] = branch
    return found


def _why(old: Branch | None, new: Branch | None) -> str:
    if old is None or new is None:
        return "is new" if old is None else "is gone"
    if isinstance(old.entry, Rule):
        return f"{_effect(new.line)}, before {_effect(old.line)}"
    then, now = old.line, new.line
    said = (
        [_earned(old, new)]
        if then.points != now.points or bool(then.missing) != bool(now.missing)
        else []
    )
    if abs(now.effective_weight - then.effective_weight) >= LEAST_SHARE or not said:
        shares = (wording.percent(line.effective_weight) for line in (now, then))
        said.append("weighs {} of the whole, weighed {}".format(*shares))
    return " and ".join(said)


def _earned(old: Branch, new: Branch) -> str:
    then, now = old.line, new.line
    if now.missing and not then.missing:
        return f"is missing now, as {new.reason}"
    if then.missing and not now.missing:
        return f"is known now and earns {tenths(now.points or 0.0)} points"
    return f"earns {tenths(now.points or 0.0)} points, earned {tenths(then.points or 0.0)}"


def _effect(line: Line) -> str:
    points = line.contribution
    return f"{'adds' if points > 0 else 'takes'} {tenths(abs(points))}" if points else "did nothing"


def _standing(score: Score) -> str:
    cut = int((score.score or 0.0) * 10 + 1e-9) / 10  # a 69.96 that is no Green must not read 70
    return f"{cut:g} ({score.band})"
