"""This file finds what moved the score of a parent, child by child, in points that add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keepwell.health.definition.parents import OWN
from keepwell.health.engines.protocol import Line

CHILD = "child:"  # what the paths of children begin with
ITSELF = "The account itself"  # the title of a parent among its own children


@dataclass(frozen=True)
class ChildMove:
    """One child that moved its parent: points gained or lost, and its line on either side, if any."""

    path: str
    name: str
    points: float
    before: Line | None
    after: Line | None


def is_child(line: Line) -> bool:
    """Say whether a line is of an account that makes its parent's score: one below, or the parent
    itself."""
    return line.kind in ("child", "own")


def moves(before: Sequence[Line], after: Sequence[Line]) -> Iterator[ChildMove]:
    """Share the difference of two sums of children out among them; their points add up to it
    (1e-9).

    A child moves its parent by its own move, at its earlier weight, and by its change of weight,
    which counts as far as the child is above or below the earlier parent.
    """
    stood = sum(line.contribution for line in before) if _counts(before) and _counts(after) else 0.0
    then, now = ({line.path: line for line in lines} for lines in (before, after))
    for path in sorted(then.keys() | now.keys()):
        old, new = then.get(path), now.get(path)
        was, is_now = (_points(old), _points(new))
        had, has = (line.effective_weight if line else 0.0 for line in (old, new))
        last = is_now if is_now is not None else was if was is not None else 0.0
        first = was if was is not None else last
        points = had * (last - first) + (has - had) * (last - stood)
        if points:
            yield ChildMove(path, name(path), points, old, new)


def name(path: str) -> str:
    """Name a child by its path: its account id, or what a parent is called among its own children."""
    return ITSELF if path == OWN else path.removeprefix(CHILD)


def _counts(lines: Sequence[Line]) -> bool:
    """Whether any child counts."""
    return any(line.effective_weight for line in lines)


def _points(line: Line | None) -> float | None:
    return line.points if line else None
