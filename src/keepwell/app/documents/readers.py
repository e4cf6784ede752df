"""This file holds for whom a judgement is written: what they call accounts and measures, and how they write days and money."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from keepwell.app.formats import NONE, Formats
from keepwell.health.definition.band import Band, band_of
from keepwell.health.explain import prose

Link = Callable[[str], str]


@dataclass(frozen=True)
class Reader:
    """How one judgement is written for one reader; `url` gives the page of an account, where there are pages."""

    names: Mapping[str, str]
    labels: Mapping[str, str]
    bands: Sequence[Band]
    formats: Formats
    currency: str
    url: Link | None = None

    def name(self, account_id: str) -> str:
        return self.names.get(account_id, account_id)

    def page(self, account_id: str) -> str:
        """Give where an account is shown; empty where there are no pages, and for one that is no more."""
        return self.url(account_id) if self.url and account_id in self.names else ""

    def money(self, amount: float | None) -> str:
        """Write an amount briefly."""
        return self.formats.money(amount, self.currency)

    def whole_money(self, amount: float | None) -> str:
        return self.formats.whole_money(amount, self.currency)

    def score(self, score: float | None) -> str:
        """Write a score without decimals, except where rounding would carry it over the edge of its band."""
        if score is None:
            return NONE
        if band_of(float(round(score)), self.bands) is band_of(score, self.bands):
            return str(round(score))
        return prose.points(score, self.bands)
