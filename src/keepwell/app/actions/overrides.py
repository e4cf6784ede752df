"""This file sets a person's judgement in place of a computed score, with a reason and an end, and takes it back."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db import IntegrityError, transaction

from keepwell.app.actions import audit
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.overrides import Override
from keepwell.app.queries import accounts, overrides
from keepwell.app.queries.overrides import OverrideRow
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import Invalid, NotFound

LONGEST_REASON = 500  # characters: a reason is read beside a score


class NotAccepted(Invalid):
    """The override has no reason, no end, or a score that is none; nothing was changed."""

    code = "O101"


class NotOverridden(NotFound):
    """There is no override of this account that could end."""

    code = "O102"


def override(
    *,
    installation: Installation,
    account_id: str,
    score: float,
    because: str,
    until: date,
    by: Actor,
    at: datetime,
) -> OverrideRow:
    """Put a score in place of the computed one, from the day of `at` up to and with the day `until`.

    The newest scores are shown by it at once; what was published stays as it is. An override that stands is ended by
    the new one. Raises `accounts.NoSuchAccount`, `accounts.NotYours` and `NotAccepted`.
    """
    today, reason = installation.day(at), " ".join(because.split())
    accounts.changeable(by.viewer, account_id, "override")
    _check(score, reason, until, today)
    made = Override(
        account_id=account_id,
        score=float(score),
        because=reason,
        by=by.name,
        at=at.astimezone(UTC),
        from_on=today,
        until_on=until,
    )
    made.checksum = checksums.of_override(made)
    try:
        with transaction.atomic():
            _end(account_id, today, by.name)
            made.save(force_insert=True)
            audit.write(
                verb="override", object=f"account {account_id}", by=by, at=at, score=score, because=reason, until=str(until)
            )  # fmt: skip
    except IntegrityError:
        raise NotAccepted(
            "Somebody else overrode this account at the same moment. Look at their override, then try again."
        ) from None
    return overrides.history(SYSTEM, account_id)[-1]


def end(*, installation: Installation, account_id: str, by: Actor, at: datetime) -> OverrideRow:
    """End the override of an account: from the day of `at` on the computed score is shown again.

    Raises `accounts.NoSuchAccount`, `accounts.NotYours`, and `NotOverridden` where none stands.
    """
    today = installation.day(at)
    accounts.changeable(by.viewer, account_id, "override")
    with transaction.atomic():
        overrides.history(SYSTEM, account_id)  # raises where one is not what was set
        ended = [row for row in _end(account_id, today, by.name) if row.until_on >= today]
        if not ended:
            raise NotOverridden(
                f"`{account_id}` has no override in force, so there is nothing to end."
            )
        audit.write(verb="end override", object=f"account {account_id}", by=by, at=at)
    return next(
        row for row in reversed(overrides.history(SYSTEM, account_id)) if row.ended_on == today
    )


def _check(score: float, reason: str, until: date, today: date) -> None:
    if not 0 <= score <= 100:  # not-a-number is not between them either
        raise NotAccepted(f"A score must be from 0 to 100, not `{score:g}`.")
    if not reason:
        raise NotAccepted(
            "An override needs a reason, for those who read the score: --because TEXT."
        )
    if len(reason) > LONGEST_REASON:
        raise NotAccepted(
            f"The reason has {len(reason)} characters; the limit is {LONGEST_REASON}."
        )
    if until < today:
        raise NotAccepted(
            f"`{until}` is in the past: today is {today}. Give the last date it should apply to."
        )


def _end(account_id: str, today: date, by: str) -> list[Override]:
    """Mark the override that nobody has ended yet, also where it has expired by itself meanwhile."""
    open_ones = list(Override.objects.filter(account_id=account_id, ended_on=None))
    for row in open_ones:
        row.ended_on, row.ended_by = today, by
        row.checksum = checksums.of_override(row)
        row.save()
    return open_ones
