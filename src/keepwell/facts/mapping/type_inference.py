"""This file infers from a sample of its values what a column holds: dates and their format, numbers, flags or text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Kind = Literal["empty", "date", "number", "flag", "text"]

MAX_VALUES = 300  # when looking for unexpected ones: trying every format on each value is slow
MAX_UNEXPECTED = 0.1  # of the distinct values of a column
FLAGS = frozenset(["true", "false", "t", "f", "yes", "no", "y", "n", "0", "1", "on", "off"])
DAY_FIRST = (
    "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y", "%d/%m/%y", "%d.%m.%y", "%d %b %Y", "%d %B %Y",
)  # fmt: skip
MONTH_FIRST = (
    "%m-%d-%Y", "%m/%d/%Y", "%m.%d.%Y", "%m-%d-%y", "%m/%d/%y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
COMPACT = ("%Y%m%d",)
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")
_COMMA_GROUPS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_ISO = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|UTC|[+-]\d{2}(:?\d{2})?)?)?"
)


@dataclass(frozen=True)
class InferredType:
    """What a column seems to hold. `dates` are formats of dates not written year first; `check` is what a person should check."""

    kind: Kind
    dates: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str = ""
    check: str = ""


def infer(values: Sequence[str]) -> InferredType:
    """Infer the type of a column from a sample.

    >>> infer(["31-01-2026", "02-02-2026"]).dates
    ('%d-%m-%Y',)
    """
    distinct = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    if not distinct:
        return InferredType("empty", check="the column is empty")
    # A lone 0 or 1 repeated in every row is more likely a number.
    if set(map(str.lower, distinct)) <= FLAGS and (len(distinct) > 1 or distinct[0] not in "01"):
        return InferredType("flag")
    return _all_alike(distinct) or _nearly_all_alike(distinct) or InferredType("text")


def _all_alike(values: list[str]) -> InferredType | None:
    return _epoch(values) or _number(values) or _date(values)


def _nearly_all_alike(values: list[str]) -> InferredType | None:
    """Infer what nearly all values are; the import will reject the others, each with its line."""
    values = values[:MAX_VALUES]
    most = MAX_UNEXPECTED * len(values)
    other = [value for value in values if not (value[0].isdigit() or value[0] in "+-")]
    if len(other) > most:
        return None
    for unexpected in (other, _unparsed(values)):
        expected = [value for value in values if value not in unexpected]
        if not (unexpected and expected and len(unexpected) <= most):
            continue
        if found := _all_alike(expected):
            shown = ", ".join(f"`{value[:30]}`" for value in unexpected[:2])
            check = "; ".join(filter(None, [found.check, f"unexpected values: {shown}"]))
            return replace(found, check=check)
    return None


def _unparsed(values: list[str]) -> list[str]:
    """List the values that the first date format which parses most of them does not parse."""
    for style in (*DAY_FIRST, *MONTH_FIRST):
        # Most formats parse none of the first twelve, and need not be tried on the others.
        if any(_suits(value, style) for value in values[:12]):
            unparsed = [value for value in values if not _suits(value, style)]
            if len(unparsed) <= MAX_UNEXPECTED * len(values):
                return unparsed
    no_numbers = [value for value in values if not _NUMBER.fullmatch(value)]
    no_iso_dates = [value for value in values if not _is_iso_date(value)]
    return min(no_numbers, no_iso_dates, key=len)


def _is_iso_date(value: str) -> bool:
    try:
        return bool(_ISO.fullmatch(value) and datetime.fromisoformat(value.replace("/", "-")))
    except ValueError:
        return False


def _number(values: list[str]) -> InferredType | None:
    if all(map(_NUMBER.fullmatch, values)):
        if all(len(value) == 8 and _parses(value, COMPACT[0]) for value in values):
            return InferredType("date", COMPACT)
        return InferredType("number")
    # 1,234 is taken for a thousand and 1,5 for one and a half, as exports of both kinds write them.
    with_commas = [value for value in values if "," in value]
    if all(map(_COMMA_GROUPS.fullmatch, with_commas)) and all(
        _NUMBER.fullmatch(value.replace(",", "")) for value in values
    ):
        return InferredType("number", thousands=",")
    if with_commas and all(map(_DECIMAL_COMMA.fullmatch, values)):
        is_grouped = any("." in value for value in values)
        return InferredType("number", decimal=",", thousands="." if is_grouped else "")
    return None


def _epoch(values: list[str]) -> InferredType | None:
    """Recognise seconds or milliseconds since 1970, for moments from 2001 to 2065."""
    for digits, name in ((10, "unix"), (13, "unix_ms")):
        if all(len(value) == digits and value.isdigit() and value[0] in "12" for value in values):
            return InferredType("date", (name,), check="read as a Unix timestamp; is it a number?")
    return None


def _date(values: list[str]) -> InferredType | None:
    if all(map(_ISO.fullmatch, values)):
        return InferredType("date")
    day_first, month_first = _formats(values, DAY_FIRST), _formats(values, MONTH_FIRST)
    if day_first and month_first:
        check = f"read as day first; could also be {month_first[0]}"
        return InferredType("date", day_first, check=check)
    found = day_first or month_first or _formats(values, COMPACT)
    return InferredType("date", found) if found else None


def _formats(values: list[str], styles: Iterable[str]) -> tuple[str, ...]:
    """Find the formats of one style that together parse every value: with a time, without, or some of each."""
    for style in styles:
        if not _suits(values[0], style):
            continue
        used, left = [], values
        for time in TIMES:
            unparsed = [value for value in left if not _parses(value, style + time)]
            used += [style + time] if len(unparsed) < len(left) else []
            left = unparsed
            if not left:
                return tuple(sorted(used, key=len, reverse=True))
    return ()


def _suits(value: str, style: str) -> bool:
    """Tell whether a style parses a value, with or without a time."""
    return any(_parses(value, style + time) for time in TIMES)


def _parses(value: str, format: str) -> bool:
    try:
        return bool(datetime.strptime(value, format))  # noqa: DTZ007 - only the format matters
    except ValueError:
        return False
