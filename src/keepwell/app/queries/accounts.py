"""This file answers which accounts there are: by id or name, and as a portfolio with their latest scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from keepwell.app.models import integrity
from keepwell.app.models.accounts import Account
from keepwell.app.queries import scores
from keepwell.app.queries.scores import ScoreRow
from keepwell.app.viewers import Viewer
from keepwell.errors import Invalid, NotFound

MOST_CANDIDATES = 5


class NoSuchAccount(NotFound):
    """No account has this id or name; the message proposes the nearest."""

    code = "A101"


class SeveralAccounts(Invalid):
    """More than one account is called so; the message lists their ids."""

    code = "A102"


@dataclass(frozen=True)
class AccountRow:
    """One account as it stands. `revenue` is recurring, a year, in the workspace's currency; none without any contract."""

    account_id: str
    name: str
    owner: str
    segment: str
    parent_id: str | None
    started_on: date | None
    revenue: Decimal | None
    next_notice_on: date | None
    next_renewal_on: date | None
    current_on: date

    @property
    def label(self) -> str:
        return self.name or self.account_id


@dataclass(frozen=True)
class PortfolioRow:
    """One account with its score in a run, where it has one."""

    account: AccountRow
    score: ScoreRow | None


def find(viewer: Viewer, wanted: str) -> AccountRow:
    """One account by its id, else by its name or the only name that holds the text; raises with the nearest names."""
    rows = everyone(viewer)
    for found in (
        [row for row in rows if row.account_id == wanted],
        [row for row in rows if row.name.casefold() == wanted.casefold()],
        [row for row in rows if wanted.casefold() in row.name.casefold()] if wanted else [],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise SeveralAccounts(
                f"{len(found)} accounts are called `{wanted}`: {_listed(found)}. Give the id."
            )
    raise NoSuchAccount(f"No account is called `{wanted}`.{_near(wanted, rows)}")


def everyone(viewer: Viewer) -> tuple[AccountRow, ...]:
    """All accounts by id; raises `IntegrityError` where they are not what was written."""
    kept = integrity.stored(Account.objects.order_by("account_id"))
    integrity.check_accounts(kept)
    return tuple(_row(account) for account in kept)


def names(viewer: Viewer) -> dict[str, str]:
    """What people call each account: its name, or its id where it has none."""
    return {
        account_id: name or account_id
        for account_id, name in Account.objects.values_list("account_id", "name")
    }


def ids(viewer: Viewer) -> list[str]:
    """The ids of all accounts."""
    return list(Account.objects.order_by("account_id").values_list("account_id", flat=True))


def portfolio(viewer: Viewer, run_id: str | None = None) -> tuple[PortfolioRow, ...]:
    """All accounts with their scores in a run (the latest published one where none is given), by account id."""
    run = scores.latest(viewer) if run_id is None else scores.run(viewer, run_id)
    scored = {row.account_id: row for row in scores.rows(viewer, run.run_id)} if run else {}
    return tuple(
        PortfolioRow(account, scored.get(account.account_id)) for account in everyone(viewer)
    )


def without_contract(viewer: Viewer) -> set[str]:
    """The accounts whose recurring contract lines had all ended at the latest import; not those who never had any."""
    return {row.account_id for row in everyone(viewer) if row.revenue == 0}


def most_at_stake(viewer: Viewer, run_id: str) -> tuple[PortfolioRow, ...]:
    """The accounts at risk in a run that still pay, the largest yearly revenue first."""
    rows = [
        row
        for row in portfolio(viewer, run_id)
        if row.score and row.score.meaning == "at risk" and (row.account.revenue or 0) > 0
    ]
    return tuple(
        sorted(rows, key=lambda row: (-(row.account.revenue or 0), row.account.account_id))
    )


def _row(account: Account) -> AccountRow:
    return AccountRow(
        account.account_id, account.name, account.owner, account.segment, account.parent_id or None, account.started_on,
        account.revenue, account.next_notice_on, account.next_renewal_on, account.current_on,
    )  # fmt: skip


def _listed(rows: Iterable[AccountRow]) -> str:
    ids = [row.account_id for row in rows]
    return ", ".join(ids[:MOST_CANDIDATES]) + (", ..." if len(ids) > MOST_CANDIDATES else "")


def _near(wanted: str, rows: Iterable[AccountRow]) -> str:
    known = {text.casefold(): text for row in rows for text in (row.name, row.account_id) if text}
    near = get_close_matches(wanted.casefold(), known, n=1)
    return f" Did you mean `{known[near[0]]}`?" if near else ""
