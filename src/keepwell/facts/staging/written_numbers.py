"""This file writes the SQL that reads numbers as people write them: with signs of currencies, in parentheses, in percent, as durations."""

from __future__ import annotations

from keepwell.facts.duckdb_session import literal

NOTHING = ("-", "\u2013", "\u2014")  # written into a sheet where there is no number
# Which currencies a sign can stand for; an amount that is said to be in another is no amount.
SIGNS = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"),
    "\u20ac": ("EUR",),
    "\u00a3": ("GBP",),
    "\u00a5": ("JPY", "CNY"),
    "\u20b9": ("INR",),
}
_SIGN = f"[{''.join(SIGNS)}]"
_MINUS = "[-\u2212]"
_DIGITS = r"(?:[0-9][0-9.,' \x{00a0}\x{202f}_]*|[.,][0-9]+)"
SECONDS = {"minutes": 60, "hours": 3600, "days": 86400}
_CLOCK = r"([0-9]+):([0-5][0-9]):([0-5][0-9])"
_PARTS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_SPOKEN = r"([0-9]+(\.[0-9]+)?\s*d\s*)?([0-9]+(\.[0-9]+)?\s*h\s*)?([0-9]+(\.[0-9]+)?\s*m\s*)?([0-9]+(\.[0-9]+)?\s*s)?"


def bare(text: str, *, is_money: bool) -> str:
    """Write a number without what people write around it; NULL where it is none.

    Parentheses and a minus behind a number are those of accountants. An amount can have the sign of a currency before it or
    behind it, and any other number a percent sign.
    """
    before, after = (_SIGN, _SIGN) if is_money else ("", "%")
    before = f"(?:{before}\\s*)?" if before else ""
    after = f"(?:\\s*{after})?"
    plain = f"\\+?\\s*{before}{_DIGITS}{after}"
    negative = "|".join((
        f"{_MINUS}\\s*{before}{_DIGITS}{after}",
        f"{before}{_MINUS}\\s*{_DIGITS}{after}",
        f"\\(\\s*{before}{_DIGITS}{after}\\s*\\)",
        f"{before}{_DIGITS}{after}\\s*{_MINUS}",
    ))  # fmt: skip
    digits = f"trim(regexp_extract({text}, {literal(_DIGITS)}))"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(plain)}) THEN {digits} "
        f"WHEN regexp_full_match({text}, {literal(negative)}) THEN '-' || {digits} END"
    )


def other_currency(text: str, code: str) -> str:
    """Write the test of whether an amount has the sign of another currency than the one that it is said to be in."""
    return " OR ".join(
        f"(contains({text}, {literal(sign)}) AND {code} NOT IN ({', '.join(map(literal, codes))}))"
        for sign, codes in SIGNS.items()
    )


def duration(text: str, unit: str) -> str:
    """Write a duration such as 27:30:00 or 1d 4h as a number of a unit; NULL where it is none.

    Two parts alone, 12:30, could be minutes and seconds, and are none.
    """
    hours, minutes, seconds = (f"regexp_extract({text}, {literal(_CLOCK)}, {group})::DECIMAL(18,6)" for group in (1, 2, 3))  # fmt: skip
    spoken = " + ".join(
        f"coalesce(TRY_CAST(nullif(regexp_extract(lower({text}), {literal(f'([0-9]+(?:[.][0-9]+)?)[ ]*{part}')}, 1), '') AS DECIMAL(18,6)), 0) * {length}"
        for part, length in _PARTS.items()
    )
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(_CLOCK)}) THEN ({hours} * 3600 + {minutes} * 60 + {seconds}) / {SECONDS[unit]} "
        f"WHEN {text} <> '' AND regexp_full_match(lower({text}), {literal(_SPOKEN)}) THEN ({spoken}) / {SECONDS[unit]} END"
    )
