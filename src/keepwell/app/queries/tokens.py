"""This file answers which tokens there are: one's own, everybody's, and the one that a program shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from keepwell.app.models.tokens import ApiToken
from keepwell.app.rights import SCOPES, Scope
from keepwell.app.viewers import Viewer


@dataclass(frozen=True)
class TokenRow:
    """One token; the token itself is kept nowhere."""

    token_id: int
    user_id: int
    whose: str
    name: str
    scopes: tuple[Scope, ...]
    made_at: datetime
    expires_at: datetime
    last_used_on: date | None
    revoked_at: datetime | None

    def works(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at


def of(viewer: Viewer) -> tuple[TokenRow, ...]:
    """One's own tokens, the newest first."""
    if viewer.user_id is None:
        return ()
    return _rows(ApiToken.objects.filter(user_id=viewer.user_id))


def everyone(viewer: Viewer) -> tuple[TokenRow, ...]:
    """Everybody's tokens, for those who look after them, the newest first."""
    return _rows(ApiToken.objects.all()) if viewer.may("tokens") else ()


def by_hash(viewer: Viewer, token_hash: str, at: datetime) -> TokenRow | None:
    """The token of a hash where it works now: not revoked, not expired, and of somebody who is active."""
    found = ApiToken.objects.filter(
        token_hash=token_hash, revoked_at=None, expires_at__gt=at, user__is_active=True
    )
    return next(iter(_rows(found)), None)


def _rows(tokens: QuerySet[ApiToken]) -> tuple[TokenRow, ...]:
    return tuple(
        TokenRow(
            row.pk, row.user_id, row.user.name or row.user.email, row.name, tuple(each for each in SCOPES if each in row.scopes),
            row.made_at, row.expires_at, row.last_used_on, row.revoked_at,
        )
        for row in tokens.select_related("user").order_by("-pk")
    )  # fmt: skip
