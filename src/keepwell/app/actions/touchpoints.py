"""This file records a touch, a call, a meeting, a reply or a note, so that it counts as a meeting with the account at once, and undoes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from keepwell.app.actions import audit, intake, withdrawals
from keepwell.app.actions.withdrawals import Made
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, contacts, touchpoints
from keepwell.app.queries.touchpoints import TouchRow
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import Invalid, NotFound, did_you_mean
from keepwell.facts.schema.meetings import MEETINGS
from keepwell.health.definition import limit

MOST_AHEAD = timedelta(minutes=10)  # by how much a browser's clock may be ahead
LONGEST_AGO = timedelta(days=10 * 366)  # older ones are mistyped
MOST_PEOPLE = 50


class NotAccepted(Invalid):
    """The touch has a kind, a moment, a person or words that are none; nothing was changed."""

    code = "T101"


class NoSuchTouch(NotFound):
    """Nothing of this id was logged for the account."""

    code = "T102"


def log(
    *,
    installation: Installation,
    account_id: str,
    kind: str,
    status: str = "held",
    happened_at: datetime | None = None,
    people: Sequence[str] = (),
    is_executive_present: bool = False,
    note: str = "",
    next_step: str = "",
    id: str,
    by: Actor,
    at: datetime,
) -> TouchRow:
    """Record a touch; it counts once `intake.move` has loaded it, which the next import or run does too.

    A call, a meeting and a reply to a mail are two-way, and each is a meeting that was held; a note is nobody's but the
    writer's, so it counts as a meeting of nobody. `people` are ids of contacts; `id` is that of the message: the same one
    again is the same touch. What was said is personal and stays out of the audit. Raises `accounts.NoSuchAccount`,
    `accounts.NotYours`, `NotAccepted` and `intake.OtherContent`.
    """
    accounts.changeable(by.viewer, account_id)
    _one_of("kind", kind, touchpoints.KINDS)
    _one_of("status", status, touchpoints.STATUSES)
    if not id.strip() or limit.unstorable(id) or len(id) > limit.KEY:
        raise NotAccepted(
            "A touch needs an id of its own, by which it is known when it comes twice."
        )
    if kind not in (touchpoints.CALL, touchpoints.MEETING):
        status = "held"  # nobody misses a mail or a note
    row = {"id": id, "account_id": account_id, "kind": kind, "status": status}
    if kind == touchpoints.NOTE:
        if not note.strip():
            raise NotAccepted("A note needs words.")
        row["attendees"] = "0"
    else:
        came = _people(installation, account_id, people, by, at) if status == "held" else []
        if came:
            row |= {"attendees": str(len(came)), "attended_by": ", ".join(came)}
        if status == "held":
            row["executive_present"] = "yes" if is_executive_present else "no"
    row |= {
        name: _text(name, text)
        for name, text in (("note", note), ("next_step", next_step))
        if text.strip()
    }
    try:
        with transaction.atomic():
            # Without a moment it is now, and a message that is sent again says that of the first.
            before = touchpoints.by_id(SYSTEM, id)
            if before is not None and before.is_undone:
                raise NotAccepted("This touch was undone. Open the form again to log another one.")
            moment = happened_at or (before.at if before else at)
            if moment > at + MOST_AHEAD:
                raise NotAccepted("A touch lies in the past. Say when it was.")
            if moment < at - LONGEST_AGO:
                raise NotAccepted(f"{moment.date()} is too long ago for a touch. Say when it was.")
            row["at"] = moment.astimezone(UTC).isoformat()
            is_new = intake.receive(
                table=MEETINGS.name, account_id=account_id, row=row, message_id=id, happened_at=moment, by=by, at=at
            )  # fmt: skip
            if is_new:
                audit.write(
                    verb="log", object=f"account {account_id}", by=by, at=at, kind=kind, status=row["status"]
                )  # fmt: skip
    except IntegrityError:
        pass  # the same message came twice at once; the other one was kept
    kept = touchpoints.by_id(SYSTEM, id)
    assert kept is not None, "a touch that was received is kept"
    return kept


def undo(
    *, installation: Installation, account_id: str, id: str, by: Actor, at: datetime
) -> TouchRow:
    """Take a touch back as if it had never been logged: `intake.move` takes it from among the facts, as it brings them in.

    Scores that were published with it stay as they were. Undoing it again changes nothing. Raises
    `accounts.NoSuchAccount`, `accounts.NotYours`, `NoSuchTouch`, `withdrawals.NotYoursToUndo` and
    `withdrawals.TooLate`.
    """
    accounts.changeable(by.viewer, account_id)
    touch = None if limit.unstorable(id) else touchpoints.by_id(by.viewer, id)
    if touch is None or touch.account_id != account_id:
        raise NoSuchTouch(
            "There is no such touch of this account. Perhaps it was logged for another one."
        )
    what = Made(
        touch.kind,
        "touch",
        "logged",
        "logged",
        touch.by,
        touch.logged_at,
        "log a note that says so",
    )
    withdrawals.undo(
        what, installation=installation, account_id=account_id, id=id, is_theirs=touchpoints.may_undo(by.viewer, touch),
        is_undone=touch.is_undone, by=by, at=at, kind=touch.kind, logged_by=touch.by,
    )  # fmt: skip
    undone = touchpoints.by_id(SYSTEM, id)
    assert undone is not None, "a touch that was undone is still in the intake"
    return undone


def _one_of(what: str, given: str, choices: Sequence[str]) -> None:
    if given not in choices:
        raise NotAccepted(
            f"`{limit.shown(given)}` is not a {what} of a touch. {did_you_mean(given, choices)}"
        )


def _people(
    installation: Installation, account_id: str, wanted: Sequence[str], by: Actor, at: datetime
) -> list[str]:
    """Read who came: contacts of this account, each once, in the order of their list."""
    if not wanted:
        return []
    if len(wanted) > MOST_PEOPLE:
        raise NotAccepted(f"At most {MOST_PEOPLE} people can be named.")
    known = [
        each.id
        for each in contacts.of_account(
            by.viewer, installation, account_id, on=installation.day(at)
        )
    ]
    for each in wanted:
        if each not in known:
            raise NotAccepted(f"`{limit.shown(each)}` is not a contact of this account.")
    return [each for each in known if each in wanted]


def _text(name: str, text: str) -> str:
    """Read words that an import would accept; they may have several lines."""
    column = MEETINGS.column(name)
    assert column is not None, "meetings have a note and a next step"
    words = " ".join(text.split())
    label = name.replace("_", " ")
    if character := limit.unstorable(words):
        raise NotAccepted(f"The {label} has a character that cannot be stored: {character}.")
    if len(words) > column.most_characters:
        raise NotAccepted(
            f"The {label} has {len(words):,} characters; the limit is {column.most_characters:,}."
        )
    return words
