"""This file guesses what the values of a column are: days and how they are written, numbers, flags, choices or just words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Kind = Literal["empty", "date", "number", "flag", "text"]

LOOKED_AT = 300  # values, when looking for strange ones: trying every format on each is slow
MOST_STRANGE = 0.1  # of the different values of a column
FLAGS = frozenset(["true", "false", "t", "f", "yes", "no", "y", "n", "0", "1", "on", "off"])
_DAY_FIRST = (
    "%d-%m-%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%d-%m-%y",
    "%d/%m/%y",
    "%d.%m.%y",
    "%d %b %Y",
    "%d %B %Y",
)
_MONTH_FIRST = (
    "%m-%d-%Y",
    "%m/%d/%Y",
    "%m.%d.%Y",
    "%m-%d-%y",
    "%m/%d/%y",
    "%b %d, %Y",
    "%B %d, %Y",
)
_OTHER = ("%Y%m%d",)
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_ISO = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|UTC|[+-]\d{2}(:?\d{2})?)?)?"
)


@dataclass(frozen=True)
class Guess:
    """What a column seems to hold. `dates` are formats where days are not written year first; `unsure` says why not to rely on it."""

    kind: Kind
    dates: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str = ""
    unsure: str = ""


def guess(values: Sequence[str]) -> Guess:
    """Guess from a sample of values.

    >>> guess(["31-01-2026", "02-02-2026"]).dates
    ('%d-%m-%Y',)
    """
    words = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    if not words:
        return Guess("empty", unsure="no row has a value")
    if set(map(str.lower, words)) <= FLAGS and (len(words) > 1 or words[0].lower() not in "01"):
        return Guess("flag")
    return _clean(words) or _dirty(words) or Guess("text")


def _clean(words: list[str]) -> Guess | None:
    return _epoch(words) or _number(words) or _date(words)


def _dirty(words: list[str]) -> Guess | None:
    """What nearly all values are; the others will be rejected, each with its line."""
    words = words[:LOOKED_AT]
    rough = [word for word in words if word[0].isdigit() or word[0] in "+-"]
    if len(rough) < (1 - MOST_STRANGE) * len(words):
        return None
    for strange in ([word for word in words if word not in set(rough)], _misfits(words)):
        sound = [word for word in words if word not in strange]
        if (
            strange
            and len(strange) <= MOST_STRANGE * len(words)
            and sound
            and (found := _clean(sound))
        ):
            shown = ", ".join(f"`{word[:30]}`" for word in strange[:2])
            return replace(
                found,
                unsure="; ".join(filter(None, [found.unsure, f"not what the others are: {shown}"])),
            )
    return None


def _misfits(words: list[str]) -> list[str]:
    """The values that the first style which reads most of them does not read."""
    for styles in (_DAY_FIRST, _MONTH_FIRST):
        for style in styles:
            missed = (
                [word for word in words if not _suits([word], style)]
                if _suits(words[:12], style)
                else words
            )
            if len(missed) <= MOST_STRANGE * len(words):
                return missed
    misfits = [word for word in words if not _NUMBER.fullmatch(word)]
    iso = [word for word in words if not _is_iso(word)]
    return min(misfits, iso, key=len)


def _is_iso(word: str) -> bool:
    try:
        return bool(_ISO.fullmatch(word) and datetime.fromisoformat(word.replace("/", "-")))
    except ValueError:
        return False


def _number(words: list[str]) -> Guess | None:
    if all(map(_NUMBER.fullmatch, words)):
        if all(len(word) == 8 and _parses(word, "%Y%m%d") for word in words):
            return Guess("date", ("%Y%m%d",))
        return Guess("number")
    if all(map(_GROUPED.fullmatch, (word for word in words if "," in word))) and all(
        _NUMBER.fullmatch(word.replace(",", "")) for word in words
    ):
        return Guess("number", thousands=",")
    if any("," in word for word in words) and all(map(_COMMA.fullmatch, words)):
        grouped = any("." in word for word in words)
        return Guess("number", decimal=",", thousands="." if grouped else "")
    return None


def _epoch(words: list[str]) -> Guess | None:
    """Moments as seconds or milliseconds since 1970, between 2001 and 2065."""
    for digits, name in ((10, "unix"), (13, "unix_ms")):
        if all(word.isdigit() and len(word) == digits and word[0] in "12" for word in words):
            return Guess(
                "date", (name,), unsure="read as moments since 1970; is it perhaps a number?"
            )
    return None


def _date(words: list[str]) -> Guess | None:
    if all(map(_ISO.fullmatch, words)):
        return Guess("date")
    day_first, month_first = _written(words, _DAY_FIRST), _written(words, _MONTH_FIRST)
    if day_first and month_first:
        return Guess("date", day_first, unsure=f"read day first; could also be {month_first[0]}")
    found = day_first or month_first or _written(words, _OTHER)
    return Guess("date", found) if found else None


def _written(words: list[str], styles: Iterable[str]) -> tuple[str, ...]:
    """The formats of one style that together read every value: with a time, without, or some of each."""
    for style in styles:
        if not _suits(words[:1], style):
            continue
        used, left = [], words
        for time in _TIMES:
            missed = [word for word in left if not _parses(word, style + time)]
            used += [style + time] if len(missed) < len(left) else []
            left = missed
            if not left:
                return tuple(sorted(used, key=len, reverse=True))
    return ()


def _suits(words: list[str], style: str) -> bool:
    """Whether a style reads any of the words, with or without a time."""
    return any(_parses(word, style + time) for word in words for time in _TIMES)


def _parses(word: str, style: str) -> bool:
    try:
        return bool(datetime.strptime(word, style))  # noqa: DTZ007 - only the shape is asked for
    except ValueError:
        return False
