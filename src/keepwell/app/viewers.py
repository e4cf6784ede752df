"""This file says who looks and who acts: every query takes a `Viewer` first, every action says `by` which `Actor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from django.db.models import QuerySet

Rows = TypeVar("Rows", bound="QuerySet[Any, Any]")


@dataclass(frozen=True)
class Viewer:
    """Somebody who reads. Until there are roles and books, whoever runs the command line sees all."""

    name: str
    sees_all: bool = False

    def visible(self, rows: Rows, column: str = "account_id") -> Rows:
        """Keep the rows of accounts that this viewer may see: the one place where permission to read will act.

        `rows` is a query set with the account's id in `column`.
        """
        return rows if self.sees_all else rows.none()

    def may_see(self, account_id: str) -> bool:
        """Tell whether one account is among those that this viewer may see."""
        return self.sees_all


@dataclass(frozen=True)
class Actor:
    """Somebody who changes something: a user, a token, or whoever runs the command line (the operator)."""

    kind: Literal["user", "token", "operator"]
    name: str

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.name, sees_all=self.kind == "operator")

    def __str__(self) -> str:
        return self.name


# An import or a run works on all accounts, whoever asked for it; what it answers is for its viewer to read.
SYSTEM = Viewer("Keepwell", sees_all=True)


def operator(name: str) -> Actor:
    """The person at the command line of the machine."""
    return Actor("operator", name)
