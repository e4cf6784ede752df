"""This file gives accounts to people, in one way or another and from when until when, and takes them back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from keepwell.app.actions import accounts, audit
from keepwell.app.installation import Installation
from keepwell.app.models.ownership import CSM, KINDS, Ownership, in_force
from keepwell.app.models.users import User
from keepwell.app.queries import accounts as known_accounts
from keepwell.app.viewers import Actor
from keepwell.errors import Invalid, NotFound, did_you_mean
from keepwell.health.definition import limit

LONGEST_NOTE = 2000  # characters: what the next one has to know
CHUNK = 500


class NotAccepted(Invalid):
    """The owner, the kind, the dates or the note cannot be; nothing was changed."""

    code = "B101"


class NotOwned(NotFound):
    """Nobody has the account in this way, so nothing can end."""

    code = "B102"


def assign(
    *,
    installation: Installation,
    account_ids: Sequence[str],
    user_id: int,
    kind: str = CSM,
    from_on: date | None = None,
    until_on: date | None = None,
    note: str = "",
    by: Actor,
    at: datetime,
) -> int:
    """Give accounts to somebody, from a day on (today) and up to and with another (until further notice); returns how many.

    All of them or none. Of each kind an account has one owner at a time: whoever has it ends the day before. A csm given
    here stands before the one of the import, now and after the next. Raises `accounts.NoSuchAccount` and `NotAccepted`.
    """
    by.require("assign")
    ids = list(dict.fromkeys(account_ids))
    today = installation.day(at)
    begin, words = from_on or today, _note(note)
    _check(kind, begin, until_on, today)
    with transaction.atomic():
        accounts.lock()
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None:
            raise NotAccepted("There is no such user, or they are not active.")
        for chunk in _chunks(ids):
            _assign(chunk, user, kind, begin, until_on, words, by, at)
        if kind == CSM:
            accounts.follow_owners(today)
        for account_id in ids:
            audit.write(
                verb="assign", object=f"account {account_id}"[:300], by=by, at=at, kind=kind,
                after={"owner": user.email, "from": str(begin), "until": str(until_on) if until_on else None},
            )  # fmt: skip
    return len(ids)


def end(
    *, installation: Installation, account_id: str, kind: str = CSM, by: Actor, at: datetime
) -> None:
    """Take an account back from today on; a csm is then the one of the import again. Raises `NotOwned`."""
    by.require("assign")
    today = installation.day(at)
    with transaction.atomic():
        accounts.lock()
        known_accounts.account(by.viewer, account_id)
        rows = Ownership.objects.filter(in_force(today), account_id=account_id, kind=kind)
        ended = [row.user.email for row in rows.select_related("user")]
        if not ended:
            raise NotOwned(f"`{account_id}` has no {limit.shown(kind)} that was given here.")
        rows.update(until_on=today - timedelta(days=1))
        if kind == CSM:
            accounts.follow_owners(today)
        audit.write(
            verb="end ownership", object=f"account {account_id}"[:300], by=by, at=at, kind=kind, before={"owner": ended[-1]},
        )  # fmt: skip


def follow_dates(*, installation: Installation, by: Actor, at: datetime) -> int:
    """Let owners follow what began or ended by date since the last time; returns how many accounts changed hands."""
    with transaction.atomic():
        changed = accounts.follow_owners(installation.day(at))
        if changed:
            audit.write(verb="follow owners", object="accounts", by=by, at=at, accounts=changed)
    return changed


def _assign(
    ids: Sequence[str],
    user: User,
    kind: str,
    begin: date,
    until_on: date | None,
    note: str,
    by: Actor,
    at: datetime,
) -> None:
    found = known_accounts.by_id(by.viewer, ids)
    for account_id in ids:
        if account_id not in found:
            raise known_accounts.NoSuchAccount(f"There is no account `{limit.shown(account_id)}`.")
    before = Ownership.objects.filter(account_id__in=ids, kind=kind)
    standing = before.filter(Q(until_on=None) | Q(until_on__gte=begin))
    # What was to begin later is ended before it began: it never stands.
    standing.update(until_on=begin - timedelta(days=1))
    Ownership.objects.bulk_create(
        Ownership(
            account_id=account_id, user=user, kind=kind, from_on=begin, until_on=until_on, handover_note=note, made_by=by.name,
            at=at.astimezone(UTC),
        )
        for account_id in ids
    )  # fmt: skip


def _check(kind: str, begin: date, until_on: date | None, today: date) -> None:
    if kind not in KINDS:
        raise NotAccepted(f"`{limit.shown(kind)}` is no kind of owner. {did_you_mean(kind, KINDS)}")
    if until_on and until_on < max(begin, today):
        raise NotAccepted(f"It would be over before it began: `{until_on}` is the last day.")
    if begin.year < 1900 or begin > date(2200, 1, 1):
        raise NotAccepted(f"`{begin}` is no day on which this could begin.")


def _note(note: str) -> str:
    words = note.strip()
    if character := limit.unstorable(words):
        raise NotAccepted(f"The note has a character that cannot be stored: {character}.")
    if len(words) > LONGEST_NOTE:
        raise NotAccepted(f"The note has {len(words):,} characters; the limit is {LONGEST_NOTE:,}.")
    return words


def _chunks(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for at in range(0, len(ids), CHUNK):
        yield ids[at : at + CHUNK]
