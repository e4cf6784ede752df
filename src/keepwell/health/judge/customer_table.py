"""This file holds a table of customers to judge by: typed columns, whether each row's account left, and what was left out of it and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from keepwell.errors import Invalid
from keepwell.health.judge.rows import Codes
from keepwell.health.scoring.arrays import Flags, Numbers

MOST_CATEGORIES = 50  # beyond that each has too few accounts to say anything of it
LEAVES = frozenset(["yes", "true", "y", "t", "1"])
STAYS = frozenset(["no", "false", "n", "f", "0"])
MOST_SHOWN = 8  # values named in an error


class UnfitTable(Invalid):
    """The table cannot be judged by; nothing was computed."""

    code = "J200"


@dataclass(frozen=True, eq=False)
class Column:
    """One column: for each row the place of its value in `values`, -1 where it is missing.

    `values` are rising numbers, or the names of categories. A column of dates has numbers too: days
    since 1970. `unread` counts cells that are not what the others are, and were taken as missing.
    """

    name: str
    codes: Codes
    numbers: Numbers | None = None
    labels: tuple[str, ...] = ()
    is_date: bool = False
    unread: int = 0
    example: str = ""  # of those cells

    @property
    def size(self) -> int:
        return len(self.labels) if self.numbers is None else len(self.numbers)

    @property
    def is_known(self) -> Flags:
        return np.greater_equal(self.codes, 0)

    def take(self, rows: npt.NDArray[np.intp]) -> Column:
        """Select rows; values that none of them has stay in the list."""
        return replace(self, codes=self.codes[rows])

    def texts(self) -> list[str]:
        """Every value as text; whole numbers without decimals.

        >>> Column("seats", np.array([0]), np.array([1.0, 2.5])).texts()
        ['1', '2.5']
        """
        return list(self.labels) if self.numbers is None else [f"{n:g}" for n in self.numbers]


@dataclass(frozen=True)
class LeftOut:
    """A column that is not judged: `why` is a code, `sentence` says it to people."""

    name: str
    why: str
    sentence: str


@dataclass(frozen=True, eq=False)
class CustomerTable:
    """Rows of customers: the columns to judge, whether each left, and which account it is.

    `periods` are places of rows in time, rising, where a column of times is given. `dropped` counts
    rows that were read and do not count, by reason.
    """

    columns: tuple[Column, ...]
    left: Flags
    accounts: Codes
    periods: Codes | None
    period_names: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    dropped: dict[str, int]
    notes: tuple[str, ...]

    @property
    def leavers(self) -> int:
        """Distinct accounts that left in any row."""
        return len(np.unique(self.accounts[self.left]))

    @property
    def stayers(self) -> int:
        """Distinct accounts that left in no row."""
        return len(np.unique(self.accounts)) - self.leavers

    def without(self, names: frozenset[str]) -> CustomerTable:
        """The same rows without some columns."""
        return replace(self, columns=tuple(each for each in self.columns if each.name not in names))


def build(
    columns: tuple[Column, ...],
    *,
    outcome: str,
    account: str | None,
    time: str | None = None,
    leave_out: tuple[str, ...] = (),
    leaves: str | None = None,
) -> CustomerTable:
    """Make the table from the columns of a file.

    `leaves` is the value of the outcome that means that an account left, where it is not yes, true
    or 1. Without a column of accounts each row is an account of its own. Raises `UnfitTable`.
    """
    by_name = {each.name: each for each in columns}
    told, is_left = outcome_of(by_name[outcome], leaves)
    is_kept, dropped = told.copy(), {"without_outcome": int((~told).sum())}
    ids = np.arange(len(told), dtype=np.int64) if account is None else by_name[account].codes
    dropped["without_account"] = int((is_kept & (ids < 0)).sum())
    is_kept &= ids >= 0
    dropped["repeated"] = 0
    if account is not None:
        is_repeat = _repeats(columns, is_kept)
        dropped["repeated"] = int(is_repeat.sum())
        is_kept &= ~is_repeat
    own = {outcome, account, time, *leave_out}
    rows = np.flatnonzero(is_kept)
    periods: Codes | None = None
    names: tuple[str, ...] = ()
    notes: list[str] = []
    if time is not None:
        when = by_name[time]
        if when.numbers is None:
            raise UnfitTable(
                "is neither dates nor numbers, so earlier and later rows cannot be told apart:",
                place=time,
                got=", ".join(when.labels[:3]),
                way_out="Write days like 2026-11-01.",
            )
        has_time = when.is_known[rows]
        dropped["without_time"] = int((~has_time).sum())
        rows = rows[has_time]
        repeats = len(np.unique(ids[rows])) < len(rows)
        if when.is_date or repeats:
            periods, names = when.codes[rows], tuple(_moments(when))
        else:
            notes.append(
                f"`{time}` holds numbers and no dates, and each account has one row: that can as well be how long each "
                "account was there. It does not order the rows, and is not judged. Accounts are judged by folds."
            )
    judged, left_out = [], []
    for each in columns:
        if each.name in own:
            continue
        own_rows = each.take(rows)
        if found := _unfit(own_rows, ids[rows]):
            left_out.append(found)
        else:
            judged.append(own_rows)
            if each.unread:
                notes.append(
                    f"`{each.name}` holds numbers; {each.unread:,} other cells (such as `{each.example}`) are taken as missing."
                )
    # Accounts are numbered anew, so that none is without rows.
    numbered = np.unique(ids[rows], return_inverse=True)[1].astype(np.int64)
    return CustomerTable(
        tuple(judged), is_left[rows], numbered, periods, names, tuple(left_out), dropped, tuple(notes)
    )  # fmt: skip


def outcome_of(column: Column, leaves: str | None) -> tuple[Flags, Flags]:
    """Read which rows have an outcome, and which left; raises `UnfitTable` naming the values found."""
    if column.is_date:
        raise UnfitTable(
            "holds dates, and who left is told by a column of yes and no.",
            place=column.name,
            way_out="Add one to the export: whether the account left in the months after the day that its other columns are of.",
        )
    texts = [text.strip() for text in column.texts()]
    used = np.unique(column.codes[column.is_known])
    found = [texts[code] for code in used]
    shown = ", ".join(found[:MOST_SHOWN]) + (", ..." if len(found) > MOST_SHOWN else "")
    if leaves is not None:
        if leaves.strip().lower() not in {text.lower() for text in found}:
            raise UnfitTable(
                f"never has the value `{leaves}`; it holds", place=column.name, got=shown
            )
        means = {text: text.lower() == leaves.strip().lower() for text in texts}
    else:
        unclear = [text for text in found if text.lower() not in LEAVES | STAYS]
        if unclear or not found:
            raise UnfitTable(
                "says who left by yes and no, true and false, or 1 and 0; found"
                if found
                else "has no value in any row",
                place=column.name,
                got=shown,
                way_out="Name the value that means left: --left VALUE." if found else "",
            )
        means = {text: text.lower() in LEAVES for text in texts}
    left_by_code = np.array([means[text] for text in texts] or [False], dtype=np.bool_)
    return column.is_known, column.is_known & left_by_code[np.maximum(column.codes, 0)]


def _repeats(columns: tuple[Column, ...], is_kept: Flags) -> Flags:
    """Mark rows that repeat an earlier one in every column: exports that were joined twice have them."""
    rows = np.flatnonzero(is_kept)
    table = np.column_stack([each.codes[rows] for each in columns])
    first = np.unique(table, axis=0, return_index=True)[1]
    found = is_kept.copy()
    found[rows[first]] = False
    return found


def _unfit(column: Column, accounts: Codes) -> LeftOut | None:
    """Say why a column cannot be judged; none where it can."""
    known = column.codes[column.is_known]
    values = np.unique(known)
    name = column.name
    if not len(values):
        return LeftOut(name, "empty", "is empty")
    if len(values) == 1 and len(known) == len(column.codes):
        return LeftOut(name, "constant", "has one value in all rows")
    if column.is_date:
        return LeftOut(
            name, "date", "holds dates; export the number of days instead, as of the row's own day"
        )
    if column.numbers is None:
        if len(values) > MOST_CATEGORIES:
            return LeftOut(
                name, "many_categories", f"is text with {len(values):,} different values"
            )
    elif _numbers_rows(column, accounts):
        return LeftOut(name, "identifier", "seems to number the rows or accounts")
    return None


def _numbers_rows(column: Column, accounts: Codes) -> bool:
    """Tell whether whole numbers are as good as a row number: different for each account, without gaps
    or rising with the rows."""
    assert column.numbers is not None, "only numbers can number rows"
    known = column.is_known
    numbers = column.numbers[column.codes[known]]
    if known.mean() < 0.99 or len(numbers) < 20 or not np.array_equal(numbers, np.round(numbers)):
        return False
    distinct = len(np.unique(numbers))
    if distinct < len(np.unique(accounts[known])):
        return False
    is_dense = numbers.max() - numbers.min() < 1.05 * distinct
    return bool(is_dense or (np.diff(numbers) >= 0).all() or (np.diff(numbers) <= 0).all())


def _moments(column: Column) -> list[str]:
    assert column.numbers is not None, "times are numbers"
    if not column.is_date:
        return column.texts()
    days = np.floor(column.numbers).astype("datetime64[D]")
    return [str(day) for day in days]
