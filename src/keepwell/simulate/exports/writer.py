"""This file writes export files, and formats dates and numbers as different systems do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from keepwell.simulate import vendor
from keepwell.simulate.company import Company
from keepwell.simulate.faults import Planter, Row
from keepwell.simulate.world import NEVER, to_date

# Roughly what a unit of each currency is worth in euro.
EUROS_PER_UNIT = {"EUR": 1.0, "GBP": 1.16, "USD": 0.91, "SEK": 0.088}


class ExportWriter:
    """Writes a company's files into a folder; every system plants its faults through it."""

    def __init__(self, company: Company, folder: Path) -> None:
        self.company, self.folder = company, folder
        self.world, self.accounts = company.world, company.accounts
        self.planter = Planter(company.world.rng("faults"), len(company.accounts))

    def currency(self, account: int) -> str:
        """Return the currency that an account pays in."""
        return vendor.CURRENCIES.get(vendor.COUNTRIES[int(self.accounts.country[account])], "EUR")

    def write_rows(
        self,
        file: str,
        header: Sequence[str],
        rows: Iterable[Row],
        delimiter: str = ",",
        encoding: str = "utf-8",
    ) -> None:
        """Write rows as a file of delimited text."""
        self.write_text(file, delimited(header, rows, delimiter), encoding)

    def write_text(self, file: str, text: str, encoding: str = "utf-8") -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(encoding, errors="replace"))


def delimited(header: Sequence[str], rows: Iterable[Row], delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def iso_date(day: int | None) -> str:
    return "" if day is None or day >= NEVER else to_date(day).isoformat()


def slash_date(day: int) -> str:
    """Format a date with the day first, as in Ireland.

    >>> slash_date(0)
    '01/01/1970'
    """
    return f"{to_date(day):%d/%m/%Y}"


def dot_date(day: int) -> str:
    """Format a date with the day first, as in Germany.

    >>> dot_date(0)
    '01.01.1970'
    """
    return f"{to_date(day):%d.%m.%Y}"


def clock_time(minute: int) -> str:
    """Format the time of day of a minute since 1970.

    >>> clock_time(1440 + 65)
    '01:05'
    """
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def iso_time(minute: int) -> str:
    return f"{to_date(minute // 1440).isoformat()}T{clock_time(minute)}:00Z"


def yes_no(flag: object) -> str:
    return "yes" if flag else "no"


def whole_number(number: int | None) -> str:
    return "" if number is None else str(number)


def decimal_comma(amount: float) -> str:
    """Format an amount with two decimals after a comma.

    >>> decimal_comma(1234.5)
    '1234,50'
    """
    return f"{amount:.2f}".replace(".", ",")
