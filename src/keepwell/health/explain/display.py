"""This file rounds for people: a score stays in its band, and the parts shown add up to the total shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keepwell.health.definition.band import HAIR, Band, band_of

if TYPE_CHECKING:  # score_change loads NumPy, and a sentence about one score needs none
    from keepwell.health.explain.score_change import Side, Step
    from keepwell.health.explain.tree import Branch

DIGITS = 1
UNKNOWN_DIGITS = 2  # of a card whose bands nobody knows here: an edge may be 66.67
MOST_DIGITS = 6


@dataclass(frozen=True)
class Change:
    """The figures shown of a change: the two scores, the difference, and the points of each step."""

    before: float | None
    after: float | None
    moved: float
    steps: tuple[float, ...]


def digits(score: float | None, bands: Sequence[Band] | None = ()) -> int:
    """Count the decimals that a score needs so that the figure shown lies in the score's own band;
    none where its card is not at hand.

    >>> bands = [Band("Green", 66.67, "healthy"), Band("Red", 0, "at risk")]
    >>> digits(66.66, bands), digits(66.68, bands), digits(50.0, bands)
    (1, 2, 1)
    """
    if bands is None:
        return UNKNOWN_DIGITS
    if score is None or not bands:
        return DIGITS
    own = band_of(score, bands)
    for count in range(DIGITS, MOST_DIGITS):
        if band_of(cut(score, count), bands) is own:
            return count
    return MOST_DIGITS


def cut(score: float, count: int = DIGITS) -> float:
    """Cut a score to some decimals: a 69.96 that is not Green must not read 70.

    Cutting, unlike rounding, also keeps a difference of two scores shown within one unit of the true one.

    >>> cut(69.96), cut(69.99999999999), cut(49.678, 2)
    (69.9, 70.0, 49.67)
    """
    return math.floor((score + HAIR) * 10.0**count) / 10.0**count


def score(number: float, bands: Sequence[Band] | None = ()) -> float:
    """Give the figure that is shown for a score of a card with these bands.

    >>> score(49.96, [Band("Amber", 50, "watch"), Band("Red", 0, "at risk")])
    49.9
    """
    return cut(number, digits(number, bands))


def coverage(share: float) -> int:
    """Cut a coverage to whole percents: 69.9 % where 70 % are required must not read 70 %.

    >>> coverage(0.699), coverage(0.7), coverage(0.29)
    (69, 70, 29)
    """
    return math.floor(share * 100 + HAIR)


def share(number: float) -> float:
    """Round a share to whole percents, or to those decimals without which a part would read as all or as nothing.

    >>> share(0.755), share(299 / 300), share(1 / 300), share(1.0)
    (76.0, 99.7, 0.3, 100.0)
    """
    return beside(number * 100, (100.0,))


def beside(number: float, edges: Sequence[float], fewest: int = 0) -> float:
    """Round a number to the fewest decimals, from `fewest` on, that leave it on its own side of each edge, and off zero.

    >>> beside(2.998, [3.0], 1), beside(3.04, [3.0], 1), beside(0.004, [])
    (2.998, 3.0, 0.004)
    """
    for count in range(fewest, MOST_DIGITS):
        shown = round(number, count)
        if is_beside(number, shown, edges):
            return shown
    return round(number, MOST_DIGITS)


def is_beside(number: float, shown: float, edges: Sequence[float]) -> bool:
    """Say whether a figure shown for a number lies on the number's own side of each edge, and is zero only where it is."""
    is_all = all((shown < each - HAIR) == (number < each - HAIR) for each in edges)
    return is_all and (shown == 0) == (abs(number) < HAIR)


def parts(total: float, true: Sequence[float], count: int = DIGITS) -> list[float]:
    """Round the parts of a total by largest remainder: they sum to the total as it is shown.

    `total` is a shown figure within one unit of the sum of the true parts; then each part is shown within one unit
    of what it is.

    >>> parts(33.3, [11.12, 11.12, 11.12])
    [11.1, 11.1, 11.1]
    >>> parts(49.0, [63.75, -14.75])
    [63.8, -14.8]
    """
    scale = 10**count
    units = [each * scale for each in true]
    # A sum of tenths is off by some 1e-15, and 30.000000000000004 is no part that could take one more.
    floors = [math.floor(each + HAIR) for each in units]
    left = round(total * scale) - sum(floors)
    order = sorted(range(len(units)), key=lambda nth: floors[nth] - units[nth])
    if left < 0:
        order.reverse()
    for nth in order[: abs(left)]:
        floors[nth] += 1 if left > 0 else -1
    return [each / scale for each in floors]


def change(before: Side, after: Side, steps: Sequence[Step]) -> Change:
    """Round a change: the steps shown sum to the difference shown, which is that of the two scores shown.

    Both scores are shown with the decimals that the finer one needs. Where one is missing the steps stand alone.
    """
    count = max(digits(side.score, side.bands) for side in (before, after))
    then, now = (None if side.score is None else cut(side.score, count) for side in (before, after))
    true = [step.points for step in steps]
    moved = cut(sum(true), count)
    joins_or_leaves = any(step.cause == "population" for step in steps)  # the other side is then 0
    if (then is not None and now is not None) or joins_or_leaves:
        moved = round((now or 0.0) - (then or 0.0), count)
    return Change(then, now, moved, tuple(parts(moved, true, count)))


def contributions(root: Branch, bands: Sequence[Band] = ()) -> dict[str, float]:
    """Give the contribution shown for each entry of a tree by its path: at every level they sum to the one above."""
    count = digits(root.line.contribution, bands)
    return dict(_below(root, cut(root.line.contribution, count), count))


def _below(branch: Branch, shown: float, count: int) -> Iterator[tuple[str, float]]:
    yield branch.line.path, shown
    if branch.children:
        true = [child.line.contribution for child in branch.children]
        for child, each in zip(branch.children, parts(shown, true, count), strict=True):
            yield from _below(child, each, count)
