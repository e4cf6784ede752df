"""This file says which accounts a page is of, and where in the order of scores it begins."""

from __future__ import annotations

import functools
import math
import operator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q

from keepwell.app.models.accounts import REVENUE_DIGITS
from keepwell.app.models.scores import NO_SCORE
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.score_row import ScoreRow

MOST = 10.0 ** (
    REVENUE_DIGITS - 7
)  # more than anybody pays, and still a revenue that can be stored


@dataclass(frozen=True)
class Cursor:
    """Where an account stands: the lowest score first, those without one last; among equal scores overrides last."""

    sort_score: float
    is_override: bool
    account_id: str

    @classmethod
    def of_override(cls, row: ScoreRow) -> Cursor:
        return cls(cls.sort_score_of(row), True, row.account_id)

    @staticmethod
    def sort_score_of(row: ScoreRow) -> float:
        return NO_SCORE if row.score is None else row.score

    def is_behind(self, after: Cursor | None) -> bool:
        """Tell whether an override stands behind another place."""
        if after is None or self.sort_score > after.sort_score:
            return True
        is_equal = self.sort_score == after.sort_score
        return is_equal and (not after.is_override or self.account_id > after.account_id)


@dataclass(frozen=True)
class Wanted:
    """The accounts that a page is of; none is any, and a band that is empty are those without a score.

    `renews_within` is a day and how many days after it notice or renewal is due at the latest; `revenue`
    the least a year, where an unknown one counts as 0.
    """

    band: str | None = None
    owner: str | None = None
    segment: str | None = None
    renews_within: tuple[date, int] | None = None
    revenue: float | None = None

    @property
    def given(self) -> dict[str, str]:
        named = {"band": self.band, "owner": self.owner, "segment": self.segment}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def of_accounts(self) -> Q | None:
        """The test of accounts that the database makes, besides that of equal cells; none where any will do."""
        tests = []
        if self.renews_within:
            on, days = self.renews_within
            ahead = (on, on + timedelta(days=days))
            tests.append(Q(next_notice_on__range=ahead) | Q(next_renewal_on__range=ahead))
        if self.revenue is not None and self.revenue <= 0:
            tests.append(Q(revenue__isnull=True) | Q(revenue__gte=max(self.revenue, -MOST)))
        elif self.revenue is not None:  # more than can be stored nobody pays
            tests.append(Q(revenue__gte=self._least) if self.revenue < MOST else Q(pk__in=()))
        return functools.reduce(operator.and_, tests) if tests else None

    @property
    def _least(self) -> Decimal:
        return Decimal(str(self.revenue))

    def includes(self, score: ScoreRow, account: AccountRow | None) -> bool:
        values = {
            "band": score.band or "",
            "owner": account.owner if account else "",
            "segment": account.segment if account else "",
        }
        if self.renews_within and not (account and account.next_decision(*self.renews_within)):
            return False
        if self.revenue is not None:
            paid = account.revenue if account else None
            if math.isnan(self.revenue) or (paid or Decimal(0)) < self._least:
                return False
        return all(values[name] == value for name, value in self.given.items())
