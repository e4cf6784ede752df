"""This file holds what every export needs: the company, the folder, the planter of faults, and how days and numbers are written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from keepwell.simulate import vendor
from keepwell.simulate.company import Company
from keepwell.simulate.faults import Planter, Row
from keepwell.simulate.world import NEVER, day

# What a unit of each currency is worth in euro, about.
WORTH = {"EUR": 1.0, "GBP": 1.16, "USD": 0.91, "SEK": 0.088}


class Exports:
    """Where exports are written: each system of the company has its own habits, and all plant their faults here."""

    def __init__(self, company: Company, folder: Path) -> None:
        self.company, self.folder = company, folder
        self.world, self.accounts = company.world, company.accounts
        self.planter = Planter(company.world.dice("faults"), len(company.accounts))

    def currency(self, who: int) -> str:
        """What an account pays in."""
        return vendor.CURRENCIES.get(vendor.COUNTRIES[int(self.accounts.country[who])], "EUR")

    def write(
        self,
        file: str,
        header: Sequence[str],
        rows: Iterable[Row],
        delimiter: str = ",",
        encoding: str = "utf-8",
    ) -> None:
        """Write rows as a file of delimited text."""
        self.text(file, delimited(header, rows, delimiter), encoding)

    def text(self, file: str, text: str, encoding: str = "utf-8") -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(encoding, errors="replace"))


def delimited(header: Sequence[str], rows: Iterable[Row], delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def iso(on: int | None) -> str:
    return "" if on is None or on >= NEVER else day(on).isoformat()


def slashed(on: int) -> str:
    return f"{day(on):%d/%m/%Y}"


def dotted(on: int) -> str:
    return f"{day(on):%d.%m.%Y}"


def clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def moment(minute: int) -> str:
    return f"{day(minute // 1440).isoformat()}T{clock(minute)}:00Z"


def yes(flag: object) -> str:
    return "yes" if flag else "no"


def whole(number: int | None) -> str:
    return "" if number is None else str(number)


def comma(amount: float) -> str:
    return f"{amount:.2f}".replace(".", ",")
