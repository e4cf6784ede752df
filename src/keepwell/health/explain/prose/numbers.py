"""This file writes points, percentages and values as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from keepwell.health.definition.band import Band
from keepwell.health.definition.measure import REASONS
from keepwell.health.explain import display
from keepwell.health.explain.reading import EmptyCells, Reading, Rejected


def points(score: float, bands: Sequence[Band] = ()) -> str:
    """Write a score so that it lies in its band, or points cut to tenths: a 69.96 that is not Green
    must not read 70.

    >>> points(69.96), points(4.0)
    ('69.9', '4')
    """
    return plain(display.score(score, bands))


def plain(shown: float) -> str:
    """Write a figure that is rounded already.

    >>> plain(4.0), plain(49.67)
    ('4', '49.67')
    """
    return f"{shown:.{display.MOST_DIGITS}f}".rstrip("0").rstrip(".")


def tenths(number: float) -> str:
    """Write points gained or lost, rounded to tenths.

    >>> tenths(4.04), tenths(12.25)
    ('4', '12.2')
    """
    return f"{round(number, 1):g}"


def signed(number: float, is_rounded: bool = False) -> str:
    """Write points gained or lost with their sign; a figure that `is_rounded` keeps its decimals.

    >>> signed(4.04), signed(-12.25)
    ('+4', '-12.2')
    """
    text = plain(abs(number)) if is_rounded else tenths(abs(number))
    return f"{'+' if number > 0 else '-'}{text}"


def percent(share: float, edges: Sequence[float] = ()) -> str:
    """Write a share as a percentage, below ten with one decimal; with more where it would else read as all or nothing, or
    as beyond one of the edges, which are shares too.

    >>> percent(0.825), percent(0.0449), percent(-0.0863), percent(299 / 300), percent(0.7996, [0.8])
    ('82 %', '4.5 %', '-8.6 %', '99.7 %', '79.96 %')
    """
    hundredths = share * 100
    fewest = 0 if abs(hundredths) >= 10 else 1
    shown = display.beside(hundredths, [100.0, *(100 * each for each in edges)], fewest)
    return f"{plain(shown)} %"


def _hundredths(number: float, edges: Sequence[float] = ()) -> str:
    return percent(number / 100, [each / 100 for each in edges])


def amount(number: float, edges: Sequence[float] = ()) -> str:
    """Write three digits, or all of a whole number, with thousands; more digits where it would else read as beyond an edge.

    >>> amount(1234.5), amount(12.345), amount(1200000), amount(2.9996, [3]), amount(99.7, [100])
    ('1,234', '12.3', '1,200,000', '2.9996', '99.7')
    """
    return _digits(number, edges, 3)


def _digits(number: float, edges: Sequence[float], fewest: int) -> str:
    is_whole = abs(number) >= 100 or number == int(number)
    for more in range(display.MOST_DIGITS):
        text = f"{number:,.{more}f}" if is_whole else f"{number:.{fewest + more}g}"
        if display.is_beside(number, float(text.replace(",", "")), edges):
            break
    return text


def reason(code: str) -> str:
    """Say why there is no value.

    >>> reason("no_rows")
    'no data'
    """
    return REASONS.get(code, code)


def value(reading: Reading) -> str:
    """Write what was read, with its unit, target and age.

    >>> value(Reading(1.0, unit="sponsors", target=1.0)), value(Reading(1.0, unit="sponsors"))
    ('1 of 1 sponsors', '1 sponsor')
    >>> value(Reading(-9.1667, unit="% of the way")), value(Reading(18.34, unit="% of the way"))
    ('-9.2 % of the way', '18 % of the way')
    """
    if reading.missing:
        return reason(reading.missing)
    if reading.never:
        text = "never"
    elif reading.label is not None:
        text = reading.label
        if reading.number is not None:
            text += f" at {points(reading.number, reading.bands)}"
    else:
        text = _number(reading)
    if reading.carried_days:
        text += f", carried over from {reading.carried_days} days earlier"
    return text


def rejected(found: Rejected) -> str:
    """Say how many of the rows behind a measure were rejected, and where.

    >>> rejected(Rejected(3, 10, (4,))), rejected(Rejected(1, 1, (3, 4)))
    ('3 of 10 rows rejected in import 4', '1 of 1 row rejected in imports 3 and 4')
    >>> rejected(Rejected(30, 1000, (3, 4, 9)))
    '30 of 1,000 rows rejected in 3 imports from 3 to 9'
    """
    first, *others = found.imports
    where = f"import {first}"
    if len(others) == 1:
        where = f"imports {first} and {others[0]}"
    elif others:
        where = f"{len(found.imports)} imports from {first} to {others[-1]}"
    rows = "row" if found.of == 1 else "rows"
    return f"{found.rows:,} of {found.of:,} {rows} rejected in {where}"


def empty_cells(found: EmptyCells) -> str:
    """Say how many of the rows behind a measure lack its number.

    >>> empty_cells(EmptyCells(3, 40, "amount")), empty_cells(EmptyCells(1, 1, ""))
    ('3 of 40 rows have no amount', '1 of 1 row lacks a date or number')
    """
    rows = "row" if found.of == 1 else "rows"
    lack = ("has", "lacks") if found.of == 1 else ("have", "lack")
    what = f"{lack[0]} no {found.column}" if found.column else f"{lack[1]} a date or number"
    return f"{found.rows:,} of {found.of:,} {rows} {what}"


def lacking(reading: Reading) -> str:
    """Say what a value lacks: rows that were rejected, and rows with an empty cell."""
    told = [rejected(reading.rejected)] if reading.rejected else []
    told += [empty_cells(reading.empty)] if reading.empty else []
    return "; ".join(told)


def bare_value(reading: Reading) -> str:
    """Write what was read without what it is compared with, for texts that put two values side by
    side."""
    return value(replace(reading, target=None, baseline=None, carried_days=None))


def _number(reading: Reading) -> str:
    number, unit, edges = reading.number or 0.0, reading.unit, reading.edges
    write = percent if reading.is_percent else amount
    if unit == "%" or unit.startswith("% "):  # "% of the way": 66.7, and not 0.667
        unit, write = unit[2:], _hundredths
    text = write(number, [*edges, *([reading.target] if reading.target else [])])
    if reading.is_change and number > 0:
        text = f"+{text}"
    if reading.target:
        text += f" of {write(reading.target)}"
    else:
        what, per, whole = unit.partition(" per ")
        if per and abs(number) < 10:
            text = _digits(number, edges, 2)
        if number == 1 and what.endswith("s"):
            unit = f"{what[:-1]}{per}{whole}"
    text = f"{text} {unit}".strip()
    return text if reading.baseline is None else f"{text} vs baseline {write(reading.baseline)}"
