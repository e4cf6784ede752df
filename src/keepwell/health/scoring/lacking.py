"""This file counts the rows behind one measure that do not count in it: rejected ones, and those without their number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepwell.health.scoring.arrays import Codes, Flags, Numbers, Rows, Words


@dataclass(frozen=True)
class Lacking:
    """How many of the rows behind one measure do not count, for every account: so many `rows` of
    `of` (NaN: none), and of rejected ones the `imports` that did it as a text (`4, 7`)."""

    rows: Numbers
    of: Numbers
    imports: Words

    @property
    def share(self) -> Numbers:
        """The share of each account's rows; 0 where all count."""
        return np.nan_to_num(self.rows / self.of)

    def take(self, rows: Rows) -> Lacking:
        return Lacking(self.rows[rows], self.of[rows], self.imports[rows])

    def replaced(self, where: Flags, by: Lacking) -> Lacking:
        """Put what others say in the place of some accounts' own."""
        return Lacking(
            np.where(where, by.rows, self.rows),
            np.where(where, by.of, self.of),
            np.where(where, by.imports, self.imports),
        )

    def or_larger(self, other: Lacking) -> Lacking:
        """Take for each account the larger share, and what it is a share of; its own where both are
        the same."""
        return self.replaced(other.share > self.share, other)


def none(count: int) -> Lacking:
    """Say of so many accounts that every row counts."""
    nothing = np.full(count, np.nan)
    return Lacking(nothing, nothing, np.full(count, None, dtype=object))


def some(rows: Numbers, of: Numbers, imports: Words | None = None) -> Lacking:
    """Keep the accounts of which any row does not count."""
    nothing = none(len(rows))
    return nothing.replaced(
        rows > 0, Lacking(rows, of, nothing.imports if imports is None else imports)
    )


def larger(one: Lacking | None, other: Lacking | None) -> Lacking | None:
    """Take the larger share where both have any; else the one that has."""
    return one.or_larger(other) if one and other else one or other


def where(takes: Flags, one: Lacking | None, other: Lacking | None) -> Lacking | None:
    """Take the one where the flags say so, and else the other."""
    if one is None and other is None:
        return None
    nothing = none(len(takes))
    return (other or nothing).replaced(takes, one or nothing)


def told(found: Lacking | None, missing: Codes, code: int) -> Lacking | None:
    """Keep it where there is a value, or none for that reason: `missing` holds the codes of
    reasons, 0 for a value."""
    if found is None:
        return None
    return where((missing == 0) | (missing == code), found, None)
