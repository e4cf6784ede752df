"""This file writes points, percentages and values as people read them."""

from __future__ import annotations

from dataclasses import replace

from keepwell.health.definition.measure import REASONS
from keepwell.health.explain.reading import Reading


def points(score: float) -> str:
    """Write a score or points cut to tenths: a 69.96 that is not Green must not read 70.

    >>> points(69.96), points(4.0)
    ('69.9', '4')
    """
    return f"{int(score * 10 + 1e-9) / 10:g}"


def tenths(number: float) -> str:
    """Write points gained or lost, rounded to tenths.

    >>> tenths(4.04), tenths(12.25)
    ('4', '12.2')
    """
    return f"{round(number, 1):g}"


def signed(number: float) -> str:
    """Write points gained or lost with their sign.

    >>> signed(4.04), signed(-12.25)
    ('+4', '-12.2')
    """
    return f"{'+' if number > 0 else '-'}{tenths(abs(number))}"


def percent(share: float) -> str:
    """Write a share as a percentage; below ten with one decimal.

    >>> percent(0.825), percent(0.0449), percent(-0.0863)
    ('82 %', '4.5 %', '-8.6 %')
    """
    hundredths = share * 100
    if abs(hundredths) >= 10:
        return f"{hundredths:.0f} %"
    return f"{round(hundredths, 1):g} %"


def amount(number: float) -> str:
    """Write three digits, or all of a whole number, with thousands.

    >>> amount(1234.5), amount(12.345), amount(1200000)
    ('1,234', '12.3', '1,200,000')
    """
    is_whole = abs(number) >= 100 or number == int(number)
    return f"{number:,.0f}" if is_whole else f"{number:.3g}"


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
    """
    if reading.missing:
        return reason(reading.missing)
    if reading.never:
        text = "never"
    elif reading.label is not None:
        text = reading.label
        if reading.number is not None:
            text += f" at {points(reading.number)}"
    else:
        text = _number(reading)
    if reading.carried_days:
        text += f", carried over from {reading.carried_days} days earlier"
    return text


def bare_value(reading: Reading) -> str:
    """Write what was read without what it is compared with, for texts that put two values side by
    side."""
    return value(replace(reading, target=None, baseline=None, carried_days=None))


def _number(reading: Reading) -> str:
    number = reading.number or 0.0
    write = percent if reading.is_percent else amount
    text, unit = write(number), reading.unit
    if reading.is_change and number > 0:
        text = f"+{text}"
    if reading.target:
        text += f" of {write(reading.target)}"
    elif number == 1 and unit.endswith("s"):
        unit = unit[:-1]
    text = f"{text} {unit}".strip()
    return text if reading.baseline is None else f"{text} vs baseline {write(reading.baseline)}"
