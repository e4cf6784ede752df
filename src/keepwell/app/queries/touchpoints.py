"""This file answers which touches were logged in the app, and whether the last two-way one is longer ago than the card allows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from keepwell.app.models.accounts import Account
from keepwell.app.models.scores import Score
from keepwell.app.queries import accounts, intake, scorecards
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.intake import IntakeRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import SYSTEM, Viewer
from keepwell.health.definition import segment

TABLE = "meetings"
CALL, MEETING, REPLY, NOTE = "call", "meeting", "email reply", "note"
TWO_WAY = (CALL, MEETING, REPLY)  # who answers, was reached
KINDS = (*TWO_WAY, NOTE)
STATUSES = ("held", "no-show")
USUAL_DAYS = 45  # without a meeting, where no card says how many are allowed
UNDO_WITHIN = intake.UNDO_WITHIN


@dataclass(frozen=True)
class TouchRow:
    """One touch. `people` are ids of contacts; `load` is the import that brought it among the facts, none while it waits.

    `at` is when it happened, `logged_at` when it was written down, `by_user` the number of the user who did so.
    """

    id: str
    account_id: str
    kind: str
    status: str
    people: tuple[str, ...]
    note: str
    next_step: str
    by: str
    at: datetime
    load: int | None
    logged_at: datetime
    by_user: int | None = None
    is_undone: bool = False


@dataclass(frozen=True)
class LastTouch:
    """How long ago the last two-way touch was, in days; none where none is known. `allowed` is what the card says, if it does."""

    days: int | None
    allowed: int | None
    is_overdue: bool


def logged(viewer: Viewer, account_id: str, since: datetime | None = None) -> tuple[TouchRow, ...]:
    """All touches of an account that were logged in the app and not undone, or those logged from a moment on, the newest first.

    Raises `IntegrityError`.
    """
    typed = intake.made(viewer, TABLE, account_id, since)
    return tuple(of_typed(viewer, each) for each in typed)


def may_undo(viewer: Viewer, touch: TouchRow) -> bool:
    """Tell whether a touch is this viewer's to undo: they logged it, or undo what others do. When it is too late is not asked."""
    return viewer.may_change(touch.account_id) and intake.is_theirs(viewer, touch.by_user)


def undoable(viewer: Viewer, account_id: str, at: datetime) -> tuple[TouchRow, ...]:
    """The touches of an account that this viewer may still undo, the last logged first; raises `IntegrityError`."""
    lately = logged(viewer, account_id, since=at - UNDO_WITHIN)
    found = [each for each in lately if may_undo(viewer, each)]
    return tuple(sorted(found, key=lambda each: each.logged_at, reverse=True))


def by_id(viewer: Viewer, id: str) -> TouchRow | None:
    """One touch by its id, also one that was undone; none where there is none. Raises `IntegrityError`."""
    found = intake.by_message(viewer, intake.APP, id)
    return of_typed(viewer, found) if found and found.table == TABLE else None


def allowed(viewer: Viewer, run: ScoredRun | None) -> Mapping[str, int | None]:
    """By segment of the card that a run used, the days within which a two-way touch is due; empty where none is."""
    if run is None or not run.version:
        return {}
    card = scorecards.of_run(SYSTEM, run)
    names = (segment.EVERYONE, *(each.name for each in card.segments))
    found = {name: segment.touch_within(card, name) for name in names}
    return found if any(found.values()) else {}


def last_touch(account: AccountRow, within: int | None, on: date) -> LastTouch:
    """Say how long ago an account's last touch was; without one, its start counts. Where no card says, nothing is overdue."""
    since = account.last_touch_on or account.started_on
    days = None if account.last_touch_on is None else max(0, (on - account.last_touch_on).days)
    is_overdue = within is not None and since is not None and (on - since).days > within
    return LastTouch(days, within, is_overdue)


def touch_overdue(account: AccountRow, of_segment: str, allowed: Mapping[str, int | None], on: date) -> bool:  # fmt: skip
    """Tell whether an account's last touch is longer ago than its segment of the card allows; `allowed` is what the query of that name says."""
    return last_touch(account, allowed.get(of_segment), on).is_overdue


def overdue(
    viewer: Viewer, run: ScoredRun, rows: Collection[tuple[AccountRow, str]], on: date
) -> frozenset[str]:
    """The ids of those of some accounts, each with its segment of the card, whose touch is overdue on a day."""
    days = allowed(viewer, run)
    found = [account.account_id for account, name in rows if touch_overdue(account, name, days, on)]
    return frozenset(accounts.visible(viewer, found)) if found else frozenset()


def where_overdue(viewer: Viewer, run: ScoredRun, on: date) -> Q | None:
    """The test of `touch_overdue` as the database asks it of the run's rows in the read model; none where no card says.

    The card's segment of an account stands beside its score alone, so that is looked up only where segments differ.
    """
    days = allowed(viewer, run)
    if not days:
        return None
    found = Q(pk__in=[])
    for within in sorted({each for each in days.values() if each is not None}):
        since = on - timedelta(days=within)
        begun = Account.objects.filter(last_touch_on__isnull=True, started_on__lt=since)
        late = Q(last_touch_on__lt=since) | Q(
            last_touch_on__isnull=True, account_id__in=begun.values("account_id")
        )
        if set(days.values()) != {within}:
            names = [name for name, each in days.items() if each == within]
            scored = Score.objects.filter(run=run.run_id, segment__in=names)
            late &= Q(account_id__in=scored.values("account_id"))
        found |= late
    return found


def of_typed(viewer: Viewer, typed: IntakeRow) -> TouchRow:
    """Read a touch from the row that was typed."""
    row = typed.row
    came = row.get("attended_by", "")
    return TouchRow(
        typed.message_id,
        typed.account_id,
        row["kind"],
        row["status"],
        tuple(came.split(", ")) if came else (),
        row.get("note", ""),
        row.get("next_step", ""),
        typed.by,
        typed.at,
        typed.moved_in,
        typed.received_at,
        typed.by_user,
        typed.is_withdrawn,
    )
