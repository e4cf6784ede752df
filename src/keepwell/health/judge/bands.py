"""This file holds bands against what happened: whether worse bands lose more, and what calls on them were worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keepwell.health.judge import rates
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.rows import Codes, Rows
from keepwell.health.scoring.arrays import Flags


@dataclass(frozen=True)
class Inversion:
    """Two bands of which the better one lost more."""

    worse: str
    better: str
    worse_rate: float
    better_rate: float
    difference: Estimate  # rate of the better band less that of the worse one: above 0
    is_certain: bool  # its interval does not reach 0


@dataclass(frozen=True)
class Alarms:
    """What being at risk meant, in the words of those who make the calls.

    A call is an account turning at risk: months at risk in a row are one call. It was right if the
    account left within the lead of one of these months. One that was not, while a play ran, is no false
    alarm: it was rescued where it renewed, and else there was nothing to renew yet. A leaver's band is that of the first month
    whose lead holds the leaving: with a lead of 90 days, the band some 60 to 90 days before.
    """

    at_risk: Estimate  # of the rows at risk, the share that left within the lead
    calls: int
    false_calls: int
    leavers: int
    leavers_called: int  # of the leavers, those with a call that was right
    leavers_by_band: tuple[tuple[str, int], ...]
    leavers_without_band: int
    rescued: int = 0
    treated_undecided: int = 0

    @property
    def false_calls_per_leaver(self) -> float | None:
        """How many calls went to accounts that stayed, for each leaver that was called."""
        return self.false_calls / self.leavers_called if self.leavers_called else None


def inversions(rows: Rows, band: Codes, names: Sequence[str]) -> tuple[Inversion, ...]:
    """Find pairs of bands, not only neighbours, of which the better one lost more.

    `band` has the place of each row's band in `names`, the worst first, -1 for none. Bands without
    rows are passed over.
    """
    found = []
    for worse in range(len(names)):
        for better in range(worse + 1, len(names)):
            difference = rates.share_difference(rows, band == better, band == worse)
            if difference.value is not None and difference.value > 0:
                is_certain = difference.low is not None and difference.low > 0
                found.append(
                    Inversion(
                        worse=names[worse],
                        better=names[better],
                        worse_rate=float(rows.left[band == worse].mean()),
                        better_rate=float(rows.left[band == better].mean()),
                        difference=difference,
                        is_certain=is_certain,
                    )
                )
    return tuple(found)


def alarms(
    rows: Rows,
    band: Codes,
    names: Sequence[str],
    at_risk: Flags,
    treated: Flags | None = None,
    decides: Flags | None = None,
) -> Alarms:
    """Count calls, right and false ones, and the bands that leavers had been in.

    `at_risk` says of each row whether it was in a band that means at risk; `band` and `names` are
    as for `inversions`. Months are codes in their order; a month in which the account has no row
    interrupts nothing. `treated` says in which rows a play ran until the outcome, `decides` in which there
    was something to renew.
    """
    if treated is None or decides is None:
        treated = decides = np.zeros(len(rows), dtype=np.bool_)
    order = np.lexsort((rows.month, rows.account))
    account, left, risky = rows.account[order], rows.left[order], at_risk[order]
    is_first = np.r_[True, account[1:] != account[:-1]][: len(account)]
    begins = risky & (is_first | ~np.r_[False, risky[:-1]][: len(account)])
    call = np.cumsum(begins)[risky]
    right = np.unique(call[left[risky]])
    calls = int(begins.sum())
    in_play = np.setdiff1d(call[treated[order][risky]], right)
    rescued = np.setdiff1d(call[(treated & decides)[order][risky]], right)

    leaving = np.flatnonzero(left)
    # The first leaving row of each account: rows are in the order of accounts and months.
    first = leaving[np.unique(account[leaving], return_index=True)[1]]
    of_leaver = band[order][first]
    return Alarms(
        at_risk=rates.leaving(rows.only(at_risk)),
        calls=calls,
        false_calls=calls - len(right) - len(in_play),
        leavers=rows.leavers,
        leavers_called=rows.distinct(rows.left & at_risk),
        leavers_by_band=tuple(
            (name, int((of_leaver == place).sum())) for place, name in enumerate(names)
        ),
        leavers_without_band=int((of_leaver < 0).sum()),
        rescued=len(rescued),
        treated_undecided=len(in_play) - len(rescued),
    )
