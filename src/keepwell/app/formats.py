"""This file writes dates, money and numbers as the reader's own country does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

from keepwell.health.explain import display

USUAL = "en_GB"
NONE = "\N{EN DASH}"  # where there is no number
NEGATIVE = re.compile(r"(?<![\w.-])-(?=\d)")  # no hyphen of a date or of an id
ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
SKELETON = "dMMM"  # 7 Nov
SKELETON_WITH_YEAR = "yMMMd"  # 7 Nov 2027
Amount = Decimal | float
ASKED = re.compile(r"\s*([A-Za-z]{2,3})(?:-([A-Za-z]{2}))?\s*(?:;.*)?$")


@dataclass(frozen=True)
class Formats:
    """How one reader writes: their locale, and the day on which they read."""

    locale: Locale
    today: date

    def day(self, on: date | None) -> str:
        """Write a date; one in another year carries it."""
        if on is None:
            return NONE
        return (
            self.long_day(on)
            if on.year != self.today.year
            else format_date(on, _pattern(self.locale, False), self.locale)
        )

    def dates(self, words: str) -> str:
        """Write the dates in a sentence as in the rest of the page.

        >>> of("en", date(2026, 11, 2)).dates("until 2026-11-30, not 2026-13-01")
        'until 30 Nov, not 2026-13-01'
        """
        return ISO.sub(lambda found: self._said(found[0]), words)

    def _said(self, iso: str) -> str:
        try:
            return self.day(date.fromisoformat(iso))
        except ValueError:
            return iso

    def short_day(self, on: date) -> str:
        """Write a date where its year stands already."""
        return format_date(on, _pattern(self.locale, False), self.locale)

    def whole_month(self, on: date) -> str:
        """Name a month in full, with its year."""
        return format_date(on, "LLLL y", self.locale)

    def long_day(self, on: date) -> str:
        """Write a date with its year."""
        return format_date(on, _pattern(self.locale, True), self.locale)

    def month(self, on: date) -> str:
        """Name a month briefly, with its year where that is another."""
        return format_date(on, "MMM" if on.year == self.today.year else "MMM ''yy", self.locale)

    def weekday(self, on: date) -> str:
        """Write a date in full, as at the head of a page."""
        return format_date(on, "full", self.locale)

    def moment(self, at: datetime, zone: str) -> str:
        """Write a moment with its time in a zone."""
        from zoneinfo import ZoneInfo

        local = at.astimezone(ZoneInfo(zone))
        return f"{self.day(local.date())}, {format_datetime(local, 'HH:mm', locale=self.locale)}"

    def money(self, amount: Amount | None, currency: str) -> str:
        """Write an amount briefly, as in lists: 16.3k, 1.2M."""
        if amount is None:
            return NONE
        if abs(float(amount)) < 1000:
            return self.whole_money(amount, currency)
        short = format_compact_currency(amount, currency, locale=self.locale, fraction_digits=1)
        return short.replace("K", "k") if self.locale.language == "en" else short

    def whole_money(self, amount: Amount | None, currency: str) -> str:
        """Write an amount without cents."""
        if amount is None:
            return NONE
        pattern = self.locale.currency_formats["standard"].pattern
        whole = re.sub(r"(0)[.]0+", r"\1", pattern)
        return format_currency(
            round(float(amount)), currency, whole, self.locale, currency_digits=False
        )

    def number(self, number: Amount, digits: int = 0) -> str:
        """Write a number with at most so many decimals."""
        pattern = "#,##0." + "#" * digits if digits else "#,##0"
        return format_decimal(round(float(number), digits), pattern, self.locale)

    def share(self, share: float | None) -> str:
        """Write a share from 0 to 1 in percent: of a part neither 0 % nor 100 %."""
        return NONE if share is None else self._percent(display.share(share))

    def coverage(self, share: float | None) -> str:
        """Write a coverage, cut to whole percents: what is too little must not read as enough."""
        return NONE if share is None else self._percent(display.coverage(share))

    def _percent(self, hundredths: float) -> str:
        pattern = "#,##0.######%" if self.locale.language == "en" else "#,##0.###### %"
        return format_percent(hundredths / 100, pattern, self.locale)


def of(accept_language: str, today: date) -> Formats:
    """Give the formats of a reader by what their browser asks for; British English where that says nothing known.

    >>> of("de-AT,de;q=0.9", date(2026, 11, 2)).day(date(2026, 11, 7))
    '7. Nov.'
    """
    return Formats(_locale(accept_language[:200]), today)


def minus(words: str) -> str:
    """Write the minus of numbers as one: a hyphen is half as wide as the plus above or below it.

    >>> ascii(minus("Lost 5 (-5.3), until 2026-11-30, FH-7"))
    "'Lost 5 (\\\\u22125.3), until 2026-11-30, FH-7'"
    """
    return NEGATIVE.sub("\N{MINUS SIGN}", words)


@lru_cache(maxsize=256)
def _locale(accept_language: str) -> Locale:
    for asked in accept_language.split(","):
        if found := ASKED.match(asked):
            language, country = found[1].lower(), (found[2] or "").upper()
            for name in (f"{language}_{country}" if country else "", language):
                try:
                    if name:
                        # A bare "en" is what browsers send by default; most of the world writes its days first.
                        return Locale.parse(USUAL if name == "en" else name)
                except (UnknownLocaleError, ValueError):
                    continue
    return Locale.parse(USUAL)


@lru_cache(maxsize=512)
def _pattern(locale: Locale, with_year: bool) -> str:
    name = SKELETON_WITH_YEAR if with_year else "MMMd"
    found = locale.datetime_skeletons.get(name)
    return found.pattern if found else ("d MMM y" if with_year else "d MMM")
