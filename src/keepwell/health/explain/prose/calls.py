"""This file says part by part why somebody should be called."""

from __future__ import annotations

from collections.abc import Sequence

from keepwell.health.explain import display
from keepwell.health.explain.prose import numbers, scores
from keepwell.health.explain.summary import Part
from keepwell.health.explain.trend import Move

MOST_LISTED = 2


def call(
    band_before: str | None,
    move: Move,
    fell_most: tuple[str, float] | None,
    drag: Part | None,
    unknown: Sequence[Part],
    late: Sequence[Part],
    coverage: float | None,
) -> tuple[str, ...]:
    """Say what changed and why, what matters most first: the band it had, the fall and what fell most, the biggest drag, what
    is not known, and what is known from late feeds alone.

    >>> call("Green", Move(-56.2, "down"), ("Seats in use", -21.0), None, (), (), 1.0)
    ('was Green', '-56.2 points, most of it Seats in use (-21)')
    """
    said = [f"was {band_before}"] if band_before else []
    if move.direction == "down" and move.points is not None:
        fall = f"{numbers.signed(move.points)} points"
        if fell_most:
            fall += f", most of it {fell_most[0]} ({numbers.signed(fell_most[1])})"
        said.append(fall)
    if drag and not (fell_most and move.direction == "down" and drag.title == fell_most[0]):
        said.append(f"biggest drag {scores.measured(drag)} ({numbers.signed(drag.points)})")
    if unknown:
        names = _listed([f"{each.title} ({numbers.reason(each.reason)})" for each in unknown])
        said.append(f"{display.coverage(coverage or 0.0)} % known, not {names}")
    if late:
        said.append(f"late data: {_listed([each.title for each in late])}")
    return tuple(said)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more
