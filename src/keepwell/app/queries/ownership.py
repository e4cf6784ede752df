"""This file answers who has which account: today, before, and whom imports name that nobody here is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, Min, OuterRef, QuerySet, Sum

from keepwell.app.installation import Installation
from keepwell.app.models.accounts import Account
from keepwell.app.models.ownership import CSM, KINDS, OwnerName, Ownership, folded, in_force, pins
from keepwell.app.models.users import User
from keepwell.app.queries import accounts, population
from keepwell.app.viewers import Viewer
from keepwell.health.definition.customer import Kind
from keepwell.health.engines.protocol import Standing


@dataclass(frozen=True)
class OwnerRow:
    """Who has an account in one way. Of an owner who was imported nothing is known but the name, unless it is a user's."""

    account_id: str
    kind: str
    name: str
    user_id: int | None
    from_on: date | None = None
    until_on: date | None = None
    note: str = ""
    made_by: str = ""
    at: datetime | None = None

    @property
    def is_imported(self) -> bool:
        return self.from_on is None


@dataclass(frozen=True)
class UnmatchedRow:
    """An owner whom imports name and who is no user: of how many accounts, by what they are, and what those pay a year.

    `proposed` is the user who is called the same, where one alone is.
    """

    text: str
    accounts: Counter[Kind]
    revenue: Decimal | None
    proposed: int | None


def owners(viewer: Viewer, account_id: str, on: date) -> tuple[OwnerRow, ...]:
    """Who has an account on a day, one of each kind at most; raises `accounts.NoSuchAccount`."""
    accounts.account(viewer, account_id)
    rows = Ownership.objects.filter(in_force(on), account_id=account_id).order_by("from_on", "id")
    found = {row.kind: _row(row) for row in rows.select_related("user")}
    if CSM not in found and (imported := _imported(account_id)):
        found[CSM] = imported
    return tuple(found[kind] for kind in KINDS if kind in found)


def owner_of(viewer: Viewer, account_id: str, on: date, kind: str = CSM) -> OwnerRow | None:
    """Who has an account in one way on a day; raises `accounts.NoSuchAccount`."""
    return next((row for row in owners(viewer, account_id, on) if row.kind == kind), None)


def history(viewer: Viewer, account_id: str) -> tuple[OwnerRow, ...]:
    """Everybody who was ever given an account here, the newest first; raises `accounts.NoSuchAccount`."""
    accounts.account(viewer, account_id)
    rows = Ownership.objects.filter(account_id=account_id).order_by("-from_on", "-id")
    shown = [_row(row) for row in rows.select_related("user")]
    return tuple(row for row in shown if not _never_stood(row))


def standing(viewer: Viewer, installation: Installation, on: date) -> dict[str, Standing]:
    """What every account is on a day, by its id, as a score of then sees it: with what is true on that day."""
    if not Account.objects.exists():
        return {}
    return population.standings_on(viewer, installation, on + timedelta(days=1))


def unmatched_names(viewer: Viewer) -> frozenset[str]:
    """What imports call the owners who are no user; for those who manage people."""
    if not viewer.may("people"):
        return frozenset()
    return frozenset(_unmatched().values_list("imported_owner", flat=True))


def unmatched(viewer: Viewer, standing: Mapping[str, Standing]) -> tuple[UnmatchedRow, ...]:
    """The imported owners who are no user, the one with most customers first; for those who manage people.

    `standing` is what accounts are, as the query of that name says. One that has not begun yet is not counted.
    """
    if not viewer.may("people"):
        return ()
    counted: dict[str, Counter[Kind]] = {}
    for account_id, owner in _unmatched().values_list("account_id", "folded_owner"):
        own = counted.setdefault(owner, Counter())
        if account_id in standing:
            own[standing[account_id].kind] += 1
    rows = _unmatched().values("folded_owner").annotate(text=Min("imported_owner"), paid=Sum("revenue"))  # fmt: skip
    ordered = sorted(
        rows,
        key=lambda row: (
            -counted[row["folded_owner"]]["customer"],
            -counted[row["folded_owner"]].total(),
            row["folded_owner"],
        ),
    )
    called: dict[str, list[int]] = {}
    for user_id, name in User.objects.filter(is_active=True).values_list("pk", "name"):
        called.setdefault(folded(name), []).append(user_id)
    return tuple(
        UnmatchedRow(row["text"], counted[row["folded_owner"]], row["paid"], ids[0] if len(ids) == 1 else None)
        for row in ordered
        for ids in [called.get(row["folded_owner"], [])]
    )  # fmt: skip


def _unmatched() -> QuerySet[Account]:
    known = OwnerName.objects.values("folded_text")
    return Account.objects.exclude(folded_owner="").exclude(folded_owner__in=known)


def names(viewer: Viewer) -> tuple[tuple[str, int], ...]:
    """Which imported owner is which user, as administrators and addresses say; for those who manage people."""
    if not viewer.may("people"):
        return ()
    return tuple(OwnerName.objects.order_by("folded_text").values_list("folded_text", "user_id"))


def counts(viewer: Viewer, standing: Mapping[str, Standing], on: date) -> dict[int, Counter[Kind]]:
    """How many accounts each user has on a day as csm, given here or imported, by what they are; for those who see all accounts.

    `standing` is what accounts are, as the query of that name says. One that has not begun yet is not counted.
    """
    if not viewer.sees_all:
        return {}
    users = dict(OwnerName.objects.values_list("folded_text", "user_id"))
    imported = Account.objects.filter(
        ~Exists(pins(on).filter(account_id=OuterRef("account_id"))),
        folded_owner__in=OwnerName.objects.values("folded_text"),
    )
    owned = {
        account_id: users[owner]
        for account_id, owner in imported.values_list("account_id", "folded_owner")
    }
    owned |= dict(pins(on).values_list("account_id", "user_id"))
    found: dict[int, Counter[Kind]] = {}
    for account_id, user_id in owned.items():
        if account_id in standing:
            found.setdefault(user_id, Counter())[standing[account_id].kind] += 1
    return found


def _imported(account_id: str) -> OwnerRow | None:
    text, owner = Account.objects.values_list("imported_owner", "folded_owner").get(pk=account_id)
    if not owner:
        return None
    known = OwnerName.objects.filter(folded_text=owner).select_related("user").first()
    name = (known.user.name or text) if known else text
    return OwnerRow(account_id, CSM, name, known.user_id if known else None)


def _row(row: Ownership) -> OwnerRow:
    return OwnerRow(
        row.account_id, row.kind, row.user.name or row.user.email, row.user_id, row.from_on, row.until_on, row.handover_note,
        row.made_by, row.at,
    )  # fmt: skip


def _never_stood(row: OwnerRow) -> bool:
    return bool(row.from_on and row.until_on and row.until_on < row.from_on)
