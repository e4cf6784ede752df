"""This file holds what several pages show alike: a score with its word and shape, a move, what is decided and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from keepwell.app.formats import NONE, Formats
from keepwell.app.queries.accounts import AccountRow, Decision
from keepwell.app.score_row import ScoreRow
from keepwell.charts import Kind
from keepwell.health.definition.band import Band, band_of
from keepwell.health.explain import prose
from keepwell.health.explain.trend import Move

MINUS = "\N{MINUS SIGN}"
SOON, NEAR = 30, 90  # days: what is decided within these is written in crimson and amber


@dataclass(frozen=True)
class ScoreCell:
    """A score as pages show it: number, word and shape; `computed` is the number beside an override."""

    number: str
    word: str
    meaning: str | None
    computed: str
    is_overridden: bool
    is_held: bool = False  # in its band although its number lies in the next: a change needs more


@dataclass(frozen=True)
class MoveCell:
    """How far a score has moved over the card's look-back; `tone` is up, down or muted."""

    text: str
    tone: str
    said: str


@dataclass(frozen=True)
class DueCell:
    """What an account decides next: the day, how long until then, and how near that is (hot, warm or neither)."""

    day: str
    left: str
    tone: str


@dataclass(frozen=True)
class Number:
    """One number of a strip: what it counts, the number, what stands beside and below it, and where it leads."""

    label: str
    value: str
    beside: str = ""
    below: str = ""
    meaning: str = ""
    url: str = ""


@dataclass(frozen=True)
class Tab:
    """One of several views of the same, with how many it shows where that is counted."""

    title: str
    url: str
    is_current: bool
    count: int | None = None


def score(row: ScoreRow, bands: Sequence[Band]) -> ScoreCell:
    """Show a score; without one there is a dash and "No score"."""
    computed = NONE if row.computed_score is None else whole(row.computed_score, bands)
    if row.score is None:
        return ScoreCell(NONE, "No score", None, computed, False)
    is_held = bool(bands) and band_of(row.score, bands).name != row.band
    number, word = whole(row.score, bands), row.band or ""
    return ScoreCell(number, word, row.meaning, computed, bool(row.override), is_held)


def whole(number: float, bands: Sequence[Band]) -> str:
    """Write a score without decimals, except where rounding would carry it over the edge of its band.

    >>> bands = [Band("Green", 70, "healthy"), Band("Red", 0, "at risk")]
    >>> whole(55.4, bands), whole(69.7, bands), whole(69.96, bands)
    ('55', '69.7', '69.9')
    """
    if bands and band_of(float(round(number)), bands) is band_of(number, bands):
        return str(round(number))
    return prose.points(number, bands)


def move(found: Move) -> MoveCell:
    """Show a move: below the card's least move it has no arrow and no colour."""
    if found.points is None:
        return MoveCell("no trend", "muted", prose.no_arrow(found) if found.why else "")
    size = round(abs(found.points))
    if found.why == "below_least_move" and size >= found.card.least_move:
        return MoveCell(prose.signed(found.points), "muted", prose.no_arrow(found))
    if found.direction == "up":
        return MoveCell(f"▲ {size}", "up", f"up {size} points")
    if found.direction == "down":
        return MoveCell(f"▼ {size}", "down", f"down {size} points")
    signed = f"+{size}" if found.points > 0 and size else f"{MINUS}{size}" if size else "0"
    return MoveCell(signed, "muted", prose.no_arrow(found) if found.why else "")


def due(account: AccountRow, decision: Decision | None, formats: Formats) -> DueCell:
    """Show what is decided next, whichever of notice and renewal comes first; who gave notice is told by when they leave."""
    known = [each for each in (account.next_notice_on, account.next_renewal_on) if each]
    on, today = min(known, default=None), formats.today
    if account.notice_given_on:
        end = account.next_renewal_on
        return (
            DueCell(formats.day(end), "gave notice", "hot")
            if end
            else DueCell("left", "gave notice", "hot")
        )
    if decision:
        on = decision.on
    if on is None:
        return DueCell(NONE, "no date", "")
    if on < today and account.next_renewal_on and account.next_renewal_on >= today:
        days = (account.next_renewal_on - today).days
        return DueCell("passed", f"renews {formats.day(account.next_renewal_on)}", _tone(days))
    days = (on - today).days
    return DueCell(formats.day(on), in_days(days), _tone(days))


def allowed_days(allowed: Mapping[str, int | None]) -> str:
    """Say within how many days a card wants a touch, whose segments may differ.

    >>> allowed_days({"everyone": 45}), allowed_days({"everyone": 45, "large": 21, "tech": None})
    ('45 days', '21 to 45 days')
    """
    days = sorted({each for each in allowed.values() if each})
    return f"{days[0]} days" if len(days) == 1 else f"{days[0]} to {days[-1]} days"


def kind(meaning: str | None) -> Kind:
    """Read what a band means as a kind of the charts."""
    return cast("Kind", meaning)


def in_days(days: int) -> str:
    """Say how many days are left.

    >>> in_days(5), in_days(0), in_days(-3)
    ('in 5 d', 'today', '3 d ago')
    """
    return "today" if days == 0 else f"in {days} d" if days > 0 else f"{-days} d ago"


def tag(account: AccountRow, decision: Decision | None, today: date) -> tuple[str, str]:
    """Give the mark beside a name, and how hot it is; empty where nothing is decided soon."""
    if account.notice_given_on:
        return "gave notice", "hot"
    if decision is None:
        return "", ""
    days = (decision.on - today).days
    what = {"notice": "notice", "renewal": "renews", "leaving": "leaves"}[decision.kind]
    left = "today" if days == 0 else f"in {days} day{'' if days == 1 else 's'}"
    return f"{what} {left}", _tone(days)


def _tone(days: int) -> str:
    return "hot" if days <= SOON else "warm" if days <= NEAR else ""
