"""This file answers what an account has bought: its contract lines, what it decides next and about how much, and its open invoices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from keepwell.app.installation import Installation
from keepwell.app.queries import account_facts, accounts, snapshots, usage
from keepwell.app.queries.account_facts import Row
from keepwell.app.viewers import Viewer

if TYPE_CHECKING:
    import duckdb

    from keepwell.app.queries.snapshots import Snapshot

State = Literal["running", "ahead", "ended", "replaced"]
RECURRING = "recurring"
SEATS = ("seat", "seats", "user", "users")
LINE = (
    "starts_on", "ends_on", "kind", "product", "units", "unit", "annual_amount", "auto_renews", "notice_days", "replaced_by",
)  # fmt: skip
INVOICE = ("due_on", "paid_on", "amount", "days_late")


@dataclass(frozen=True)
class LineRow:
    """One contract line. `amount` is a year, in the workspace's currency; `used` are its units in use, where that is known.

    `notice_on` is the last day to give notice; none for an open-ended line, or without a notice period. `followed_by` is the
    line that is signed already for when this one ends.
    """

    id: str
    product: str | None
    kind: str
    units: Decimal | None
    unit: str
    used: int | None
    amount: Decimal | None
    starts_on: date
    ends_on: date | None
    auto_renews: bool | None
    notice_days: int | None
    notice_on: date | None
    replaced_by: str | None
    state: State
    followed_by: str | None = None


@dataclass(frozen=True)
class Due:
    """What is decided next: the kind of day, the day, the lines, the amount a year that is up, and when these lines end."""

    kind: Literal["notice", "renewal"]
    on: date
    lines: int
    amount: Decimal | None
    ends_on: date
    auto_renews: bool


@dataclass(frozen=True)
class Invoices:
    """What is not paid yet, and what of it is late; `next_due_on` is the earliest day that is not past. `days_late` are those of the latest paid ones."""

    open: int
    open_amount: Decimal | None
    late: int
    late_amount: Decimal | None
    next_due_on: date | None
    late_since: date | None
    days_late: tuple[int, ...]


@dataclass(frozen=True)
class Contracts:
    """The lines of an account, those that run first; `revenue` is that of recurring lines that run."""

    lines: tuple[LineRow, ...]
    revenue: Decimal | None
    due: Due | None
    invoices: Invoices | None

    @property
    def running(self) -> tuple[LineRow, ...]:
        return tuple(line for line in self.lines if line.state == "running")

    @property
    def products(self) -> tuple[str, ...]:
        """What it has now, each once."""
        return tuple(dict.fromkeys(line.product for line in self.running if line.product))


def of_account(
    viewer: Viewer, installation: Installation, account_id: str, *, on: date
) -> Contracts:
    """The contracts of one account on a day; raises `accounts.NoSuchAccount` and `IntegrityError`."""
    accounts.account(viewer, account_id)
    with snapshots.take(viewer, installation) as snapshot, installation.duckdb.cursor() as con:
        found = account_facts.rows(
            viewer, con, snapshot, account_id, {"contracts": LINE, "invoices": INVOICE}
        )
        starts = {row["id"]: row["starts_on"] for row in found["contracts"]}
        running = [row for row in found["contracts"] if _state(row, starts, on) == "running"]
        used = _used(viewer, con, snapshot, account_id, running, on)
    lines = _followed([_line(row, _state(row, starts, on), used) for row in found["contracts"]])
    order = ("running", "ahead", "replaced", "ended")
    lines.sort(key=lambda line: (order.index(line.state), line.kind != RECURRING))
    recurring = [line for line in lines if line.state == "running" and line.kind == RECURRING]
    # What is signed already is not decided again: the line that follows is, when it ends.
    following = {line.followed_by for line in lines}
    open_ = [
        line
        for line in lines
        if line.kind == RECURRING
        and not line.followed_by
        and (line.state == "running" or line.id in following)
    ]
    # A row is an invoice of its day; one that is issued later than the day is not there yet.
    issued = [row for row in found["invoices"] if row["on"] <= on]
    return Contracts(
        tuple(lines),
        _sum(line.amount for line in recurring),
        _due(open_, on),
        _invoices(issued, on) if issued else None,
    )


def seats(viewer: Viewer, installation: Installation, account_id: str, *, on: date) -> int | None:
    """How many people an account's running lines are for; none where they do not say."""
    accounts.account(viewer, account_id)
    with snapshots.take(viewer, installation) as snapshot, installation.duckdb.cursor() as con:
        lines = account_facts.rows(viewer, con, snapshot, account_id, {"contracts": LINE})[
            "contracts"
        ]
    starts = {row["id"]: row["starts_on"] for row in lines}
    sold = [row["units"] for row in _of_seats(lines) if _state(row, starts, on) == "running"]
    return int(sum(sold)) if sold else None


