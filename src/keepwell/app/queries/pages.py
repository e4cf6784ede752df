"""This file says which accounts a page is of, and where in the order of scores it begins."""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.app.models.scores import NO_SCORE
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.score_row import ScoreRow


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
    """The accounts that a page is of; none is any, and a band that is empty are those without a score."""

    band: str | None = None
    owner: str | None = None
    segment: str | None = None

    @property
    def given(self) -> dict[str, str]:
        named = {"band": self.band, "owner": self.owner, "segment": self.segment}
        return {name: value for name, value in named.items() if value is not None}

    def includes(self, score: ScoreRow, account: AccountRow | None) -> bool:
        values = {
            "band": score.band or "",
            "owner": account.owner if account else "",
            "segment": account.segment if account else "",
        }
        return all(values[name] == value for name, value in self.given.items())
