"""This file says who looks and who acts: every query takes a `Viewer` first, every action says `by` which `Actor`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from keepwell.app import answers, rights
from keepwell.app.rights import Right, Scope

if TYPE_CHECKING:
    from django.db.models import QuerySet

Rows = TypeVar("Rows", bound="QuerySet[Any, Any]")


@dataclass(frozen=True)
class Viewer:
    """Somebody who reads, on a day. Whoever has no role sees all, or nothing: the operator, or a stranger.

    `own` are the users whose accounts are this person's: themselves, and those whom they cover today; `seen` are those
    whose accounts they may read besides: their team's. What `queries.users.actor` fills in holds for one request. A token
    looks as its person does, and has no right that is not in its `scopes`.
    """

    name: str
    sees_all: bool = False
    user_id: int | None = None
    role: str = ""
    on: date | None = None
    own: frozenset[int] = frozenset()
    seen: frozenset[int] = frozenset()
    scopes: frozenset[Scope] | None = None

    def visible(self, rows: Rows, column: str = "account_id") -> Rows:
        """Keep the rows of accounts that this viewer may see: the one place where permission to read acts.

        `rows` is a query set with the account's id in `column`. The database finds the accounts by who has them today.
        """
        return rows if self.sees_all else self._of(rows, column, self.own | self.seen)

    def changeable(self, rows: Rows, column: str = "account_id", right: Right = "touch") -> Rows:
        """Keep the rows of accounts that this viewer may change."""
        if not self._has(right):
            return rows.none()
        if not self.role:
            return rows if self.sees_all else rows.none()
        reach = rights.reach(self.role, right)
        if reach == "own":
            return self._of(rows, column, self.own)
        return rows if reach else rows.none()

    def of_own_book(self) -> Viewer:
        """Give the same person, who looks at their own accounts alone: those they have, or cover today."""
        return replace(self, sees_all=False, seen=frozenset())

    def may(self, right: Right) -> bool:
        """Tell whether this viewer has a right: on all accounts, or on their own."""
        if not self._has(right):
            return False
        return bool(rights.reach(self.role, right)) if self.role else self.sees_all

    @answers.once
    def may_see(self, account_id: str) -> bool:
        """Tell whether one account is among those that this viewer may see."""
        from keepwell.app.models.accounts import Account

        rows = Account.objects.filter(account_id=account_id)
        return self.sees_all or self.visible(rows).exists()

    @answers.once
    def may_change(self, account_id: str, right: Right = "touch") -> bool:
        """Tell whether an account that there is is among those that this viewer may change."""
        from keepwell.app.models.accounts import Account

        reach = rights.reach(self.role, right) if self._has(right) else ""
        if self.role and reach == "all":
            return True
        if reach == "own" and not self.seen and not self.sees_all:
            return self.may_see(account_id)  # nobody's accounts are theirs to read alone
        rows = Account.objects.filter(account_id=account_id)
        return self.changeable(rows, right=right).exists()

    def _has(self, right: Right) -> bool:
        """Tell whether a right is in the scopes; whoever is no token has them all."""
        return self.scopes is None or any(right in rights.SCOPES[each] for each in self.scopes)

    def _of(self, rows: Rows, column: str, people: frozenset[int]) -> Rows:
        from keepwell.app.models import ownership  # Django has to know its settings first

        if self.on is None or not people:
            return rows.none()
        return rows.filter(**{f"{column}__in": ownership.accounts_of(people, self.on)})


@dataclass(frozen=True)
class Actor:
    """Somebody who changes something: a user, a token, or whoever runs the command line (the operator).

    `place` is where from: the address and the kind of program. `looks` is what they may see; a user without is a stranger.
    """

    kind: Literal["user", "token", "operator"]
    name: str
    place: str = ""
    looks: Viewer | None = None

    @property
    def viewer(self) -> Viewer:
        return self.looks or Viewer(self.name, sees_all=self.kind == "operator")

    def require(self, right: Right) -> None:
        """Raise `NotAllowed` unless this person has a right."""
        if not self.viewer.may(right):
            raise rights.refused(right, self.viewer.role)

    def __str__(self) -> str:
        return self.name


# An import or a run works on all accounts, whoever asked for it; what it answers is for its viewer to read.
SYSTEM = Viewer("Keepwell", sees_all=True)


def operator(name: str) -> Actor:
    """The person at the command line of the machine."""
    return Actor("operator", name)
