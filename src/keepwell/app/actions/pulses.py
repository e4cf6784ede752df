"""This file records a pulse, how somebody who knows the account sees it, with a note that says why, and undoes one."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import IntegrityError, transaction

from keepwell.app.actions import audit, intake, withdrawals
from keepwell.app.actions.withdrawals import Made
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, pulses
from keepwell.app.queries.pulses import PulseRow
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import Invalid, NotFound, did_you_mean
from keepwell.facts.mapping.field_rules import folded
from keepwell.facts.schema.pulses import PULSES
from keepwell.health.definition import limit


class NotAccepted(Invalid):
    """The pulse is none that a card can read, or has no note; nothing was changed."""

    code = "P101"


class NoSuchPulse(NotFound):
    """No pulse of this id was given for the account."""

    code = "P102"


def give(
    *,
    installation: Installation,
    account_id: str,
    pulse: str,
    note: str,
    reason: str = "",
    id: str,
    by: Actor,
    at: datetime,
) -> PulseRow:
    """Record a pulse as of `at`; it counts once `intake.move` has loaded it, which the next import or run does too.

    `id` is that of the message: the same one again is the same pulse, and a second pulse needs a second id. The note is
    personal and stays out of the audit. Raises `accounts.NoSuchAccount`, `accounts.NotYours`, `NotAccepted` and `intake.OtherContent`.
    """
    accounts.changeable(by.viewer, account_id, "pulse")
    row = {
        "id": id,
        "account_id": account_id,
        "at": at.astimezone(UTC).isoformat(),
        "pulse": _choice(pulse),
        "note": _text("note", note),
        "given_by": by.name,
    }
    if reason.strip():
        row["reason"] = _text("reason", reason)
    try:
        with transaction.atomic():
            # The row says when it was given, so a message that is sent again says the time of the first.
            before = pulses.by_id(SYSTEM, id)
            if before is not None and before.is_undone:
                raise NotAccepted("This pulse was undone. Open the page again to give another one.")
            row |= {"at": before.at.isoformat()} if before else {}
            is_new = intake.receive(
                table=PULSES.name, account_id=account_id, row=row, message_id=id, happened_at=at, by=by, at=at
            )  # fmt: skip
            if is_new:
                audit.write(
                    verb="pulse", object=f"account {account_id}", by=by, at=at, pulse=row["pulse"], reason=row.get("reason", "")
                )  # fmt: skip
    except IntegrityError:
        pass  # the same message came twice at once; the other one was kept
    kept = pulses.by_id(SYSTEM, id)
    assert kept is not None, "a pulse that was received is kept"
    return kept


def undo(
    *, installation: Installation, account_id: str, id: str, by: Actor, at: datetime
) -> PulseRow:
    """Take a pulse back as if it had never been given: `intake.move` takes it from among the facts, as it brings them in.

    Scores that were published with it stay as they were; the pulse before it counts again. Undoing it again changes nothing.
    Raises `accounts.NoSuchAccount`, `accounts.NotYours`, `NoSuchPulse`, `withdrawals.NotYoursToUndo` and `withdrawals.TooLate`.
    """
    accounts.changeable(by.viewer, account_id, "pulse")
    pulse = None if limit.unstorable(id) else pulses.by_id(by.viewer, id)
    if pulse is None or pulse.account_id != account_id:
        raise NoSuchPulse(
            "There is no such pulse of this account. Perhaps it was given for another one."
        )
    what = Made(
        "pulse",
        "pulse",
        "gave",
        "given",
        pulse.by,
        pulse.given_at,
        "give the right one: the latest counts",
    )
    withdrawals.undo(
        what, installation=installation, account_id=account_id, id=id, is_theirs=pulses.may_undo(by.viewer, pulse),
        is_undone=pulse.is_undone, by=by, at=at, kind="pulse", pulse=pulse.pulse, given_by=pulse.by,
    )  # fmt: skip
    undone = pulses.by_id(SYSTEM, id)
    assert undone is not None, "a pulse that was undone is still in the intake"
    return undone


def _choice(pulse: str) -> str:
    """Read a pulse as an import would: in capitals or not."""
    column = PULSES.column("pulse")
    assert column is not None, "pulses have a column for the pulse"
    for choice in column.choices:
        if folded(choice) == folded(pulse):
            return choice
    raise NotAccepted(
        f"`{limit.shown(pulse)}` is not a pulse. {did_you_mean(pulse, column.choices)}"
    )


def _text(name: str, text: str) -> str:
    """Read a text on one line that an import would accept."""
    column, words = PULSES.column(name), " ".join(text.split())
    assert column is not None, "pulses have a note and a reason"
    if not words:
        raise NotAccepted("A pulse needs a note, for those who read the score: --note TEXT.")
    if character := limit.unstorable(words):
        raise NotAccepted(f"The {name} has a character that cannot be stored: {character}.")
    if len(words) > column.most_characters:
        raise NotAccepted(
            f"The {name} has {len(words):,} characters; the limit is {column.most_characters:,}."
        )
    return words
