"""This file answers which accounts there are: by id, by name, or all of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

from django.db import connection
from django.db.models import Q, QuerySet

from keepwell.app import answers
from keepwell.app.models import checksums, integrity
from keepwell.app.models.accounts import Account, Projection
from keepwell.app.models.scores import CurrentScore
from keepwell.app.rights import Right
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError, Invalid, NotAllowed, NotFound
from keepwell.health.definition import limit

MOST_CANDIDATES = 5
FEW = 500  # accounts that are named in a question; of more it asks for all
MOST_SIMILAR = 500  # names among which the nearest is looked for


class NoSuchAccount(NotFound):
    """No account has this id or name; the message proposes the nearest."""

    code = "A101"


class SeveralAccounts(Invalid):
    """More than one account is called so; the message lists their ids and names."""

    code = "A102"


class NotYours(NotAllowed):
    """The account may be read, and not changed."""

    code = "A103"


@dataclass(frozen=True)
class Decision:
    """What a customer decides next, and by when: to give notice, or to renew; or that it is `leaving`, and when."""

    kind: Literal["notice", "renewal", "leaving"]
    on: date


@dataclass(frozen=True)
class AccountRow:
    """One account as it is now.

    `revenue` is recurring, a year, in the workspace's currency; none where no amount is known. `running_lines` are the contract
    lines that bring it, with rejected ones that may run, and `unpriced_lines` those of them without a known amount; none
    where they were not counted yet.
    """

    account_id: str
    name: str
    owner: str
    segment: str
    parent_id: str | None
    started_on: date | None
    revenue: Decimal | None
    next_notice_on: date | None
    next_renewal_on: date | None
    last_touch_on: date | None
    notice_given_on: date | None = None
    running_lines: int | None = None
    unpriced_lines: int | None = None

    @property
    def label(self) -> str:
        return self.name or self.account_id

    @property
    def pays(self) -> bool:
        """Tell whether an amount is known of lines that run; of a free plan it is 0."""
        return self.revenue is not None and not self.has_ended

    @property
    def has_ended(self) -> bool:
        """Tell whether the account had recurring contract lines, and none runs any more."""
        return self.revenue == 0 and not self.running_lines

    def next_decision(self, on: date, days: int) -> Decision | None:
        """Find what it decides from a day on and within so many: the notice, unless another line ends before that."""
        until = on + timedelta(days=days)
        notice, renewal = self.next_notice_on, self.next_renewal_on
        ahead = [Decision("notice", notice)] if notice and on <= notice <= until else []
        ahead += [Decision("renewal", renewal)] if renewal and on <= renewal <= until else []
        return min(ahead, key=lambda each: each.on, default=None)


@dataclass(frozen=True)
class ParentRow:
    """The account above another. Whoever may not see it is told its name and band, as they explain the one below."""

    account_id: str
    name: str
    band: str | None
    is_visible: bool


def find(viewer: Viewer, wanted: str) -> AccountRow:
    """One account by its id, else by its name or the only name that has the text in it.

    Raises `NoSuchAccount` with the nearest name, and `SeveralAccounts`.
    """
    if limit.unstorable(wanted):
        raise NoSuchAccount(f"No account is called `{limit.shown(wanted)}`.")
    folded = wanted.casefold()
    visible = viewer.visible(Account.objects.order_by("account_id"))
    for which in (
        Q(account_id=wanted),
        Q(folded_name=folded),
        *([Q(folded_name__contains=folded)] if folded else []),
    ):
        found = _rows(visible.filter(which)[: MOST_CANDIDATES + 1])
        if len(found) == 1:
            return found[0]
        if found:
            count = visible.filter(which).count()
            named = [
                f"{row.account_id} ({row.name})" if row.name else row.account_id
                for row in found[:MOST_CANDIDATES]
            ]
            listed = ", ".join(named) + (", ..." if count > MOST_CANDIDATES else "")
            raise SeveralAccounts(f"{count} accounts match `{wanted}`: {listed}. Give the id.")
    raise NoSuchAccount(f"No account is called `{wanted}`.{_nearest(visible, wanted)}")


@answers.once
def account(viewer: Viewer, account_id: str) -> AccountRow:
    """One account by its id alone; raises `NoSuchAccount`."""
    if limit.unstorable(account_id):
        raise NoSuchAccount(f"There is no account `{limit.shown(account_id)}`.")
    found = _rows(viewer.visible(Account.objects.filter(account_id=account_id)))
    if not found:
        raise NoSuchAccount(f"There is no account `{account_id}`.")
    answers.learned(Viewer.may_see, True, viewer, account_id)
    return found[0]


def changeable(viewer: Viewer, account_id: str, right: Right = "touch") -> AccountRow:
    """One account that this viewer may change; raises `NoSuchAccount` where they do not even see it, else `NotYours`."""
    found = account(viewer, account_id)
    if not viewer.may_change(account_id, right):
        raise NotYours(
            f"{found.label} is not yours to change; nothing was changed.",
            way_out="Ask whoever owns it, or a leader.",
        )
    return found


def parent_of(viewer: Viewer, account_id: str) -> ParentRow | None:
    """What stands above an account, none where nothing does; raises `NoSuchAccount`."""
    parent_id = account(viewer, account_id).parent_id
    if parent_id is None:
        return None
    above = Account.objects.filter(account_id=parent_id).values_list("name", flat=True).first()
    if above is None:
        return None
    bands = CurrentScore.objects.filter(run__is_current=True, account_id=parent_id)
    band = bands.values_list("band", flat=True).first() or None
    return ParentRow(parent_id, above or parent_id, band, viewer.may_see(parent_id))


def children(viewer: Viewer, account_id: str) -> tuple[tuple[AccountRow, ...], int]:
    """What stands right below an account: those that may be seen, by name, and how many there are besides.

    Raises `NoSuchAccount` where neither it nor any below may be seen.
    """
    below = Account.objects.filter(parent_id=account_id).exclude(account_id=account_id)
    count = None if viewer.sees_all else below.count()
    rows = [] if count == 0 else _rows(viewer.visible(below.order_by("folded_name", "account_id")))
    if not rows:
        account(viewer, account_id)
    return tuple(rows), 0 if count is None else count - len(rows)


def search(viewer: Viewer, words: str, most: int) -> tuple[AccountRow, ...]:
    """Some accounts that have the words in their name, or that id, those that begin so first."""
    if not words or limit.unstorable(words):
        return ()
    folded = words.casefold()
    visible = viewer.visible(Account.objects.order_by("folded_name", "account_id"))
    first = _rows(visible.filter(Q(account_id=words) | Q(folded_name__startswith=folded))[:most])
    if len(first) < most:
        first += _rows(
            visible.filter(folded_name__contains=folded).exclude(
                account_id__in=[row.account_id for row in first]
            )[: most - len(first)]
        )
    return tuple(first)


def by_id(viewer: Viewer, account_ids: Collection[str]) -> dict[str, AccountRow]:
    """Some accounts by id; one that is not known is left out."""
    rows = _rows(viewer.visible(Account.objects.filter(account_id__in=account_ids)))
    return {row.account_id: row for row in rows}


def everyone(viewer: Viewer) -> tuple[AccountRow, ...]:
    """All accounts by id; raises `IntegrityError` also where one was lost or added."""

    def read() -> tuple[AccountRow, ...]:
        rows = _rows(viewer.visible(Account.objects.order_by("account_id")))
        whole = Projection.objects.first()
        if Account.objects.count() != (whole.accounts if whole else 0):
            raise IntegrityError(
                "The app database has lost or gained an account since the accounts were written.",
                way_out=integrity.REBUILD,
                code="I142",
            )
        return tuple(rows)

    return integrity.while_unchanged(read)


def count(viewer: Viewer) -> int:
    """How many accounts there are."""
    return viewer.visible(Account.objects.all()).count()


def current_on(viewer: Viewer) -> date | None:
    """The day for which the accounts hold; none before the first import."""
    return Projection.objects.values_list("current_on", flat=True).first()


def names(viewer: Viewer, among: Collection[str] | None = None) -> dict[str, str]:
    """What people call all accounts, or some: the name, or the id where there is none."""
    rows = Account.objects.all() if among is None else Account.objects.filter(account_id__in=among)
    return {
        account_id: name or account_id
        for account_id, name in viewer.visible(rows).values_list("account_id", "name")
    }


def visible(viewer: Viewer, among: Collection[str]) -> set[str]:
    """Those of some accounts that this viewer may see, asked for at once."""
    if viewer.sees_all:
        return set(among)
    rows = viewer.visible(Account.objects.all())
    if len(among) <= FEW:
        rows = rows.filter(account_id__in=among)
    return set(rows.values_list("account_id", flat=True)) & set(among)


def owners(viewer: Viewer) -> tuple[str, ...]:
    """Who owns an account, by name."""
    if viewer.sees_all:  # looked for once for as long as no account changes
        return _owners(state(viewer))
    named = viewer.visible(Account.objects.exclude(owner="")).order_by("owner")
    return tuple(named.values_list("owner", flat=True).distinct())


@lru_cache(maxsize=4)
def _owners(state: tuple[str, str]) -> tuple[str, ...]:
    named = Account.objects.exclude(owner="").order_by("owner")
    return tuple(named.values_list("owner", flat=True).distinct())


def state(viewer: Viewer) -> tuple[str, str]:
    """Name the database and the state of all its accounts: as long as both are the same, none of them has changed."""
    checksum = Projection.objects.values_list("checksum", flat=True).first()
    return str(connection.settings_dict["NAME"]), checksum or ""


def ids(viewer: Viewer) -> list[str]:
    """The ids of all accounts."""
    visible = viewer.visible(Account.objects.order_by("account_id"))
    return list(visible.values_list("account_id", flat=True))


def _rows(accounts: QuerySet[Account]) -> list[AccountRow]:
    """Read accounts; raises `IntegrityError` where one is not what was written."""
    stored = integrity.stored(accounts)
    for account in stored:
        if checksums.of_account(account) != account.checksum:
            raise IntegrityError(
                f"The app database's row of account {account.account_id} is not what was written.",
                way_out=integrity.REBUILD,
                code="I142",
            )
    return [
        AccountRow(
            account.account_id, account.name, account.owner, account.segment, account.parent_id or None, account.started_on,
            account.revenue, account.next_notice_on, account.next_renewal_on, account.last_touch_on,
            account.notice_given_on, account.running_lines, account.unpriced_lines,
        )
        for account in stored
    ]  # fmt: skip


def _nearest(visible: QuerySet[Account], wanted: str) -> str:
    """Suggest the nearest name or id, of those that share a part with what was typed.

    Who mistypes one letter has a half of the name right, and of two letters a third: comparing with every name would
    take seconds where there are 50,000.
    """
    folded = wanted.casefold()
    for parts in (2, 3):
        size = max(1, len(folded) // parts)
        pieces = [folded[at : at + size] for at in range(0, size * parts, size)]
        alike = Q()
        for piece in filter(None, pieces):
            alike |= Q(folded_name__contains=piece) | Q(account_id__icontains=piece)
        found = visible.filter(alike).values_list("name", "account_id")[:MOST_SIMILAR]
        shown = {text.casefold(): text for pair in found for text in pair if text}
        if near := get_close_matches(folded, shown, n=1):
            return f" Did you mean `{shown[near[0]]}`?"
    return ""
