"""This file answers which outcomes were agreed with an account: what is to be reached by when, and how far each one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from keepwell.app.installation import Installation
from keepwell.app.queries import account_facts, accounts, snapshots
from keepwell.app.queries.account_facts import Row
from keepwell.app.viewers import Viewer

COLUMNS = ("outcome", "value", "baseline", "target", "due_on", "progress", "is_confirmed", "rank")


@dataclass(frozen=True)
class OutcomeRow:
    """One outcome as it was read last. `share` is how much of the way is done, 1 for all of it; none where nothing says."""

    title: str
    value: Decimal | None
    baseline: Decimal | None
    target: Decimal | None
    due_on: date | None
    share: float | None
    is_reached: bool
    is_confirmed: bool | None
    read_on: date

    def is_late(self, on: date) -> bool:
        """Tell whether it should have been reached before a day, and is not."""
        return self.due_on is not None and self.due_on < on and not self.is_reached


def of_account(
    viewer: Viewer, installation: Installation, account_id: str, *, on: date
) -> tuple[OutcomeRow, ...]:
    """The outcomes of an account by their readings up to a day, as the customer ranks them, what is reached last.

    Raises `accounts.NoSuchAccount` and `IntegrityError`.
    """
    accounts.account(viewer, account_id)
    with snapshots.take(viewer, installation) as snapshot, installation.duckdb.cursor() as con:
        found = account_facts.rows(
            viewer, con, snapshot, account_id, {"outcomes": COLUMNS}, until=on
        )
    latest: dict[str, Row] = {}
    for row in found["outcomes"]:  # the newest first
        latest.setdefault(row["outcome"].casefold(), row)
    ranked = sorted(
        latest.values(),
        key=lambda row: (row["rank"] is None, row["rank"] or 0, row["due_on"] or date.max, row["outcome"]),
    )  # fmt: skip
    return tuple(sorted(map(_outcome, ranked), key=lambda each: each.is_reached))


def _outcome(row: Row) -> OutcomeRow:
    measured = _measured(row["value"], row["baseline"], row["target"])
    said = None if row["progress"] is None else float(row["progress"]) / 100
    share = measured if said is None else said
    is_reached = any(each is not None and each >= 1 for each in (measured, said))
    return OutcomeRow(
        row["outcome"], row["value"], row["baseline"], row["target"], row["due_on"], share, is_reached, row["is_confirmed"], row["on"],
    )  # fmt: skip


def _measured(
    value: Decimal | None, baseline: Decimal | None, target: Decimal | None
) -> float | None:
    """Say how much of the way from the baseline to the target the value has gone, whichever of them is the higher.

    >>> _measured(Decimal(6), Decimal(10), Decimal(4)), _measured(Decimal(4), None, Decimal(4))
    (0.6666666666666666, 1.0)
    """
    if value is None or target is None:
        return None
    if baseline is None or baseline == target:
        return 1.0 if value == target else None
    return float((value - baseline) / (target - baseline))
