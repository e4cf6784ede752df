"""This file writes health, moves and numbers for a terminal: health as a word with a shape, so that color alone says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from keepwell.cli import output

if TYPE_CHECKING:
    from keepwell.health.definition.band import Band
    from keepwell.health.explain.summary import Part
    from keepwell.health.explain.trend import Move

SHAPES = {
    "healthy": ("●", "o", "cyan"),
    "watch": ("▲", "^", "yellow"),
    "at risk": ("■", "#", "red"),
}
UNKNOWN = ("○", "-", "dim")
NO_SCORE = "Not enough data"


def health(console: Console, band: str | None, meaning: str | None) -> Text:
    """Write the band with its shape; without one, that there is not enough data."""
    shape, plain, style = SHAPES.get(meaning or "", UNKNOWN)
    return Text(f"{_fit(console, shape, plain)} {band or NO_SCORE}", style=style)


def print_bands(console: Console, bands: Mapping[tuple[str | None, str | None], int]) -> None:
    """Print how many accounts are in each band, by name and meaning, the healthiest first; those without a score last."""
    known = list(SHAPES)
    width = max([4, *(len(str(count)) for count in bands.values())])
    by_health = sorted(
        bands.items(),
        key=lambda each: known.index(each[0][1]) if each[0][1] in known else len(known),
    )
    for (band, meaning), count in by_health:
        console.print(f"  {count:>{width}}  ", health(console, band, meaning), sep="")


def trend(console: Console, move: Move | None) -> str:
    """Write a move in points with its arrow; nothing where there is nothing to compare with."""
    if move is not None and move.why == "overridden":
        return move.why
    if move is None or move.direction is None:
        return ""
    arrow = {"up": ("↑", "+"), "flat": ("→", "="), "down": ("↓", "-")}[move.direction]
    points = abs(move.points or 0.0)
    if move.direction != "flat":
        return f"{_fit(console, *arrow)} {round(points)}"
    # Without an arrow it is cut: "5 points: below the 5 points that count" would contradict itself.
    shown = int(points + 1e-9)
    sign = "" if not shown else "-" if (move.points or 0.0) < 0 else "+"
    return f"{_fit(console, *arrow)} {sign}{shown}"


def drag(part: Part | None) -> Text:
    """Write what costs a score most; nothing where nothing does."""
    from keepwell.health.explain import prose

    return Text(output.printable(prose.measured(part)) if part else "")


def bar(console: Console, points: float | None, width: int = 10) -> str:
    """Draw points from 0 to 100 as a bar; dots where there are none."""
    if points is None:
        return _fit(console, "·", ".") * width
    full = round(points / 100 * width)
    return _fit(console, "█", "#") * full + _fit(console, "░", ".") * (width - full)


def points(number: float | None, bands: Sequence[Band] | None = ()) -> str:
    """Write a score so that it lies in its band, or points cut to tenths: a 69.96 that is no Green must not read 70.

    >>> points(69.96), points(75.0), points(None)
    ('69.9', '75.0', '')
    """
    from keepwell.health.explain import display

    return "" if number is None else figure(display.score(number, bands))


def figure(shown: float) -> str:
    """Write a figure that is rounded already, at least with tenths.

    >>> figure(75.0), figure(49.67), figure(-0.0)
    ('75.0', '49.67', '0.0')
    """
    text = f"{shown + 0.0:.6f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def age(days: int | None) -> str:
    """Write how old data is."""
    return "" if days is None else f"{days} d"


def share(number: float | None) -> str:
    """Write a share in percent.

    >>> share(0.755), share(299 / 300)
    ('76 %', '99.7 %')
    """
    from keepwell.health.explain import display

    return "" if number is None else f"{display.share(number):g} %"


def coverage(number: float | None) -> str:
    """Write a coverage, cut to whole percents: what is too little must not read as enough.

    >>> coverage(0.699)
    '69 %'
    """
    from keepwell.health.explain import display

    return "" if number is None else f"{display.coverage(number)} %"


def count(number: int, one: str) -> str:
    """Write a number of things.

    >>> count(1, "account"), count(1200, "row")
    ('1 account', '1,200 rows')
    """
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def _fit(console: Console, shape: str, plain: str) -> str:
    """Take the plain sign where the terminal cannot write the other."""
    try:
        shape.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return plain
    return shape
