"""This file says health as a word with a shape, so that no meaning hangs on colour alone."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

SHAPES = {"healthy": ("●", "o", "cyan"), "watch": ("▲", "^", "yellow"), "at risk": ("■", "#", "red")}
UNKNOWN = ("○", "-", "dim")
# Less than this many points up or down would not show in the rounded number.
LEAST_MOVE = 0.5


def health(console: Console, band: str | None, meaning: str | None) -> Text:
    """Write the band with its shape; without one, that there is not enough data."""
    shape, plain, style = SHAPES.get(meaning or "", UNKNOWN)
    return Text(f"{_fit(console, shape, plain)} {band or 'Not enough data'}", style=style)


def trend(console: Console, points: float | None) -> str:
    """Write a move in points with its arrow; nothing where there is nothing to compare with."""
    if points is None:
        return ""
    if abs(points) < LEAST_MOVE:
        return _fit(console, "→", "=") + " 0"
    return (_fit(console, "↑", "+") if points > 0 else _fit(console, "↓", "-")) + f" {abs(points):.0f}"


def bar(console: Console, points: float | None, width: int = 10) -> str:
    """Draw points from 0 to 100 as a bar; dots where there are none."""
    if points is None:
        return _fit(console, "·", ".") * width
    full = round(points / 100 * width)
    return _fit(console, "█", "#") * full + _fit(console, "░", ".") * (width - full)


def points(number: float | None) -> str:
    """Write points cut to tenths: a 69.96 that is no Green must not read 70.

    >>> points(69.96), points(75.0), points(None)
    ('69.9', '75.0', '')
    """
    return "" if number is None else f"{int(number * 10 + 1e-9) / 10:.1f}"


def age(days: int | None) -> str:
    """Write how old data is."""
    return "" if days is None else f"{days} d"


def share(number: float | None) -> str:
    """Write a share as whole percents.

    >>> share(0.755)
    '76 %'
    """
    return "" if number is None else f"{number * 100:.0f} %"


def _fit(console: Console, shape: str, plain: str) -> str:
    """Take the plain sign where the terminal cannot write the other."""
    try:
        shape.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return plain
    return shape
