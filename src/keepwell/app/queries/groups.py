"""This file answers which accounts an account belongs together with: the one above it and those right below, with their scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from keepwell.app.queries import accounts, scores
from keepwell.app.queries.accounts import AccountRow, ParentRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import Viewer


@dataclass(frozen=True)
class Member:
    """One account below; `score` is none where it was not scored."""

    account: AccountRow
    score: ScoreRow | None


@dataclass(frozen=True)
class Group:
    """The account above, of which everybody below learns name and band, and those right below by revenue.

    `score` is that of the one above, for whoever may see it. `others` stand below too and are not the reader's to see.
    """

    parent: ParentRow | None
    score: ScoreRow | None
    children: tuple[Member, ...]
    others: int

    @property
    def is_empty(self) -> bool:
        return not (self.parent or self.children or self.others)


def of_account(
    viewer: Viewer, account_id: str, run: ScoredRun | None, *, on: date | None = None
) -> Group:
    """The group of one account, with the scores of a run and the overrides of a day; raises `accounts.NoSuchAccount`."""
    parent = accounts.parent_of(viewer, account_id)
    children, others = accounts.children(viewer, account_id)
    above = [parent.account_id] if parent and parent.is_visible else []
    rows = _scores(viewer, run, [*above, *(row.account_id for row in children)], on)
    members = [Member(row, rows.get(row.account_id)) for row in children]
    members.sort(key=lambda each: (-(each.account.revenue or 0), each.account.label.casefold()))
    return Group(
        parent, rows.get(parent.account_id) if parent and above else None, tuple(members), others
    )


def _scores(
    viewer: Viewer, run: ScoredRun | None, ids: list[str], on: date | None
) -> dict[str, ScoreRow]:
    if run is None or not ids:
        return {}
    found = {row.account_id: row for row in scores.of_some(viewer, [run], ids)}
    changed = scores.overridden_on(viewer, run, on, ids) if on else {}
    return found | {each: row for each, row in changed.items() if each in found}