def _state(row: Row, starts: dict[str, date], on: date) -> State:
    """Say what a line is on a day, as the current accounts do: once its replacement runs it no longer counts."""
    if row["starts_on"] > on:
        return "ahead"
    if row["ends_on"] and row["ends_on"] <= on:
        return "ended"
    successor = starts.get(row["replaced_by"]) if row["replaced_by"] else None
    return "replaced" if successor and successor <= on else "running"


def _line(row: Row, state: State, used: dict[str, int]) -> LineRow:
    days = None if row["notice_days"] is None else int(row["notice_days"])
    ends_on: date | None = row["ends_on"]
    return LineRow(
        row["id"], row["product"], row["kind"] or RECURRING, row["units"], row["unit"] or "seat", used.get(row["id"]),
        row["annual_amount"], row["starts_on"], ends_on, row["auto_renews"], days,
        ends_on - timedelta(days=days) if ends_on and days is not None else None, row["replaced_by"], state,
    )  # fmt: skip


def _followed(lines: Sequence[LineRow]) -> list[LineRow]:
    """Say of each line which one is signed already for when it ends, as the current accounts do."""
    ahead = [line for line in lines if line.state == "ahead" and line.kind == RECURRING]
    found = []
    for line in lines:
        following = None
        if line.kind == RECURRING and line.state != "ended":
            following = next((each for each in ahead if _follows(line, each)), None)
        found.append(replace(line, followed_by=following.id if following else None))
    return found


def _follows(line: LineRow, following: LineRow) -> bool:
    if following.id == line.id:
        return False
    if following.id == line.replaced_by:
        return True
    if line.ends_on is None or following.product != line.product:
        return False
    latest = line.ends_on + timedelta(days=1)
    runs_longer = following.ends_on is None or following.ends_on > latest
    return line.ends_on <= following.starts_on <= latest and runs_longer


def _used(
    viewer: Viewer,
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    account_id: str,
    running: Sequence[Row],
    on: date,
) -> dict[str, int]:
    """Count the people who used what a line of seats is for; where usage names no products, of the only such line."""
    seats = _of_seats(running)
    if not seats or not usage.if_known(viewer, on):
        return {}
    by_product = usage.people_by_product(viewer, con, snapshot, account_id, on)
    products = {product for product in by_product if product}
    found = {
        row["id"]: by_product.get(row["product"], 0)
        for row in seats
        if row["product"] and row["product"] in products
    }
    if not products and len(seats) == 1:
        found[seats[0]["id"]] = by_product.get(None, 0)
    return found


def _of_seats(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if (row["unit"] or "seat").casefold() in SEATS and row["units"]]


def _due(lines: Sequence[LineRow], on: date) -> Due | None:
    """Find what comes next, a notice that is not past or an end, with what is up then."""
    notices = [line for line in lines if line.notice_on and line.notice_on >= on]
    ends = [line for line in lines if line.ends_on]
    notice_on = min((line.notice_on for line in notices if line.notice_on), default=None)
    ends_on = min((line.ends_on for line in ends if line.ends_on), default=None)
    if notice_on and (ends_on is None or notice_on <= ends_on):
        return _due_of(
            "notice", notice_on, [line for line in notices if line.notice_on == notice_on]
        )
    if ends_on is None:
        return None
    return _due_of("renewal", ends_on, [line for line in ends if line.ends_on == ends_on])


def _due_of(kind: Literal["notice", "renewal"], day: date, lines: Sequence[LineRow]) -> Due:
    ends_on = min(line.ends_on for line in lines if line.ends_on)
    renews = all(bool(line.auto_renews) for line in lines)
    return Due(kind, day, len(lines), _sum(line.amount for line in lines), ends_on, renews)


def _invoices(rows: Sequence[Row], on: date) -> Invoices:
    unpaid = [row for row in rows if row["paid_on"] is None or row["paid_on"] > on]
    late = [row for row in unpaid if row["due_on"] and row["due_on"] < on]
    due = [row["due_on"] for row in unpaid if row["due_on"] and row["due_on"] >= on]
    paid = sorted(
        (row for row in rows if row["paid_on"] and row["paid_on"] <= on),
        key=lambda row: row["paid_on"],
        reverse=True,
    )
    days = [_days_late(row) for row in paid[:3]]
    return Invoices(
        len(unpaid), _sum(row["amount"] for row in unpaid), len(late), _sum(row["amount"] for row in late),
        min(due, default=None), min((row["due_on"] for row in late), default=None), tuple(each for each in days if each is not None),
    )  # fmt: skip


def _days_late(row: Row) -> int | None:
    if row["days_late"] is not None:
        return int(row["days_late"])
    return (row["paid_on"] - row["due_on"]).days if row["due_on"] else None


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add amounts up; none where none of them is known."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
