"""This file holds what a scale is: how a value becomes points from 0 to 100."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A straight line from the worst value (0 points) to the best (100), held at both ends. Worst may lie above best."""

    worst: float
    best: float


@dataclass(frozen=True)
class Steps:
    """Points by threshold: the first `below` above the value decides, else `otherwise`."""

    steps: tuple[tuple[float, float], ...]  # (below, points), below rising
    otherwise: float


@dataclass(frozen=True)
class OwnTarget:
    """The value as a share of the account's own target, then a line over that share.

    `column` is a number of the accounts table; without one, or with 0, the points are missing (`no_target`).
    """

    column: str
    worst: float
    best: float


@dataclass(frozen=True)
class Lookup:
    """Points by category; one that is not listed gets `otherwise`, and without that is missing (`no_match`)."""

    points: tuple[tuple[str, float], ...]
    otherwise: float | None = None


Scale = Line | Steps | OwnTarget | Lookup


def line_points(value: float, worst: float, best: float) -> float:
    """Place a value on the line from worst (0) to best (100).

    >>> line_points(6, worst=10, best=2)
    50.0
    """
    return min(100.0, max(0.0, (value - worst) / (best - worst) * 100.0))
