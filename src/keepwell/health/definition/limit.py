"""This file holds the limits of what is kept: how long a text, how large a number, how late a day may
be, the same for every database."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

# An index of PostgreSQL holds 2,700 bytes a row, a character has up to four, and some indexes hold
# two or three of these texts. What is rejected here is rejected with SQLite too, though it could
# keep it: a workspace must be able to move.
KEY = 200  # characters of an id, or of a name by which accounts are listed
TEXT = 2_000  # of any other word, name or sentence
NOTE = 100_000  # of what people wrote: a comment, an email
# Before 1900 are two-digit years and mistakes; after 9999 Python has no days.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9999, 12, 31)
# A hundred years: taken from any day that a fact can have, it still leaves a day.
LONGEST_DAYS = 36_600
# DECIMAL(18,6), in which quantities are kept.
DIGITS = 12  # before the point
LARGEST_QUANTITY = Decimal("999999999999.999999")
FINEST = -30  # the exponent of the last decimal that a number may be written with
# What one card can have of everything. Ten times as much as any real card, and still checked and
# scored within seconds; without limits, a few lines make a run that never ends.
MEASURES, RULES, SEGMENTS, EXEMPTIONS, OUTCOMES = 200, 500, 100, 1_000, 200
SCALES = 1_000  # that segments and accounts put in place of the card's own
ENTRIES = 1_000  # of one list of steps, or one lookup
TESTS = 5_000  # in the conditions of all measures and segments: each is a piece of a query
# Windows of the past that baselines, growth and gaps are filled from, of all measures together.
EARLIER = 10_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def unstorable(text: str) -> str:
    """Name the first character of a text that not every database can keep: a NUL, or one half of a
    surrogate pair, which is no character at all. Empty where there is none.

    >>> unstorable("Köln"), unstorable("a" + chr(0)), unstorable(chr(0xDC80))
    ('', 'U+0000', 'U+DC80')
    """
    found = _UNSTORABLE.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def shown(text: str) -> str:
    """Write a text so that it can be printed and stored, whatever was in it.

    >>> shown("caf" + chr(0xDCE9))
    'caf\\\\udce9'
    """
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def way_out(text: str) -> str:
    """Say what to write in place of a number that is no quantity; nothing where it is no number.

    >>> way_out("many"), way_out("1e999")
    ('', 'Use a number with up to 12 digits before the point.')
    """
    try:
        Decimal(text)
    except InvalidOperation:
        return ""
    return f"Use a number with up to {DIGITS} digits before the point."


def quantity(text: str) -> Decimal | None:
    """Read a number that a quantity can hold; none for any other text.

    >>> quantity("12.5"), quantity("1e12"), quantity("1e-999999999"), quantity("many")
    (Decimal('12.5'), None, None, None)
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    if not number:
        return Decimal(0)
    # The exponent first: writing 1e-999999999 out takes gigabytes, and comparing it as long.
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < FINEST or number.adjusted() >= DIGITS:
        return None
    return number if abs(number) <= LARGEST_QUANTITY else None
